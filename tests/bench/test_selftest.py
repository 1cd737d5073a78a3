"""The self-test: that it slows, draws, simulates and counts what it says, on made-up recordings."""

import json
import os
import random
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import msgspec
import numpy as np
import outcome
import psutil
import pytest
from rich.console import Console

from bench import readings
from bench.cores import share
from bench.progress import Step
from bench.scenarios import PROFILES, Profile
from bench.selftest import noise, trials, verdicts
from bench.selftest import slowed as slowed_variants
from bench.selftest.__main__ import main, parsed
from bench.selftest.busy import busy
from bench.selftest.cost import WEIGHED
from bench.selftest.drawing import costs as costs_of_copies
from bench.selftest.drawing import disjoint, exactly, only, slowed_copy
from bench.selftest.kinds import KINDS
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
from bench.selftest.parts import Part, Parts
from bench.selftest.recording import (
    PROBE,
    PROBED,
    SLOWINGS,
    THIRD,
    complete,
    forget,
    record_races,
    recorded_races,
    turns,
)
from bench.selftest.reference import all_busy, table, take_place, under
from bench.selftest.shares import Share, share_of
from bench.selftest.size import COURSES, ONCE, SHORT
from bench.selftest.slowed import Turns, slowed
from bench.selftest.trials import (
    alarms,
    alarms_among_others,
    cost,
    coverage,
    described,
    power,
    power_of_thorough,
)
from bench.selftest.verdicts import OTHERS, Unmeasured, ours
from impls.contract import Batch, Endpoint
from impls.field import RUNTIMES
from impls.registry import REFERENCE, VARIANTS, missing
from origin.plan import Plan
from origin.process import Origin
from report import method
from report.comparison import Tell
from report.figures import Standing, standings
from report.method import SelfTest, Trial
from report.results import TWIN, Kind, Mishap, Results, append
from tests.report import conftest
from tests.report.conftest import Make, records

make = conftest.make

ROOT = Path(__file__).parents[2]
TEN, FIVE = (REFERENCE + ending for ending in SLOWINGS)
UVLOOP = "asyncio+uvloop/workers"
VARIED = [REFERENCE, UVLOOP]
SAME = [REFERENCE, REFERENCE + TWIN, REFERENCE + THIRD]
NOISE = Noise(Scatter(0.02, 0.05, 0.1, 0.1), Scatter(0.01, 0.1, 0.1, 0.1), drift=0.02)
GENERATIONS, BLOCKS = 10, 3
CALLS, LIMIT = 103, 10


class Silent:
    """A watch that remembers what it was told."""

    def __init__(self) -> None:
        self.steps: list[Step] = []

    def step(self, step: Step) -> None:
        self.steps.append(step)

    def standing(self, lines: Sequence[object]) -> None: ...


def part() -> Part:
    """A part that nobody watches."""
    return Parts(Silent(), 1).begin("a part", 1)


Recording = Callable[..., Results]


@pytest.fixture
def recording(make: Make) -> Recording:
    """Make a race of three copies and two slowed ones, with some noise."""

    def factory(
        seed: int = 0, *, third: float = 1.0, ten: float = 1.1, name: str = REFERENCE
    ) -> Results:
        rng = np.random.default_rng(seed)
        entrants = [each.replace(REFERENCE, name) for each in [*SAME, TEN, FIVE]]
        costs = dict(zip(entrants, [1.0, 1.0, third, ten, 1.05], strict=True))

        def rounds(cost: float) -> list[list[float]]:
            found = 20 * cost * np.exp(rng.normal(0, 0.01, (GENERATIONS, BLOCKS)))
            return [list(map(float, each)) for each in found]

        figures = {course: {each: rounds(costs[each]) for each in costs} for course in COURSES}
        return make(figures, reference=name, twin=name + TWIN).results

    return factory


def written(folder: Path, races: Sequence[Results]) -> Path:
    """Keep races as a recording, with a cost of 1 %."""
    folder.mkdir(exist_ok=True)
    for number, race in enumerate(races, start=1):
        with (folder / f"race-{number:02}.jsonl").open("wb") as file:
            append(file, records(race))
    (folder / "cost.json").write_text(json.dumps(costs(1.01)))
    return folder


def costs(ratio: float) -> list[list[tuple[float, float]]]:
    """What recording cost in some processes, with a little noise."""
    noise = np.random.default_rng(0).normal(0, 0.002, (6, 8))
    return [[(0.05 * ratio * float(np.exp(each)), 0.05) for each in some] for some in noise]


def standing(race: Results, course: str = "loopback") -> Standing:
    """Give the standing on one course."""
    return next(each for each in standings(race) if each.course.name == course)


# Slowed variants.


@pytest.mark.parametrize("runtime", RUNTIMES, ids=[runtime.name for runtime in RUNTIMES])
def test_a_slowed_variant_gives_the_same_results(runtime: Any) -> None:
    """Only its time is another, on every runtime."""
    variant = VARIANTS[f"{runtime.name}/workers"]
    if reason := missing(variant):
        pytest.skip(reason)
    batch = Batch(range(CALLS), LIMIT, deadline=30.0)
    [finished] = slowed(variant, Turns(1, 1)).load()(None, [batch])
    assert finished.outcome == outcome.Value(list(range(CALLS)))


def test_a_batch_burns_for_each_of_its_calls(
    monkeypatch: pytest.MonkeyPatch, origin: Origin
) -> None:
    """As many turns as its calls need, which depends on whether they go to the origin."""
    burnt: list[int] = []
    monkeypatch.setattr(slowed_variants, "burn", burnt.append)
    run = slowed(VARIANTS[REFERENCE], Turns(checkpoint=2.5, remote=70)).load()
    run(None, [Batch(range(100), LIMIT), Batch(range(10), LIMIT)])
    origin.plan(Plan())
    run(Endpoint(*origin.calls), [Batch(range(10), LIMIT)])
    assert burnt == [250, 25, 700]


def test_a_worker_finds_a_slowed_variant_by_its_name() -> None:
    """The name is all that it is told."""
    variant = slowed(VARIANTS[REFERENCE], Turns(3.25, 41.5))
    found = slowed_variants.VARIANTS[variant.name]
    assert (found.name, found.home) == (variant.name, slowed_variants.__name__)
    found_run = found.load()
    assert isinstance(found_run, partial)
    assert found_run.args[1] == Turns(3.25, 41.5)


def test_turns_are_what_the_calibration_says(make: Make) -> None:
    """A variant that costs three times as much with the probe needs a twentieth of its turns."""
    figures = {
        "null": {REFERENCE: [1.0] * 5, REFERENCE + PROBED: [3.0] * 5},
        "loopback": {REFERENCE: [20.0] * 5, REFERENCE + PROBED: [30.0] * 5},
    }
    found = turns(REFERENCE, 0.1, make(figures).results)
    assert found == pytest.approx((PROBE.checkpoint / 20, PROBE.remote / 5))


def test_a_probe_that_costs_nothing_is_no_calibration(make: Make) -> None:
    """From noise alone no share can be found."""
    figures = {course: {REFERENCE: [2.0] * 5, REFERENCE + PROBED: [1.9] * 5} for course in COURSES}
    with pytest.raises(Unmeasured, match="calibration on null: asyncio/workers"):
        turns(REFERENCE, 0.1, make(figures).results)


# The recording.


def test_a_race_is_recorded_with_all_its_copies(tmp_path: Path, origin: Origin) -> None:
    """Real races leave files that can be judged, and their parts follow each other."""
    profile = Profile("tiny", 1, ONCE, ONCE)
    size = SHORT._replace(variants=[REFERENCE], profile=profile, calibration=profile)
    watch = Silent()
    record_races(tmp_path, size, origin, share(), Parts(watch, 2))
    [race] = recorded_races(tmp_path)
    raced = {(each.entrant, each.course) for each in race.samples}
    assert raced == {(each, course) for each in [*SAME, TEN, FIVE] for course in COURSES}
    shares = [step.share for step in watch.steps]
    assert shares == sorted(shares)
    assert watch.steps[-1].what == f"race 1 of 1: {REFERENCE}"


def test_nothing_is_left_of_another_recording(recording: Recording, tmp_path: Path) -> None:
    """Races of another day would be judged with those of today."""
    written(tmp_path, [recording()])
    (tmp_path / "notes").write_text("somebody's own")
    forget(tmp_path)
    assert [each.name for each in tmp_path.iterdir()] == ["notes"]


def test_a_mishap_makes_a_race_unusable(make: Make, tmp_path: Path) -> None:
    """Whatever befell a copy is named, with the file that tells of it."""
    mishap = Mishap(REFERENCE, "null", 0, 0, Kind.HUNG, "no reply for 60 s")
    file = make({"null": {REFERENCE: [1.0]}}, mishaps=[mishap]).file(tmp_path)
    with pytest.raises(Unmeasured, match=r"workers on null: no reply for 60 s \(.*jsonl\)"):
        complete(file)


def test_an_interrupted_race_is_unusable(make: Make, tmp_path: Path) -> None:
    """Half a race would be judged as if it were a whole one."""
    file = make({"null": {REFERENCE: [1.0]}}, cut_short="the race was interrupted").file(tmp_path)
    with pytest.raises(Unmeasured, match="the race was interrupted"):
        complete(file)


# Drawing.


def test_only_some_entrants_are_left(recording: Recording) -> None:
    """Nothing of the others is there, so they can't widen an interval."""
    race = only(recording(), SAME)
    assert [each.name for each in race.race.entrants] == SAME
    assert {each.entrant for each in race.samples} == set(SAME)
    assert standing(race).generations == GENERATIONS


def test_generations_are_in_one_race_at_most(recording: Recording) -> None:
    """As many races as there are generations for, each of whole ones, and none of them twice."""
    races = [recording(seed) for seed in range(3)]
    made = disjoint(races, 12, random.Random(1))
    assert len(made) == 2
    values = [each.user for race in made for each in race.samples]
    recorded = {each.user for race in races for each in race.samples}
    assert len(values) == len(set(values)) == 2 * 12 * BLOCKS * 5 * len(COURSES)
    assert set(values) <= recorded
    assert all({each.generation for each in race.samples} == set(range(12)) for race in made)
    assert [standing(race).generations for race in made] == [12, 12]


def test_the_generations_of_a_made_race_come_from_many(recording: Recording) -> None:
    """A race of what was recorded in a row would meet one weather."""
    races = [recording(seed) for seed in range(3)]
    whose = {each.user: number for number, race in enumerate(races) for each in race.samples}
    for race in disjoint(races, 12, random.Random(1)):
        assert {whose[each.user] for each in race.samples} == {0, 1, 2}


def test_slowed_copies_cost_exactly_what_they_should(recording: Recording) -> None:
    """For each variant and course by itself, whatever they had burnt; told is what that was."""
    races = [
        recording(1, ten=1.2),
        recording(2, ten=1.3),
        recording(3, ten=1.02, name=UVLOOP),
    ]
    exact = exactly(races)
    nominal = {name + ending: 1 + by for name in VARIED for ending, by in SLOWINGS.items()}
    found = costs_of_copies(exact.races)
    assert found == pytest.approx(
        {(entrant, course): cost for entrant, cost in nominal.items() for course in COURSES}
    )
    assert exact.cost[TEN, "null"] == pytest.approx(1.25, rel=0.01)
    assert exact.cost[UVLOOP + " slowed by 10 %", "null"] == pytest.approx(1.02, rel=0.01)


def test_only_slowed_copies_are_scaled(recording: Recording) -> None:
    """Theirs by one factor, so the noise is what was recorded; the others' times are untouched."""
    race = recording(ten=1.2)
    [scaled] = exactly([race]).races
    slowed_ones = {slowed_copy(race, by) for by in SLOWINGS.values()}
    factors: dict[tuple[str, str], set[float]] = {}
    for before, after in zip(race.samples, scaled.samples, strict=True):
        found = factors.setdefault((before.entrant, before.course), set())
        found.add(round(after.cpu / before.cpu, 9))
    assert all(len(each) == 1 for each in factors.values())
    assert {entrant for (entrant, _), each in factors.items() if each != {1.0}} == slowed_ones


# Shares.


def test_an_interval_of_independent_verdicts_is_exact() -> None:
    """Clopper and Pearson's: none of 20, and 5 of 20, one from each race."""
    assert share_of([[False]] * 20)[2:] == pytest.approx((0.0, 0.1684), abs=1e-4)
    assert share_of([[True]] * 20)[2:] == pytest.approx((0.8316, 1.0), abs=1e-4)
    some = share_of([[each < 5] for each in range(20)])
    assert some[2:] == pytest.approx((0.0866, 0.4910), abs=1e-3)


def test_verdicts_that_fall_together_count_less() -> None:
    """Ten that are told all in one race are worth about one; apart, they are worth ten."""
    together = share_of([[number == 0] * 10 for number in range(40)])
    apart = share_of([[number < 10, *[False] * 9] for number in range(40)])
    assert together.part == apart.part
    assert together.upper > 2 * apart.upper
    assert together.lower < apart.lower / 2


def test_a_share_is_told_with_its_interval() -> None:
    """In per cent."""
    assert str(Share(5, 240, 0.0068, 0.048)) == "2.1 % (0.7–4.8)"


# Noise.


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


# Verdicts.


ALL = [ours, *(judge for judges in OTHERS.values() for judge in judges.values())]


@pytest.mark.parametrize("judge", ALL)
def test_everybody_tells_a_large_difference(recording: Recording, judge: verdicts.Judge) -> None:
    """The second is what is judged, and the first what it is compared with; in both orders."""
    found = standing(recording(ten=1.5))
    assert judge(found, REFERENCE, TEN) is Tell.SLOWER
    assert judge(found, TEN, REFERENCE) is Tell.FASTER


@pytest.mark.parametrize("judge", ALL)
def test_nobody_tells_copies_apart(recording: Recording, judge: verdicts.Judge) -> None:
    """Where nothing differs but a little noise."""
    assert judge(standing(recording()), *SAME[:2]) is Tell.CANNOT_TELL


def test_pyperf_is_silent_below_what_we_would_name(make: Make) -> None:
    """1 % is significant here, and worth naming to nobody."""
    rng = np.random.default_rng(0)
    figures = {
        each: [list(map(float, cost * rng.normal(20, 0.01, 3))) for _ in range(10)]
        for each, cost in zip(SAME, [1.0, 1.01, 1.03], strict=True)
    }
    found = standing(make({"loopback": figures}).results)
    assert verdicts.by_pyperf(found, SAME[0], SAME[1]) is Tell.CANNOT_TELL
    assert verdicts.by_pyperf(found, SAME[0], SAME[2]) is Tell.SLOWER


def test_pytest_benchmark_is_asked_with_both_thresholds(recording: Recording) -> None:
    """Its documentation's, and ours."""
    found = standing(recording(ten=1.035))
    told = [judge(found, REFERENCE, TEN) for judge in OTHERS["pytest_benchmark"].values()]
    assert list(OTHERS["pytest_benchmark"]) == ["min:5% ", "min:2% "]
    assert told == [Tell.CANNOT_TELL, Tell.SLOWER]


def test_pyperf_takes_rounds_and_not_ratios(recording: Recording) -> None:
    """It is given what it would have measured: each entrant's own rounds, by process."""
    rounds = verdicts.by_generation(standing(recording()), TEN)
    assert len(rounds) == GENERATIONS
    assert all(len(each) == BLOCKS for each in rounds.values())


def test_who_did_not_race_is_not_judged(recording: Recording) -> None:
    """A verdict that is not there is not counted as one that says nothing."""
    with pytest.raises(Unmeasured, match="could not be compared"):
        ours(standing(only(recording(), SAME)), REFERENCE, TEN)


# The trials.


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


SIZE = SHORT._replace(simulated=20)


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
    recording: Recording,
    monkeypatch: pytest.MonkeyPatch,
    shape: str,
    holding: int,
    met: bool,
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


# The busy machine.


def test_a_busy_machine_is_left_alone_afterwards() -> None:
    """While it is busy each processor has its process, and none is there any more at the end."""
    with busy() as numbers:
        assert len(numbers) == len(set(numbers)) > 0
        assert all(psutil.Process(each).is_running() for each in numbers)
    assert not any(psutil.pid_exists(each) for each in numbers)


# The reference file and the table.


def self_test(load: str, made: str = "now") -> SelfTest:
    """A self-test under this load."""
    trial = Trial(
        "what", "how", "at most 5 %", "7 %", met=False, pytest_benchmark=None, pyperf="9 %"
    )
    return SelfTest(made, "commit", "machine", load, "command", [trial])


def test_a_self_test_replaces_the_one_of_the_same_load(tmp_path: Path) -> None:
    """The figure of the load does not matter, the other load stays, and quiet comes first."""
    file = tmp_path / "selftest.jsonl"
    for load, made in [
        ("both cores busy", "1"),
        ("quiet, load average 0.10 before", "2"),
        ("quiet, load average 0.20 before", "3"),
    ]:
        take_place(self_test(load, made), file)
    assert [each.made for each in method.read(file)] == ["3", "1"]


def test_the_load_says_what_made_it() -> None:
    """A plain loop is not all that can keep a machine busy; a self-test under it is one of busy."""
    load = all_busy()
    assert load.endswith(" cores busy, with a plain loop on each")
    assert under(self_test(load)) == load.partition(",")[0]


def test_the_table_says_what_is_not_met(capsys: pytest.CaptureFixture[str]) -> None:
    """The reader sees the aim, what came of it, and what has no answer."""
    Console(width=140).print(table(self_test("quiet"), "a title"))
    text = capsys.readouterr().out
    for cell in ("a title", "NOT MET", "at most 5 %", "7 %", "9 %", "—", "how"):
        assert cell in text


# The command line.


def test_a_recording_is_judged_again(
    recording: Recording,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Without racing: the table; the reference file takes neither a part nor the short form."""
    monkeypatch.setattr("bench.selftest.__main__.SHORT", SIZE)
    folder = written(tmp_path / "recording", [recording(seed) for seed in range(5)])
    about = self_test("quiet, load average 0.10 before")
    (folder / "about.jsonl").write_bytes(msgspec.json.encode(about))
    into = tmp_path / "selftest.jsonl"
    assert main(["--from", str(folder), "--into", str(into), "alarms", "cost"]) == 0
    assert not into.exists()
    assert main(["--from", str(folder), "--into", str(into), "--short"]) == 0
    assert not into.exists()
    out = capsys.readouterr().out
    assert "false alarms" in out
    assert "short form" in out
    assert f"kept in: {folder}" in out


def test_a_complete_self_test_is_written(
    recording: Recording, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the conditions of the recording, and a trial for each kind."""
    monkeypatch.setattr("bench.selftest.__main__.FULL", SIZE)
    folder = written(tmp_path / "recording", [recording(seed) for seed in range(5)])
    about = self_test("both cores busy", "then")
    (folder / "about.jsonl").write_bytes(msgspec.json.encode(about))
    into = tmp_path / "selftest.jsonl"
    assert main(["--from", str(folder), "--into", str(into)]) == 0
    [found] = method.read(into)
    assert (found.made, found.load) == ("then", "both cores busy")
    kinds = [trial.what.split(":")[0] for trial in found.trials]
    assert kinds == [
        "false alarms",
        "false alarms among others that differ",
        "power",
        "power",
        "coverage",
        "cost of measuring",
    ]


def test_nothing_recorded(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One line that says so, and 1."""
    assert main(["--from", str(tmp_path), "alarms"]) == 1
    error = capsys.readouterr().err
    assert error.startswith("selftest: ")
    assert "holds no race; make some with: make selftest" in error
    assert error.count("\n") == 1


def test_a_folder_that_takes_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One line that names it, and 1, before anything is raced."""
    (tmp_path / "file").write_text("not a folder")
    assert main(["--keep", str(tmp_path / "file"), "cost"]) == 1
    assert str(tmp_path / "file") in capsys.readouterr().err


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (["speed"], "no trial is called 'speed'; there are: alarms, power, coverage, cost"),
        (["--from", "there", "--busy"], "--from records nothing"),
    ],
)
def test_what_can_not_be_asked(
    args: list[str], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """The message says what can."""
    with pytest.raises(SystemExit):
        main(args)
    assert says in capsys.readouterr().err


def test_ctrl_c_ends_it_and_leaves_no_process(tmp_path: Path) -> None:
    """130, one line, and nobody is left: no worker, no origin, nothing that keeps busy."""
    command = [sys.executable, "-m", "bench.selftest", "--short", "--busy", "--keep", str(tmp_path)]
    with subprocess.Popen(
        command,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONUNBUFFERED": "1"},
    ) as process:
        assert process.stdout
        assert process.stderr
        while "calibrating" not in process.stdout.readline():
            pass
        theirs = started_by(process.pid)
        process.send_signal(signal.SIGINT)
        began = time.monotonic()
        assert process.wait(30) == 130
        assert time.monotonic() - began < 10
        assert process.stderr.read().strip().splitlines()[-1] == "selftest: interrupted"
    _, alive = psutil.wait_procs(theirs, 5)
    assert theirs
    assert not alive


def started_by(number: int) -> list[psutil.Process]:
    """Give the processes that a process has started."""
    found: list[psutil.Process] = psutil.Process(number).children(recursive=True)
    return found


def test_no_recording_replaces_one_of_another_kind() -> None:
    """Half an hour of races is not lost to a look at one figure."""
    asked: tuple[list[str], ...] = (
        [],
        ["--short"],
        ["--busy"],
        ["cost"],
        ["alarms", "cost"],
        ["--short", "cost"],
    )
    folders = {parsed(args).folder for args in asked}
    assert len(folders) == len(asked)
    assert parsed(list(KINDS)).folder == parsed([]).folder


def test_every_kind_is_listed(capsys: pytest.CaptureFixture[str]) -> None:
    """The help says what there is to try."""
    with pytest.raises(SystemExit):
        main(["--help"])
    told = capsys.readouterr().out
    assert all(name in told and kind.says in told for name, kind in KINDS.items())
