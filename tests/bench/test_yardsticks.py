"""The yardsticks: what the bare loop does, and what the table says of made-up measurements."""

import importlib
import io
import platform
from collections.abc import Callable, Iterable
from typing import Any

import outcome
import pytest
from rich.console import Console

from bench.scenarios import SCENARIOS
from bench.stable import Out
from bench.yardsticks import with_aiohttp
from bench.yardsticks.__main__ import command, main
from bench.yardsticks.bare import LOOPS
from bench.yardsticks.bare import VARIANTS as BARE
from bench.yardsticks.claims import CLAIMS, Measurement, table
from bench.yardsticks.ground import Ground, in_turns
from bench.yardsticks.probes import FAULTS, peak
from bench.yardsticks.tasks import Found, Task, loopback, tasks
from bench.yardsticks.young import YoungStable
from impls.contract import Batch, Variant
from impls.field import RUNTIMES, Runtime
from impls.registry import REFERENCE, VARIANTS, missing
from origin.process import Origin
from report.results import Kind

LIMIT = 10
CALLS = 103
GOOD = {"null": 0.05, "aiohttp": 0.2, "heap": 2.0, "web": 0.99, "memory": 1.0}
BAD = {"null": 0.2, "aiohttp": 0.5, "web": 0.9, "memory": 11.0}


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


@pytest.mark.parametrize("runtime", RUNTIMES, ids=[runtime.name for runtime in RUNTIMES])
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
    assert about["null"] == about["memory"] == runtimes
    assert {name.partition("/")[0] for name in about["web"]} == runtimes - {"threads"}
    assert about["aiohttp"] == about["heap"] == {REFERENCE}


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


def test_aiohttp_keeps_the_rules(origin: Origin) -> None:
    """What we are measured against does the same work: every result, up to the limit."""
    with ground(origin).processes() as process:
        worker = process(with_aiohttp.VARIANTS[with_aiohttp.NAME])
        measured, _ = ground(origin).remote(worker, loopback(1))
    assert measured.saw
    assert measured.saw.connections == SCENARIOS["loopback"].limit


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
