"""The self-test: that it slows, draws, simulates and counts what it says, on made-up recordings."""

import json
import os
import random
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
from bench.selftest import slowed as slowed_variants
from bench.selftest import verdicts
from bench.selftest.__main__ import main, parsed
from bench.selftest.busy import busy
from bench.selftest.cost import WEIGHED
from bench.selftest.drawing import drawn, only
from bench.selftest.kinds import KINDS
from bench.selftest.noise import Noise, Scatter, fitted, held
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
from bench.selftest.reference import table, take_place
from bench.selftest.size import COURSES, ONCE, SHORT
from bench.selftest.slowed import Turns, slowed
from bench.selftest.trials import alarms, cost, coverage, power, power_of_thorough
from bench.selftest.verdicts import Unmeasured, by_pyperf, by_pytest_benchmark, ours
from impls.contract import Batch, Endpoint
from impls.registry import REFERENCE, RUNTIMES, VARIANTS, missing
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
SAME = [REFERENCE, REFERENCE + TWIN, REFERENCE + THIRD]
NOISE = Noise(Scatter(0.02, 0.05, 0.1, 0.1), Scatter(0.01, 0.1, 0.05, 0.1), drift=0.03)
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
        seed: int = 0, *, third: float = 1.0, ten: float = 1.1, generations: int = GENERATIONS
    ) -> Results:
        rng = np.random.default_rng(seed)
        costs = dict(zip([*SAME, TEN, FIVE], [1.0, 1.0, third, ten, 1.05], strict=True))

        def rounds(cost: float) -> list[list[float]]:
            found = 20 * cost * np.exp(rng.normal(0, 0.01, (generations, BLOCKS)))
            return [list(map(float, each)) for each in found]

        figures = {course: {each: rounds(costs[each]) for each in costs} for course in COURSES}
        return make(figures).results

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


def test_generations_are_drawn_whole_and_once(recording: Recording) -> None:
    """What was drawn is what was recorded, each generation at most once, with all its blocks."""
    races = [recording(seed) for seed in range(3)]
    made = drawn(races, 25, random.Random(1))
    values = sorted(each.user for each in made.samples)
    recorded = {each.user for race in races for each in race.samples}
    assert len(values) == len(set(values)) == 25 * BLOCKS * 5 * len(COURSES)
    assert set(values) <= recorded
    assert {each.generation for each in made.samples} == set(range(25))
    assert standing(made).generations == 25


# Noise.


def test_noise_is_found_again() -> None:
    """What is estimated from made-up copies is what they were made of."""
    rng = np.random.default_rng(3)
    found = fitted([each - [np.log(1.05), 0] for each in NOISE.made_up(rng, 4000, 5)])
    assert found.process.sd == pytest.approx(NOISE.process.sd, rel=0.15)
    assert found.round.sd == pytest.approx(NOISE.round.sd, rel=0.25)
    assert found.round.share == pytest.approx(NOISE.round.share, rel=0.35)
    assert found.process.share == pytest.approx(NOISE.process.share, rel=0.35)
    assert found.drift == pytest.approx(NOISE.drift, rel=0.5)


def test_copies_that_never_differ_have_no_noise() -> None:
    """Nothing is estimated where nothing is."""
    found = fitted([np.zeros((5, 3))] * 10)
    assert found == Noise(Scatter(0, 0, 0, 0), Scatter(0, 0, 0, 0), 0)


def test_most_intervals_hold_the_truth() -> None:
    """Most, and not all: an interval that always held it would be too wide."""
    holding = list(held([NOISE], 10, 5, 200))
    assert 0.9 <= sum(holding) / 200 < 1


def test_an_interval_beside_the_truth_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Intervals that lie elsewhere do not hold it."""

    def elsewhere(self: Noise, *_: object) -> list[Any]:
        return [np.log([[1.5 + 0.01 * number, 1.0]]) for number in range(5)]

    monkeypatch.setattr(Noise, "made_up", elsewhere)
    assert list(held([NOISE], 5, 1, 2)) == [False, False]


# Verdicts.


@pytest.mark.parametrize("judge", [ours, by_pyperf, by_pytest_benchmark])
def test_everybody_tells_a_large_difference(recording: Recording, judge: verdicts.Judge) -> None:
    """The second is what is judged, and the first what it is compared with."""
    found = standing(recording(ten=1.5))
    assert judge(found, REFERENCE, TEN) is Tell.SLOWER
    backwards = Tell.CANNOT_TELL if judge is by_pytest_benchmark else Tell.FASTER
    assert judge(found, TEN, REFERENCE) is backwards


@pytest.mark.parametrize("judge", [ours, by_pyperf, by_pytest_benchmark])
def test_nobody_tells_copies_apart(recording: Recording, judge: verdicts.Judge) -> None:
    """Where nothing differs but a little noise."""
    assert judge(standing(recording()), *SAME[:2]) is Tell.CANNOT_TELL


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
    assert (quiet.ours, quiet.met) == ("0 % (0 of 6)", True)
    loud = alarms([recording(third=1.3)], part())
    assert (loud.ours, loud.met) == ("66.7 % (4 of 6)", False)
    assert loud.pyperf == "66.7 % (4 of 6)"
    assert loud.pytest_benchmark == "66.7 % (4 of 6)"


def test_power_is_counted_and_the_slowing_told(recording: Recording) -> None:
    """A slowed copy that is not found misses the aim, and how slow it was stands beside it."""
    found = power([recording()], part())
    assert (found.ours, found.met) == ("100 % (2 of 2)", True)
    assert "% on null and 1" in found.how
    missed = power([recording(), recording(1, ten=1.0)], part())
    assert (missed.ours, missed.met) == ("50 % (2 of 4)", False)


def test_thorough_races_are_drawn(recording: Recording) -> None:
    """As many as were asked for, of as many generations as the profile has."""
    races = [recording(seed) for seed in range(5)]
    found = power_of_thorough(races, SHORT._replace(drawn=3), part())
    assert (found.ours, found.met) == ("100 % (6 of 6)", True)
    generations = PROFILES["thorough"].generations
    how = f"3 races of {generations} generations, drawn without replacement from the 50 recorded"
    assert how in found.how


def test_coverage_is_told_for_each_number_of_generations(recording: Recording) -> None:
    """The first decides."""
    size = SHORT._replace(simulated={10: 40, 5: 20})
    found = coverage([recording()], size, part())
    first, other = found.ours.split("; ")
    assert first.endswith(" %")
    assert other.endswith("with 5")
    assert found.pyperf is found.pytest_benchmark is None


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
    monkeypatch.setattr("bench.selftest.__main__.SHORT", SHORT._replace(simulated={10: 20}))
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
    monkeypatch.setattr("bench.selftest.__main__.FULL", SHORT._replace(simulated={10: 20}, drawn=1))
    folder = written(tmp_path / "recording", [recording(seed) for seed in range(5)])
    about = self_test("both cores busy", "then")
    (folder / "about.jsonl").write_bytes(msgspec.json.encode(about))
    into = tmp_path / "selftest.jsonl"
    assert main(["--from", str(folder), "--into", str(into)]) == 0
    [found] = method.read(into)
    assert (found.made, found.load) == ("then", "both cores busy")
    kinds = [trial.what.split(":")[0] for trial in found.trials]
    assert kinds == ["false alarms", "power", "power", "coverage", "cost of measuring"]


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
