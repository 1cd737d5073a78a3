"""The noise that is estimated is what was there, and the truth under it is known."""

from typing import Any

import numpy as np
import pytest

from bench.selftest import noise
from bench.selftest.noise import (
    RATIO,
    Noise,
    Scatter,
    fitted,
    held,
    held_of_recorded,
    made_up,
    truth,
)
from tests.bench.selftest.recordings import NOISE


def test_noise_is_found_again() -> None:
    """What is estimated from made-up copies is what they were made of."""
    rng = np.random.default_rng(3)
    found = fitted(list(made_up(rng, (NOISE, NOISE), 4000, 5) - [np.log(RATIO), 0]))
    assert found.process.sd == pytest.approx(NOISE.process.sd, rel=0.15)
    assert found.round.sd == pytest.approx(NOISE.round.sd, rel=0.25)
    assert found.round.share == pytest.approx(NOISE.round.share, rel=0.35)
    assert found.process.share == pytest.approx(NOISE.process.share, rel=0.35)
    assert found.drift == pytest.approx(NOISE.drift, rel=0.5)


def test_copies_that_never_differ_have_no_noise() -> None:
    """Nothing is estimated where nothing is."""
    found = fitted([np.zeros((5, 3))] * 10)
    assert found == Noise(Scatter(0, 0, 0, 0), Scatter(0, 0, 0, 0), 0)


def test_the_noise_between_processes_is_not_taken_for_that_of_rounds() -> None:
    """With three blocks too, where a median scatters less than its formula for many says."""
    rng = np.random.default_rng(4)
    noise = Noise(Scatter(0.01, 0, 0, 0), Scatter(0.02, 0, 0, 0), 0.0)
    found = fitted(list(made_up(rng, (noise, noise), 8000, 3) - [np.log(RATIO), 0]))
    assert found.process.sd == pytest.approx(0.01, rel=0.1)


def test_strays_count_in_the_whole_scatter() -> None:
    """What is told of it is what values drawn of it scatter."""
    drawn = NOISE.process.drawn(np.random.default_rng(5), (400_000,))
    assert NOISE.process.whole == pytest.approx(drawn.std(), rel=0.02)


def test_drift_does_not_cancel_within_a_block() -> None:
    """Two rounds of a block are not at the same time, and neither is always the first."""
    calm = Scatter(0, 0, 0, 0)
    drifting = Noise(calm, calm, 0.05)
    made = made_up(np.random.default_rng(6), (drifting, drifting), 400, 3)
    apart = made[..., 0] - made[..., 1] - np.log(RATIO)
    assert 0.3 * 0.05 < apart.std() < 0.05
    assert abs(apart.mean()) < 0.005


def test_the_truth_under_unlike_noise_is_what_generations_average() -> None:
    """Strays only ever cost, so who strays costs more; of like noise nothing is added."""
    quiet = Noise(Scatter(0.01, 0, 0, 0), Scatter(0.01, 0, 0, 0), 0.0)
    straying = Noise(Scatter(0.01, 0.1, 0.2, 0.1), Scatter(0.01, 0, 0, 0), 0.0)
    assert truth((quiet, quiet), 3) == pytest.approx(RATIO, rel=0.001)
    assert truth((straying, quiet), 3) == pytest.approx(RATIO * np.exp(0.1 * 0.3), rel=0.003)
    assert truth((quiet, straying), 3) == pytest.approx(RATIO / np.exp(0.1 * 0.3), rel=0.003)


def test_most_intervals_hold_the_truth() -> None:
    """Most, and not all: an interval that always held it would be too wide."""
    holding = list(held([(NOISE, NOISE)], 10, 3, 200))
    assert 0.9 <= sum(holding) / 200 < 1


def test_fewer_intervals_miss_at_a_smaller_level() -> None:
    """The level is that of the interval."""
    at_half, at_a_hundredth = (
        sum(held([(NOISE, NOISE)], 10, 3, 100, alpha)) for alpha in (0.5, 0.01)
    )
    assert at_half < 70
    assert at_a_hundredth > 90


def test_an_interval_beside_the_truth_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Intervals that lie elsewhere do not hold it."""

    def elsewhere(*_: object) -> Any:
        return np.log([[[1.5 + 0.01 * number, 1.0]] for number in range(5)])

    monkeypatch.setattr(noise, "truth", lambda *_: RATIO)
    monkeypatch.setattr(noise, "made_up", elsewhere)
    assert list(held([(NOISE, NOISE)], 5, 1, 2)) == [False, False]


def test_recorded_copies_with_swapped_names_differ_by_nothing() -> None:
    """Even if one of them costs a tenth more in all generations, which a swap makes noise."""
    rng = np.random.default_rng(7)
    tables = [rng.normal([0.1, 0, 0], 0.01, (3, 3)) for _ in range(130)]
    holding = list(held_of_recorded([tables], 13, 100))
    assert 0.88 <= sum(holding) / 100 < 1
