"""The yardsticks: what the bare loop does, and what the table says of made-up measurements."""

import importlib
import io
import platform
import subprocess
from collections.abc import Callable, Iterable
from typing import Any

import outcome
import pytest
from rich.console import Console

from bench.rounds import BrokeARule
from bench.scenarios import SCENARIOS
from bench.stable import Out
from bench.yardsticks import trio_socket, with_aiohttp, with_wrk
from bench.yardsticks.__main__ import command, main
from bench.yardsticks.bare import LOOPED, LOOPS
from bench.yardsticks.bare import VARIANTS as BARE
from bench.yardsticks.claims import CLAIMS, Measurement, table
from bench.yardsticks.ground import Ground, in_turns
from bench.yardsticks.probes import FAULTS, peak
from bench.yardsticks.tasks import FASTEST, STREAMED, Found, Task, loopback, tasks
from bench.yardsticks.with_wrk import ARGS, Pace, installed, of_variant, of_wrk, pace, told
from bench.yardsticks.young import YoungStable
from impls.contract import Batch, Variant
from impls.field import RUNTIMES, Runtime
from impls.registry import REFERENCE, VARIANTS, missing
from origin.ledger import CallSeen, End, Ledger
from origin.process import Origin
from report.results import Kind

LIMIT = 10
CALLS = 103
GOOD = {
    "null": 0.05,
    "aiohttp": 0.2,
    "wrk": 0.8,
    "floor": 1.1,
    "stream": 1.2,
    "heap": 2.0,
    "web": 0.99,
    "memory": 1.0,
}
BAD = {"null": 0.2, "aiohttp": 0.5, "wrk": 0.6, "floor": 0.9, "web": 0.9, "memory": 11.0}


def printed(*measurements: Measurement) -> str:
    """Give the table as a person sees it."""
    console = Console(file=io.StringIO(), width=200)
    console.print(table(measurements))
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def row(text: str, subject: str) -> str:
    """Give the table's line about a subject."""
    return next(line for line in text.splitlines() if subject in line)


def ground(origin: Origin) -> Ground:
    """Measure anywhere, in silence."""
    return Ground(origin, None, lambda: None)


@pytest.mark.parametrize("runtime", LOOPED, ids=[runtime.name for runtime in LOOPED])
def test_the_bare_loop_makes_each_call_exactly_once(runtime: Runtime) -> None:
    """Whatever the limit leaves over, no call is left out and none is made twice."""
    if reason := missing(BARE[f"{runtime.name}/bare"]):
        pytest.skip(reason)
    called: list[int] = []

    def counted(call: Callable[[int], Any], args: Iterable[int], limit: int) -> Any:
        def counting(arg: int) -> Any:
            called.append(arg)
            return call(arg)

        return LOOPS[f"on_{runtime.speaks}"](counting, args, limit)

    recipe = importlib.import_module(f"impls.on_{runtime.speaks}")
    batch = Batch(range(CALLS), LIMIT)
    [finished] = recipe.run(None, [batch], strategy=counted, **runtime.options())
    assert finished.outcome == outcome.Value([])
    assert sorted(called) == list(range(CALLS))


def test_every_claim_has_a_row() -> None:
    """The table says what is claimed, of what, and by how much."""
    text = printed(*(Measurement(name, f"of {name}", [value]) for name, value in GOOD.items()))
    for name, claim in CLAIMS.items():
        assert claim.says in row(text, f"of {name} ")
        assert claim.unit.format(GOOD[name]) in row(text, f"of {name} ")


@pytest.mark.parametrize("claim", BAD)
def test_an_unmet_aim_says_so(claim: str) -> None:
    """What misses its aim is shown as what it is, and what keeps it is not."""
    text = printed(Measurement(claim, "one", [BAD[claim]]), Measurement(claim, "two", [BAD[claim]]))
    assert "NOT MET" in row(text, "one")
    assert "NOT MET" not in printed(Measurement(claim, "one", [GOOD[claim]]))


def test_the_median_decides_and_the_range_is_shown() -> None:
    """One bad block does not unmake an aim, nor does it stay hidden."""
    text = row(printed(Measurement("null", "trio", [0.03, 0.5, 0.01])), "trio")
    assert "3.0% (1.0% – 50.0%)" in text
    assert "NOT MET" not in text


def test_a_finding_has_no_aim_and_its_explanation() -> None:
    """What is only found is neither met nor missed."""
    text = row(printed(Measurement("heap", "one", [2.0], "page faults")), "one")
    assert "2.00×; page faults" in text
    assert "a finding" in text


def test_what_was_not_measured_has_its_row_and_its_reason() -> None:
    """A figure that is not there is not a figure that is good."""
    text = row(printed(Measurement("memory", "curio", [], "not installed: curio")), "curio")
    assert "not installed: curio" in text
    assert "not measured" in text


def test_efficiency_shows_the_lowest() -> None:
    """Of many variants, the one that idles most stands for all."""
    best, worst = Measurement("web", "best", [0.99]), Measurement("web", "worst", [0.97, 0.96])
    text = printed(best, worst)
    assert "0.965 (0.960 – 0.970)" in row(text, "worst")
    assert "best" not in text


def test_every_claim_is_measured_on_every_runtime_that_it_is_about() -> None:
    """No runtime is left out, but for threads where nothing can be cut off."""
    about = {claim: {task.subject for task in tasks() if task.claim == claim} for claim in CLAIMS}
    runtimes = {runtime.name for runtime in RUNTIMES}
    assert about["null"] == {runtime.name for runtime in LOOPED}
    assert about["memory"] == runtimes
    assert {name.partition("/")[0] for name in about["web"]} == runtimes - {"threads"}
    assert about["aiohttp"] == about["heap"] == {REFERENCE}
    assert about["wrk"] == about["floor"] == {FASTEST}
    assert about["stream"] == {STREAMED}


def test_a_variant_that_is_not_installed_is_not_measured(origin: Origin) -> None:
    """The task says what is missing, and starts nothing."""
    absent = Variant("absent", ("no_such_module",), VARIANTS[REFERENCE].load)
    task = Task("null", "absent", [absent], 0, lambda _: pytest.fail("it ran"))
    why = "not installed: no_such_module"
    assert task.done(ground(origin)) == Measurement("null", "absent", [], why)


def test_a_failed_task_costs_its_own_row(origin: Origin) -> None:
    """What befell it stands there, and it is no reason to end."""

    def dies(_: Ground) -> Found:
        raise Out(Kind.DIED, "its process ended in the middle")

    measured = Task("null", "trio", [], 0, dies).done(ground(origin))
    assert (measured.note, measured.failed) == ("its process ended in the middle", True)


@pytest.mark.parametrize(
    "theirs",
    [
        with_aiohttp.VARIANTS[with_aiohttp.NAME],
        trio_socket.VARIANTS[trio_socket.NAME],
    ],
    ids=lambda variant: variant.name,
)
def test_what_we_are_held_against_keeps_the_rules(theirs: Variant, origin: Origin) -> None:
    """It does the same work: every result, up to the limit."""
    if lacks := missing(theirs):
        pytest.skip(lacks)
    with ground(origin).processes() as process:
        worker = process(theirs)
        measured, _ = ground(origin).remote(worker, loopback(1))
    assert measured.saw
    assert measured.saw.connections == SCENARIOS["loopback"].limit


def seen(calls: int, connections: int, *, unanswered: int = 0) -> Ledger:
    """Make up what the origin saw of so many calls in two seconds, which cost it half a second."""
    ends = [End.ANSWERED] * (calls - unanswered) + [End.HUNG_UP] * unanswered
    rows = [
        CallSeen(0, number % connections, 2 * number / (calls - 1), 2 * number / (calls - 1), end)
        for number, end in enumerate(ends)
    ]
    return Ledger(rows, connections, cpu=0.5)


def test_a_pace_is_what_the_origin_saw() -> None:
    """Calls per second, and both sides' share of their processors."""
    assert pace(seen(1000, with_wrk.LIMIT), cpu=1.0) == Pace(500, 0.25, 0.5)


@pytest.mark.parametrize(
    ("ledger", "why"),
    [
        (seen(1000, with_wrk.LIMIT - 1), "wrk: 63 connections at work, not 64"),
        (seen(1000, with_wrk.LIMIT, unanswered=3), "wrk: 3 of 1000 calls were not answered"),
    ],
)
def test_a_pace_of_other_work_does_not_count(ledger: Ledger, why: str) -> None:
    """A bar is one only if it does as much at once as we do, and gets its answers."""
    with pytest.raises(BrokeARule, match=why):
        pace(ledger, cpu=1.0)


@pytest.mark.parametrize(
    ("origin", "client", "bound"),
    [
        (0.95, 0.5, "the origin"),
        (0.5, 0.95, "itself"),
        (0.9, 0.95, "itself"),
        (0.7, 0.7, "neither"),
    ],
)
def test_what_bound_the_calls_is_told(origin: float, client: float, bound: str) -> None:
    """Who keeps its processor busiest, if anybody does."""
    assert Pace(1.0, origin, client).bound() == bound


def test_both_sides_are_told_by_their_medians() -> None:
    """A ratio alone would hide that both are far from what they could be."""
    ours = [Pace(70_000, 0.5, 0.99), Pace(80_000, 0.6, 1.0), Pace(10, 0.1, 0.1)]
    assert told(ours, [Pace(100_000, 0.96, 0.7)]) == (
        "ours: 70,000 calls/s, bound by itself (the origin 50% busy, the client 99%); "
        "wrk: 100,000 calls/s, bound by the origin (the origin 96% busy, the client 70%)"
    )


def test_without_wrk_nothing_is_measured(origin: Origin, monkeypatch: pytest.MonkeyPatch) -> None:
    """The row says so, and nothing is started."""
    monkeypatch.setenv("PATH", "")
    [task] = [task for task in tasks() if task.claim == "wrk"]
    if lacks := missing(VARIANTS[FASTEST]):
        pytest.skip(lacks)
    assert task.done(ground(origin)) == Measurement("wrk", FASTEST, [], "not installed: wrk")


def test_a_wrk_that_fails_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its own words stand in the row."""
    failed = subprocess.CompletedProcess("wrk", 1, "", "unable to connect to 127.0.0.1:1\n")
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: failed)
    with pytest.raises(Out, match=r"wrk: unable to connect to 127\.0\.0\.1:1"):
        with_wrk.run("http://127.0.0.1:1/0", None)


@pytest.mark.skipif(not installed(), reason="not installed: wrk")
def test_wrk_makes_legal_calls(origin: Origin) -> None:
    """The origin answers each, and the limit is reached."""
    assert of_wrk(ground(origin)).speed > 0


def test_our_side_keeps_the_rules(origin: Origin, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its round counts like any other; a short one here."""
    monkeypatch.setattr(with_wrk, "ARGS", ARGS[:CALLS])
    if lacks := missing(VARIANTS[FASTEST]):
        pytest.skip(lacks)
    with ground(origin).processes() as process:
        made = of_variant(ground(origin), process(VARIANTS[FASTEST]))
    assert made.speed > 0
    assert made.client > 0


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="it is glibc's malloc that ages")
def test_a_young_process_is_young(origin: Origin) -> None:
    """It maps memory for each receive; the probe sees that, and the round counts."""
    with ground(origin).processes(YoungStable) as process:
        _, [faults] = ground(origin).remote(process(FAULTS), loopback(1))
    assert faults >= loopback(1).calls()


def test_all_take_their_turn_in_a_block() -> None:
    """Each runs once."""
    assert in_turns({"one": lambda: 1, "two": lambda: 2}) == {"one": 1, "two": 2}


def test_the_peak_is_told_in_bytes() -> None:
    """More than an interpreter needs and less than any machine has."""
    [finished] = peak(VARIANTS[REFERENCE].load(), None, [Batch(range(CALLS), LIMIT)])
    [told] = finished.outcome.unwrap()
    assert 1e6 < told < 1e10


def test_a_name_that_is_no_claim(capsys: pytest.CaptureFixture[str]) -> None:
    """The message lists those that are."""
    with pytest.raises(SystemExit):
        main(["speed"])
    assert "no claim is called 'speed'; there are: null, aiohttp" in capsys.readouterr().err


def test_the_command_is_told() -> None:
    """A person can make the same table again."""
    assert command(["null", "web"]) == "python -m bench.yardsticks null web"
