"""The trials count what they say, and hold it against their aims."""

import re
from unittest.mock import Mock

import pytest

from bench import readings
from bench.scenarios import PROFILES
from bench.selftest import trials
from bench.selftest.cost import WEIGHED
from bench.selftest.drawing import exactly
from bench.selftest.noise import Noise, Scatter
from bench.selftest.trials import (
    alarms,
    alarms_among_others,
    cost,
    coverage,
    described,
    power,
    power_of_thorough,
)
from impls.contract import Batch
from impls.registry import missing
from report.figures import Standing, standings
from report.results import Results
from tests.bench.selftest.recordings import NOISE, SIZE, VARIED, Recording, costs, part


def test_false_alarms_are_counted(recording: Recording) -> None:
    """Three copies on two courses give six verdicts; one that is no copy makes four false."""
    quiet = alarms([recording()], part())
    assert (quiet.ours, quiet.met) == ("0.0 % (0.0–45.9), 0 of 6", True)
    assert quiet.how.startswith("1 real race on null and loopback")
    loud = alarms([recording(third=1.3)], part())
    assert (loud.ours, loud.met) == ("66.7 % (22.3–95.7), 4 of 6", False)
    assert loud.pyperf == "66.7 % (22.3–95.7)"
    assert loud.pytest_benchmark == f"min:5% {loud.pyperf}; min:2% {loud.pyperf}"


def test_false_alarms_are_counted_among_others(recording: Recording) -> None:
    """The same verdicts, of the race with its slowed copies; the others' would be the same."""
    quiet = alarms_among_others([recording()], part())
    assert (quiet.ours, quiet.met) == ("0.0 % (0.0–45.9), 0 of 6", True)
    loud = alarms_among_others([recording(third=1.3)], part())
    assert (loud.ours, loud.met) == ("66.7 % (22.3–95.7), 4 of 6", False)
    assert loud.pyperf is loud.pytest_benchmark is None


def test_all_entrants_are_there_where_others_differ(
    recording: Recording, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the one the copies are alone, in the other the correction is for ten pairs."""
    raced: list[int] = []

    def watched(race: Results) -> list[Standing]:
        found = standings(race)
        raced.extend(len(each.pairs) for each in found)
        return found

    monkeypatch.setattr(trials, "standings", watched)
    alarms([recording()], part())
    alarms_among_others([recording()], part())
    assert raced == [3, 3, 10, 10]


def test_power_is_counted_and_the_slowing_told(recording: Recording) -> None:
    """A slowed copy that is not found misses the aim, and how slow it was stands beside it."""
    found = power(exactly([recording()]), part())
    assert (found.ours, found.met) == ("100.0 % (15.8–100.0), 2 of 2", True)
    assert "burnt cost 9." in found.how or "burnt cost 10." in found.how
    missed = power(exactly([recording(1, ten=1.0), recording(2, ten=1.2)]), part())
    assert missed.ours.endswith("2 of 4")
    assert not missed.met


def test_thorough_races_are_made_of_what_there_is(recording: Recording) -> None:
    """None of them shares a generation with another, so 90 generations make two."""
    exact = exactly([recording(seed) for seed in range(9)])
    [found] = power_of_thorough(exact, part())
    assert (found.ours, found.met) == ("100.0 % (39.8–100.0), 4 of 4", True)
    generations = PROFILES["thorough"].generations
    assert f"2 races made of the recorded generations, {generations} of 3 blocks" in found.how


def test_no_thorough_race_of_too_few_generations(recording: Recording) -> None:
    """There is no figure where nothing was tried."""
    assert list(power_of_thorough(exactly([recording()]), part())) == []


def test_coverage_is_told_for_each_shape(recording: Recording) -> None:
    """Each with its interval, and the names say what is simulated and what was recorded."""
    races = [recording(number, name=name) for number, name in enumerate(VARIED)]
    found = coverage(races, SIZE, part())
    shapes = [re.sub(r": \d+\.\d % \(.*\)", "", each) for each in found.ours.split("; ")]
    assert shapes == [
        "standard",
        "standard, unlike",
        "thorough, unlike",
        "standard, recorded",
        "standard, at 99.75 %",
    ]
    assert found.how.startswith("20 simulated races of each shape")
    assert found.pyperf is found.pytest_benchmark is None


@pytest.mark.parametrize(
    ("shape", "holding", "met"),
    [
        ("standard", 19, True),
        ("standard", 18, False),
        ("standard", 20, False),
        ("standard, at 99.75 %", 20, True),
    ],
)
def test_each_shape_must_keep_the_aim(
    recording: Recording, monkeypatch: pytest.MonkeyPatch, shape: str, holding: int, met: bool
) -> None:
    """Too few is too few and too many too many; the strict one is told and not held to it."""
    one = [number < 19 for number in range(20)]
    shapes = {"standard": one, "thorough, unlike": one}
    shapes[shape] = [number < holding for number in range(20)]
    monkeypatch.setattr(trials, "simulated", lambda *_: shapes)
    assert coverage([recording()], SIZE, part()).met is met


def test_one_variant_alone_has_nobody_unlike(recording: Recording) -> None:
    """Then the shapes that need two are left out."""
    found = coverage([recording()], SIZE, part())
    assert "unlike" not in found.ours


def test_the_noise_is_told_from_the_least_to_the_most() -> None:
    """With what strays, which is most of it on a shared machine."""
    calm = Noise(Scatter(0.01, 0, 0, 0), Scatter(0.02, 0, 0, 0), 0.03)
    assert described([calm, NOISE]) == (
        f"standard deviations: processes 1.0–{100 * NOISE.process.whole:.1f} %, "
        f"rounds 2.0–{100 * NOISE.round.whole:.1f} %, drift 2.0–3.0 %"
    )


@pytest.mark.parametrize(("ratio", "met"), [(1.01, True), (1.0199, False), (1.05, False)])
def test_the_whole_interval_of_the_cost_must_keep_the_aim(ratio: float, met: bool) -> None:
    """An estimate that might be too high is too high."""
    assert cost(costs(ratio)).met is met


def test_both_ways_run_and_only_one_is_recorded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two figures come back; the books were read before and after one of them."""
    if reason := missing(WEIGHED):
        pytest.skip(reason)
    read = Mock(wraps=readings.read)
    monkeypatch.setattr(readings, "read", read)
    figures = WEIGHED.load()(None, [Batch(range(1000), 50)] * 5)
    assert read.call_count == 2
    assert [each.cpu > 0 for each in figures] == [True, True]
