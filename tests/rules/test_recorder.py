"""The recorder: what an experiment shows becomes a cell, and passes only if it was expected."""

from collections.abc import Callable

import msgspec
import pytest

from impls import contract
from impls.contract import Ability, Kind, Told, Variant
from impls.registry import VARIANTS
from report.matrix import Cell, Subject, Truth, Verdict
from report.matrix import Kind as Subjects
from rules.catalogue import RULES
from rules.checks import Check, all_checks
from rules.claim import ALWAYS, NEVER, Claim, all_claims
from rules.known import Known
from rules.specimen import all_specimens
from rules.states import ASPECTS
from rules.trial import Trial
from tests.rules.recorder import Noted, Recorder, column, matrix

FAULT = Known("a reason", "https://example.org/1")
BROKE = "L1: 6 calls in progress at once"


def held(
    run: Callable[[Trial], str], fault: Known | None = None, number: str = "L1"
) -> tuple[list[Cell], BaseException | None]:
    """Hold one experiment; give the cells, and what the test would end with."""
    recorder = Recorder()
    check = Check(f"{number}-some", RULES[number], frozenset(), frozenset(), gates=False, run=run)
    try:
        recorder.hold(check, "some/variant", lambda: run(None), fault)  # type: ignore[arg-type] # unused
    except (AssertionError, pytest.xfail.Exception) as ended:
        return recorder.cells(), ended
    return recorder.cells(), None


def keeps(_: Trial) -> str:
    return "at most 5"


def breaks(_: Trial) -> str:
    raise AssertionError(BROKE)


def test_kept() -> None:
    """What keeps a rule passes, and says what was seen."""
    [cell], ended = held(keeps)
    assert (cell.verdict, cell.seen, ended) == (Verdict.KEPT, "at most 5", None)


def test_a_trait_has_its_value() -> None:
    """A trait is neither kept nor broken."""
    [cell], _ = held(keeps, number="E5")
    assert cell.verdict is Verdict.TRAIT


def test_broken() -> None:
    """What breaks a rule fails with what was seen."""
    [cell], ended = held(breaks)
    assert (cell.verdict, cell.seen, cell.why) == (Verdict.BROKEN, BROKE, "")
    assert isinstance(ended, AssertionError)
    assert str(ended).startswith(BROKE)


def test_broken_as_known() -> None:
    """What is known to break it is expected to, and the cell says why, and where that is told."""
    [cell], ended = held(breaks, FAULT)
    assert isinstance(ended, pytest.xfail.Exception)
    assert (cell.verdict, cell.why, cell.link) == (Verdict.BROKEN, *FAULT[:2])


@pytest.mark.parametrize("error", [RuntimeError("by itself"), pytest.fail.Exception("too long")])
def test_an_experiment_that_fails_by_itself(error: BaseException) -> None:
    """It fails the test, and is told as broken: an earlier run's cell must not stand."""
    recorder = Recorder()
    check = all_checks()["L1-never_more"]

    def fails() -> str:
        raise error

    with pytest.raises(type(error)):
        recorder.hold(check, "some/variant", fails, FAULT)
    [cell] = recorder.cells()
    told = f"L1: {type(error).__name__}: {error}"
    assert (cell.verdict, cell.seen, cell.why) == (Verdict.BROKEN, told, "")


def test_a_fault_that_is_gone() -> None:
    """What was known to break a rule and keeps it fails until its row goes."""
    [cell], ended = held(keeps, FAULT)
    assert cell.verdict is Verdict.KEPT
    assert "the fault is gone" in str(ended)


@pytest.mark.parametrize(
    ("run", "told"),
    [(lambda _: "", "says what was seen"), (breaks, "not this rule's message")],
    ids=["silent", "of another rule"],
)
def test_an_experiment_that_says_nothing_of_its_rule_fails(
    run: Callable[[Trial], str], told: str
) -> None:
    """Neither silence nor another rule's message is a verdict."""
    _, ended = held(run, number="C1")
    assert told in str(ended)


def test_many_cases_are_one_cell() -> None:
    """It is broken if any case is, and says how many are."""
    recorder = Recorder()
    for subject, verdicts in (("a", "KKB"), ("b", "KK")):
        for each in verdicts:
            verdict, seen = {"K": (Verdict.KEPT, "kept"), "B": (Verdict.BROKEN, BROKE)}[each]
            recorder.note(Cell("L1-cases", "L1", subject, verdict, seen))
    a, b = recorder.cells()
    assert (a.verdict, a.seen) == (Verdict.BROKEN, f"{BROKE}; so in 1 of 3 cases")
    assert (b.verdict, b.seen) == (Verdict.KEPT, "in all of 2 cases")


def test_the_matrix_has_everything() -> None:
    """Every rule, every experiment and every variant is in it, whatever was run."""
    whole = matrix(Recorder(), VARIANTS)
    assert [each.number for each in whole.rules] == list(RULES)
    experiments = {*all_checks(), *all_specimens(), *ASPECTS}
    assert {each.name for each in whole.checks} == experiments
    assert all(each.says for each in whole.checks)
    assert {each.name for each in whole.subjects} >= set(VARIANTS)


def test_what_is_not_installed_says_so() -> None:
    """A variant that is not here has a cell for each check, with the reason."""
    absent = Variant("absent", ("no_such_module",), lambda: pytest.fail("it was loaded"))
    cells = matrix(Recorder(), {"absent": absent}).cells
    assert {cell.check for cell in cells} == set(all_checks())
    assert {(cell.verdict, cell.why) for cell in cells} == {
        (Verdict.NOT_RUN, "not installed: no_such_module")
    }


def test_states_are_put_to_what_is_ours() -> None:
    """A way that keeps a rule's checks keeps the rule, for all that nobody asked for its states."""
    asked = {
        name: Variant(name, (), lambda: pytest.fail("it was loaded"), kind=kind)
        for name, kind in (("way", contract.Kind.WAY), ("recipe", contract.Kind.MAIN))
    }
    cells = matrix(Recorder(), asked).cells
    assert {(each.subject, each.verdict) for each in cells} == {("way", Verdict.NOT_APPLICABLE)}
    assert {each.check for each in cells} == set(ASPECTS)


def test_a_column() -> None:
    """It has a line for each cell of the variant, in the order of the rules; and the sum of it."""
    cells = [
        Cell("C1-x", "C1", "mine", Verdict.NOT_APPLICABLE, why="declared"),
        Cell("R3-x", "R3", "mine", Verdict.BROKEN, "R3: it hung"),
        Cell("R1-x", "R1", "mine", Verdict.BROKEN, "R1: gone", "as all do"),
        Cell("L1-x", "L1", "mine", Verdict.KEPT, "at most 5"),
        Cell("L2-x", "L2", "mine", Verdict.KEPT, "5 as well"),
        Cell("L1-x", "L1", "other", Verdict.KEPT, "at most 4"),
    ]
    assert column(cells, "mine") == [
        "L1-x  kept            at most 5",
        "L2-x  kept            5 as well",
        "C1-x  not applicable  declared",
        "R1-x  broken          R1: gone (known: as all do)",
        "R3-x  broken          R3: it hung",
        "",
        f"R3: {RULES['R3'].says}",
        "2 kept, 1 not applicable, 1 known to be broken, 1 broken",
    ]


def test_what_schedules_find_is_the_smallest() -> None:
    """Of all that a search meets on its way to a small schedule, the last is told."""
    recorder = Recorder()
    for seen in ("L1: 9 calls", "L1: 6 calls"):
        recorder.found("mine", seen)
    [cell] = recorder.cells()
    assert (cell.rule, cell.verdict, cell.seen) == ("L1", Verdict.BROKEN, "L1: 6 calls")


SAYS = "Birds sing."


def weighed(
    run: Callable[[], str], holds: str = ALWAYS, since: tuple[int, int] = (3, 11)
) -> tuple[Recorder, BaseException | None]:
    """Weigh one claim; give the recorder, and what the test would end with."""
    recorder = Recorder()
    try:
        recorder.weigh(Claim(SAYS, holds, since, run))
    except (AssertionError, LookupError, pytest.skip.Exception) as ended:
        return recorder, ended
    return recorder, None


def sings() -> str:
    return "it sang"


def is_silent() -> str:
    raise AssertionError("it was silent")


def flies_off() -> str:
    raise LookupError("gone")


@pytest.mark.parametrize(
    ("run", "holds", "truth", "seen"),
    [(sings, ALWAYS, Truth.HOLDS, "it sang"), (is_silent, NEVER, Truth.FAILS, "it was silent")],
)
def test_a_claim_that_is_as_expected_passes(
    run: Callable[[], str], holds: str, truth: Truth, seen: str
) -> None:
    """Also one that does not hold."""
    recorder, ended = weighed(run, holds)
    assert ended is None
    [claim] = recorder.noted().claims
    assert (claim.name, claim.says, claim.verdict, claim.seen) == (run.__name__, SAYS, truth, seen)


@pytest.mark.parametrize(
    ("run", "holds", "truth", "words"),
    [
        (sings, NEVER, Truth.HOLDS, "the claim holds here: it sang"),
        (is_silent, ALWAYS, Truth.FAILS, "the claim does not hold here: it was silent"),
        (lambda: "", ALWAYS, Truth.HOLDS, "says what was seen"),
        (flies_off, NEVER, Truth.FAILS, "gone"),
    ],
)
def test_a_claim_that_is_not_as_expected_fails(
    run: Callable[[], str], holds: str, truth: Truth, words: str
) -> None:
    """And is told as it was seen."""
    recorder, ended = weighed(run, holds)
    assert words in str(ended)
    assert [claim.verdict for claim in recorder.noted().claims] == [truth]


def test_a_claim_about_another_python_is_not_weighed() -> None:
    """It says which one."""
    recorder, ended = weighed(sings, since=(9, 1))
    assert isinstance(ended, pytest.skip.Exception)
    [claim] = recorder.noted().claims
    assert (claim.verdict, claim.seen) == (Truth.NOT_RUN, "needs Python 9.1")


def test_what_another_process_noted_is_taken() -> None:
    """Cells and claims, as a message between processes; claims in the order of their programs."""
    there, here = Recorder(), Recorder()
    for name in reversed(all_claims()):
        there.weigh(Claim("It is so.", ALWAYS, (3, 11), renamed(name)))
    there.note(Cell("L1-never_more", "L1", "a", Verdict.KEPT, "at most 5"))
    here.take(msgspec.convert(msgspec.to_builtins(there.noted()), Noted))
    assert here.noted() == there.noted()
    assert [claim.name for claim in here.claims()] == list(all_claims())
    assert Recorder().is_empty()
    assert not here.is_empty()


def renamed(name: str) -> Callable[[], str]:
    """Give a program of this name."""

    def run() -> str:
        return "it is"

    run.__name__ = name
    return run


def test_the_matrix_tells_why_a_variant_is_in_the_field() -> None:
    """With where people meet it, and why it could not be run; the thread's ways stand beside."""
    told = Told("a page", "https://example.org")
    cannot = {Ability.CUTS: "it runs to its end"}
    absent = Variant(
        "absent", ("no_such_module",), pytest.fail, cannot=cannot, kind=Kind.RIVAL, told=told
    )
    made = matrix(Recorder(), {"absent": absent})
    assert made.subjects[0] == Subject(
        *("absent", Subjects.VARIANT, "rival", "a page", "https://example.org"),
        missing="not installed: no_such_module",
        cannot={"cuts off calls in progress": "it runs to its end"},
    )
    assert [each.number for each in made.thread] == list(range(1, 21))
    assert made.claims == []
