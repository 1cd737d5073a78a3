"""The verdict on a way follows from its facts, by rules that stand written down."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from impls.contract import Ability
from report.comparison import Interval
from report.evidence import Seen
from report.families import FLOOR
from report.growth import Grown, Point
from report.matrix import Verdict
from report.results import UNTOLD
from report.way_facts import Facts
from report.way_faults import Fault
from report.way_findings import (
    CUTS,
    FINDING_OF,
    FINDINGS,
    LAZY,
    RECOMMENDED,
    SMALL,
    Finding,
    Weight,
)
from report.way_race import Raced
from report.way_verdicts import Ground, Told, judge
from rules.catalogue import RULES, Strength

RACED = Raced(None, {}, None)
CLEAN = Facts("trio/workers", tried=70, raced=RACED)
SEEN = Seen(Verdict.BROKEN, "3.11", "5 of 5 vanished", "", "", "")

VERDICTS = {
    "breaks the limit": "L1 L2 L3 L6",
    "gives wrong results": "R1 F3 F11 X4 X5 X11 X13",
    "loses errors": "E8 E11 C6",
    "hangs or fails": "L8 E13 C17 F4 X12",
    "can't be cancelled": "C1 C2 C3 C4 C5 C11 C18 S3 X1 K1",
    "goes on after a failure": "E1 E3 E4 E15 X15",
    "leaks": "X2 X3",
    "leaves slots idle": "L4 L5 L7",
    "tells only one of several errors": "E6 E7",
    "fine for small batches": "S1 S2 X7 X8 X9",
}
"""What the rules that are broken come to, written down a second time."""

NAMED = "E2 E9 E10 E12 C7 C9 C10 C12 C13 C14 C15 R3 S4 S5 S6 F1 F2 F5 F6 F7 F8 F9 F10 X6 X14 K3"
"""The rules that are the verdict by their names."""

NEVER_THE_VERDICT = "E14 C16 X10"

BY_CHANCE = {"X2", "L7"}
"""What chance decides, and is a fault once it is seen."""


def broken(*rules: str, seen: str = "something", pythons: tuple[str, ...] = ()) -> Facts:
    """Give the facts of a way that breaks these rules, and is clean otherwise."""
    return replace(CLEAN, faults=tuple(Fault(each, seen, pythons) for each in rules))


def raced(
    charges: Mapping[str, Interval] | None = None,
    efficiency: Interval | None = None,
    kept_busy: Interval | None = None,
) -> Raced:
    """Make what a race says."""
    return Raced(None, charges or {}, efficiency, kept_busy)


def grown(*points: tuple[int, float, int], stopped: str = "") -> Grown:
    """Make what was measured of batches of 1,000 calls and of these, alike in three processes."""
    all_ = [Point(1000, 0.01, 0), *(Point(*each) for each in points)]
    return Grown("trio/workers", [all_] * 3, stopped)


def words(facts: Facts) -> tuple[str, list[str]]:
    """Give the verdict, and what stands beside it."""
    verdict, also = judge(facts)
    return verdict.words, [f"{each.beside} {', '.join(each.rules)}".strip() for each in also]


def test_every_required_rule_belongs_to_one_finding() -> None:
    """A rule that is new must be thought about; traits count against nobody."""
    required = {each.number for each in RULES.values() if each.strength is Strength.REQUIRED}
    chance = {each.number for each in RULES.values() if each.strength is Strength.STOCHASTIC}
    all_ = [rule for each in FINDINGS for rule in each.rules]
    assert len(all_) == len(set(all_))
    assert set(all_) == required | BY_CHANCE == set(FINDING_OF)
    assert chance > BY_CHANCE


def test_every_finding_can_be_told_apart() -> None:
    """Each has words of its own, and a reason to apply; two are only names of rules."""
    told = [each.words for each in FINDINGS if not each.only_names]
    assert len(told) == len(set(told)) == len(FINDINGS) - 2
    silent = Finding("", "", Weight.NONE, "").because
    assert all(each.rules or each.because is not silent for each in FINDINGS)


def test_the_words_of_abilities() -> None:
    """What a way declares stands in the files in the words of the contract."""
    assert (Ability.CUTS.value, Ability.LAZY.value) == (CUTS, LAZY)


@pytest.mark.parametrize(
    ("rule", "verdict"),
    [(rule, verdict) for verdict, rules in VERDICTS.items() for rule in rules.split()],
)
def test_a_broken_rule_is_its_verdict(rule: str, verdict: str) -> None:
    """Whichever it is, it stands beside the words, with what was seen."""
    told, also = judge(broken(rule, seen="what it did"))
    assert (told.words, told.grounds, also) == (verdict, (Ground((rule,), "what it did"),), ())


@pytest.mark.parametrize("rule", NAMED.split())
def test_a_lesser_rule_is_named(rule: str) -> None:
    """The words say no more; if the plain runtime's workers break it, it is no verdict."""
    assert words(broken(rule)) == (f"breaks {rule}", [])
    excused = replace(broken(rule), runtimes=frozenset({rule}))
    assert words(excused) == ("recommended", [f"breaks {rule}"])


@pytest.mark.parametrize("rule", NEVER_THE_VERDICT.split())
def test_a_small_rule_is_never_the_verdict(rule: str) -> None:
    """It stands beside it, with what was seen."""
    verdict, [small] = judge(broken(rule, seen="12 of 60 passed early"))
    assert (verdict.words, verdict.finding.weight) == ("recommended", Weight.GOOD)
    assert (small.finding, small.beside) == (SMALL, "breaks")
    assert small.grounds == (Ground((rule,), "12 of 60 passed early"),)


def test_every_rule_is_written_down_here() -> None:
    """None of the tables above has lost one."""
    here = [*NAMED.split(), *NEVER_THE_VERDICT.split()]
    here += [rule for rules in VERDICTS.values() for rule in rules.split()]
    assert sorted(here) == sorted(FINDING_OF)


@pytest.mark.parametrize(
    ("facts", "verdict", "because"),
    [
        (replace(CLEAN, missing="not installed: rsloop", tried=0), "not installed", "rsloop"),
        (Facts("fire and forget", shown=(SEEN,)), "can't work", "5 of 5 vanished (3.11)"),
        (
            Facts("debug mode", shown=(replace(SEEN, verdict=Verdict.KEPT, seen="TypeError"),)),
            "refused, with an error",
            "TypeError (3.11)",
        ),
        (replace(CLEAN, cannot={CUTS: "threads"}), "can't be cancelled", "threads"),
        (
            replace(CLEAN, raced=raced(None, Interval(0.9, 0.88, 0.94))),
            "leaves slots idle",
            "efficiency 0.900 (0.880–0.940) on web",
        ),
        (
            replace(
                CLEAN,
                raced=raced(None, Interval(0.9, 0.88, 0.94), Interval(0.95, 0.93, 0.98)),
            ),
            "leaves slots idle",
            "efficiency 0.900 (0.880–0.940) on web",
        ),
        (replace(CLEAN, cannot={LAZY: "all at once"}), "fine for small batches", "all at once"),
        (
            replace(CLEAN, grown=grown((100_000, 1.6, 0))),
            "fine for small batches",
            "among 100,000 calls each costs 1.6 times what one of few costs",
        ),
        (
            replace(CLEAN, grown=grown((100_000, 1.0, 99_000 * 1500))),
            "fine for small batches",
            "1,500 bytes for each pending call",
        ),
        (
            replace(CLEAN, grown=grown((10_000, 0.9, 0), stopped="it is 81 s")),
            "fine for small batches",
            "among 10,000 calls each costs 9.0 times what one of few costs, and it is 81 s",
        ),
        (
            replace(CLEAN, raced=raced({"null": Interval(2.0, 1.6, 2.5)})),
            "costs more",
            "2.00× (1.60–2.50) on null",
        ),
        (
            replace(CLEAN, raced=raced({"loopback": Interval(2.0, 1.6, 2.5)}), group="client"),
            "costs more",
            "2.00× (1.60–2.50) on loopback",
        ),
        (replace(CLEAN, name=FLOOR), "the floor", "no runtime, and no coroutines"),
        (replace(CLEAN, tried=0), "cannot tell", "it was not held against the rules"),
        (
            replace(CLEAN, untried=3),
            "cannot tell",
            "it was held against 70 rules, and not against 3",
        ),
        (broken("K9"), "cannot tell", "it breaks K9, which no finding knows"),
        (
            replace(CLEAN, raced=None),
            "keeps the rules",
            "it was held against 70 rules, and the race has no sure figure of it",
        ),
        (
            replace(CLEAN, raced=replace(RACED, measured=False)),
            "keeps the rules",
            "it was held against 70 rules, and the race has no sure figure of it",
        ),
        (CLEAN, "recommended", "it was held against 70 rules, and raced"),
    ],
)
def test_what_else_speaks(facts: Facts, verdict: str, because: str) -> None:
    """What was measured, declared, or not to be had."""
    told, also = judge(facts)
    assert (told.words, told.because, also) == (verdict, (because,), ())


@pytest.mark.parametrize(
    "facts",
    [
        replace(CLEAN, raced=raced({"null": Interval(2.0, 1.4, 2.9)}, Interval(0.94, 0.91, 0.97))),
        replace(CLEAN, raced=raced({"null": Interval(9.0)}, Interval(0.5))),
        replace(CLEAN, raced=raced({"null": Interval(9.0, 8.0, 10.0)}), group="client"),
        replace(CLEAN, raced=raced(None, Interval(0.9, 0.88, 0.94), Interval(1.0, 0.97, 1.02))),
        replace(CLEAN, raced=raced(None, Interval(0.9, 0.88, 0.94), Interval(0.9))),
        replace(CLEAN, grown=grown((100_000, 1.4, 99_000 * 900))),
        replace(CLEAN, grown=grown(stopped="10,000 calls would take about 91 s")),
        replace(CLEAN, cannot={"gives each call a context of its own": "a task has one"}),
    ],
    ids=[
        "unsure",
        "no bounds",
        "null says nothing of a client",
        "workers are as idle",
        "nobody knows of workers",
        "a little",
        "no growth to be seen",
        "declared",
    ],
)
def test_what_nothing_speaks_against_is_recommended(facts: Facts) -> None:
    """What is not sure speaks against nobody."""
    assert words(facts) == ("recommended", [])


def test_processes_must_agree() -> None:
    """What one of them does not show may be the layout of the others' memory."""
    steep, flat = grown((100_000, 1.9, 99_000 * 1500)), grown((100_000, 1.0, 0))
    mixed = replace(CLEAN, grown=Grown("trio/workers", steep.processes[:2] + flat.processes[:1]))
    assert words(mixed) == ("recommended", [])
    assert words(replace(CLEAN, grown=steep))[0] == "fine for small batches"


def test_what_hangs_or_fails_as_a_whole() -> None:
    """Whatever rule it was held against, in the race and as it grew; nobody knows which rule."""
    never = Fault("X4", "the batch never ended", hung=True)
    died = Fault(UNTOLD, "hung: no reply for 60 s", when="before the race", hung=True)
    raised = Fault(UNTOLD, "failed: OSError", when="as the batch grew", hung=True)
    verdict, also = judge(replace(CLEAN, faults=(never, died, raised)))
    assert (verdict.words, verdict.rules, also) == ("hangs or fails", ("X4",), ())
    assert verdict.grounds == (
        Ground(("X4",), "the batch never ended"),
        Ground((), "before the race it hung: no reply for 60 s"),
        Ground((), "as the batch grew it failed: OSError"),
    )
    assert verdict.asides == tuple(each.seen for each in verdict.grounds[1:])


def test_a_round_without_a_rule_is_a_wrong_result() -> None:
    """What came of it was no sample, and did not hang."""
    odd = Fault(UNTOLD, "was disqualified: its clock is odd", when="in the race")
    verdict, _ = judge(replace(CLEAN, faults=(odd,)))
    assert verdict.words == "gives wrong results"
    assert verdict.grounds == (Ground((), "in the race it was disqualified: its clock is odd"),)


def test_a_grave_fault_of_the_runtime_counts() -> None:
    """Who chooses the way has it with it; a lesser one stands beside."""
    facts = replace(broken("L1", "C7"), runtimes=frozenset({"L1", "C7"}))
    assert words(facts) == ("breaks the limit", ["breaks C7"])


def test_what_only_some_pythons_show_is_told_so() -> None:
    """If all that decides is theirs, and nothing else speaks."""
    one = broken("E11", "C6", pythons=("3.11",))
    assert words(one)[0] == "loses errors on Python 3.11"
    two = replace(one, faults=(*one.faults, Fault("E8", "", ("3.12", "3.11"))))
    assert words(two)[0] == "loses errors on Python 3.11 and 3.12"
    all_ = replace(one, faults=(*one.faults, Fault("E8", "")))
    assert words(all_)[0] == "loses errors"
    declared = replace(broken("C1", pythons=("3.11",)), cannot={CUTS: "threads"})
    assert words(declared)[0] == "can't be cancelled"
    lesser = broken("L1", "E2", pythons=("3.13",))
    assert words(lesser) == ("breaks the limit on Python 3.13", ["breaks E2"])


def test_what_the_same_was_seen_of_stands_together() -> None:
    """A reader need not read it twice."""
    told = Told(RECOMMENDED, (Fault("C1", "a"), Fault("C2", "b"), Fault("C3", "a", ("3.11",))))
    told = replace(told, faults=(*told.faults, Fault("C4", "a")))
    assert told.grounds == (
        Ground(("C1", "C4"), "a"),
        Ground(("C2",), "b"),
        Ground(("C3",), "a", "3.11"),
    )


def test_the_first_that_applies_is_the_verdict() -> None:
    """The others stand beside it, in their order, and say which lesser rules are broken."""
    facts = replace(
        broken("X10", "E2", "E3", "E6", "L1", "X2"),
        cannot={LAZY: "all at once"},
        untried=1,
    )
    verdict, also = judge(facts)
    assert (verdict.words, verdict.rules, verdict.finding.weight) == (
        "breaks the limit",
        ("L1",),
        Weight.BAD,
    )
    assert [each.beside for each in also] == [
        "goes on after a failure",
        "leaks",
        "tells only one of several errors",
        "grows with the batch",
        "breaks",
        "breaks",
    ]
    assert [each.rules for each in also[-2:]] == [("E2",), ("X10",)]


def test_who_is_nowhere_installed_is_judged_no_further() -> None:
    """What its runtime could not show stands against nobody."""
    facts = replace(CLEAN, missing="needs Python 3.14", tried=0, untried=70, raced=None)
    assert words(facts) == ("not installed", [])
