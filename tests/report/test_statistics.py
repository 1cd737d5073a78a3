"""The bootstrap keeps what it promises, on figures whose truth is known."""

from collections.abc import Sequence

import numpy as np
import pytest

from report.statistics import (
    ALPHA,
    FEWEST_GENERATIONS,
    POWER,
    Floats,
    corrected,
    resample,
    resample_apart,
)


def noisy(
    generations: int, blocks: int = 5, columns: int = 300, process: float = 1.0, seed: int = 1
) -> list[Floats]:
    """Make figures around zero: noise of each round, and of each process as many times that."""
    rng = np.random.default_rng(seed)
    return [
        process * rng.normal(size=(1, columns)) + rng.normal(size=(blocks, columns))
        for _ in range(generations)
    ]


def test_the_estimate_is_the_mean_of_the_generations_medians() -> None:
    """A burst that hits one block of each generation moves nothing."""
    generations = [np.array([[1.0], [2.0], [900.0]]), *[np.array([[4.0], [5.0], [900.0]])] * 4]
    found = resample(generations)
    assert found.estimate == pytest.approx([4.4])
    assert found.error == pytest.approx([np.std([2, 5, 5, 5, 5], ddof=1) / np.sqrt(5)])


def test_too_few_generations_are_refused() -> None:
    """Of fewer than five processes nothing is known about processes."""
    with pytest.raises(ValueError, match="4 generations are too few"):
        resample(noisy(FEWEST_GENERATIONS - 1))
    with pytest.raises(ValueError, match="4 generations are too few"):
        resample_apart(noisy(10), noisy(FEWEST_GENERATIONS - 1))


def test_the_same_figures_give_the_same_intervals() -> None:
    """A report that is made again says the same."""
    once, again = (resample(noisy(6, columns=3)).half_width(ALPHA) for _ in range(2))
    assert once.tolist() == again.tolist()


@pytest.mark.parametrize("process", [0.0, 0.3, 3.0], ids=["rounds", "both", "processes"])
@pytest.mark.parametrize("generations", [5, 10, 25])
def test_intervals_hold_the_truth_as_often_as_they_say(generations: int, process: float) -> None:
    """Whether rounds or processes make the noise, 95 intervals in 100 hold it, or a few more."""
    found = resample(noisy(generations, process=process), draws=999)
    holds = np.mean(np.abs(found.estimate) <= found.half_width(ALPHA))
    assert 0.92 <= holds <= 0.995


def test_blocks_of_different_numbers_go_together() -> None:
    """A generation that was cut short counts with the blocks that it has."""
    generations = [*noisy(6, columns=2), *noisy(1, blocks=2, columns=2)]
    found = resample(generations)
    assert found.estimate == pytest.approx(np.mean([np.median(g, axis=0) for g in generations], 0))
    assert np.all(np.isfinite(found.half_width(ALPHA)))


def test_without_noise_the_interval_is_its_estimate() -> None:
    """Figures that never vary leave no room."""
    found = resample([np.full((3, 1), 0.5)] * 6)
    assert found.half_width(ALPHA) == pytest.approx([0.0])
    assert found.p()[0] <= ALPHA


@pytest.mark.parametrize(
    ("p", "level"),
    [([], ALPHA), ([0.9, 0.5], ALPHA / 2), ([0.001, 0.9], ALPHA / 2), ([0.001, 0.01], ALPHA)],
    ids=["nothing", "none told", "half told", "all told"],
)
def test_the_level_is_corrected_for_what_is_told(p: Sequence[float], level: float) -> None:
    """The more of the comparisons are told apart, the less the others have to pay."""
    assert corrected(np.array(p)) == pytest.approx(level)


def test_an_interval_leaves_out_zero_where_the_correction_tells() -> None:
    """The two ways of looking at a difference never disagree."""
    shifts = np.linspace(0, 5, 300)
    found = resample([each + shifts for each in noisy(10)])
    level = corrected(found.p())
    told = found.p() <= level
    assert told.tolist() == (np.abs(found.estimate) > found.half_width(level)).tolist()
    assert 0 < told.sum() < 300


def test_false_alarms_are_a_twentieth_of_what_is_told() -> None:
    """Of the columns that are told apart, few are those that have no difference."""
    shifts = np.repeat([0.0, 3.0], 150)
    found = resample([each + shifts for each in noisy(10)])
    told = found.p() <= corrected(found.p())
    assert told[150:].mean() > 0.9
    assert told[:150].sum() / told.sum() <= 0.08


def test_where_nothing_differs_the_correction_and_the_intervals_still_agree() -> None:
    """However many columns: what the draws can't resolve, Student's t decides, for both alike."""
    rng = np.random.default_rng(3)
    found = resample([rng.normal(0.0, 0.02, (3, 703)) for _ in range(13)])
    level = corrected(found.p())
    assert level == pytest.approx(ALPHA / 703)
    out = np.abs(found.estimate) > found.half_width(level)
    assert (out == (found.p() <= level)).all()
    assert not out.any()


def test_what_a_race_could_tell_it_tells_four_times_in_five() -> None:
    """A true difference of that size is found about as often as promised."""
    shift = np.median(resample(noisy(10)).could_tell(ALPHA))
    told = resample([each + shift for each in noisy(10, seed=2)]).p() <= ALPHA
    assert told.mean() == pytest.approx(POWER, abs=0.1)


def test_two_races_are_drawn_each_by_itself() -> None:
    """Their difference is later less earlier, and its error that of both."""
    earlier, later = noisy(10, seed=3), [each + 1 for each in noisy(6, seed=4)]
    apart, before, after = resample_apart(earlier, later), resample(earlier), resample(later)
    assert apart.generations == 6
    assert apart.estimate == pytest.approx(after.estimate - before.estimate)
    assert apart.error == pytest.approx(np.hypot(before.error, after.error))
