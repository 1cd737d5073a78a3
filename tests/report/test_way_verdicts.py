"""The verdict on a way follows from its facts, by rules that stand written down."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from report.comparison import Interval
from report.evidence import Seen
from report.figures import State
from report.growth import Grown, Point
from report.matrix import Verdict
from report.way_facts import FLOOR, Facts, Raced
from report.way_verdicts import (
    FINDING_OF,
    FINDINGS,
    LESSER,
    RECOMMENDED,
    Finding,
    Weight,
    is_lesser,
    judge,
)
from rules.catalogue import RULES, Strength

CLEAN = Facts("trio/workers", tried=70)
SEEN = Seen(Verdict.BROKEN, "3.11", "5 of 5 vanished", "", "", "")


def raced(
    charges: Mapping[str, Interval] | None = None,
    efficiency: Interval | None = None,
    *fates: tuple[State, str],
) -> Raced:
    """Make what a race says."""
    return Raced(None, charges or {}, efficiency, fates)


def grown(calls: int, cpu: float, memory: int, stopped: str = "") -> Grown:
    """Make what was measured of a batch that grows to so many calls."""
    return Grown("trio/workers", [Point(1000, 0.01, 0), Point(calls, cpu, memory)], stopped)


def test_every_required_rule_belongs_to_one_finding() -> None:
    """A rule that is new must be thought about; traits and chance count against nobody."""
    required = {each.number for each in RULES.values() if each.strength is Strength.REQUIRED}
    all_ = [rule for each in FINDINGS for rule in each.rules]
    assert len(all_) == len(set(all_))
    assert set(all_) == required == set(FINDING_OF)


def test_every_finding_can_be_told_apart() -> None:
    """Each has words of its own, and a reason to apply."""
    assert len({each.words for each in FINDINGS}) == len(FINDINGS)
    assert RECOMMENDED.words not in {each.words for each in FINDINGS}


@pytest.mark.parametrize(
    ("finding", "rule"), [(each, rule) for each in FINDINGS for rule in each.rules]
)
def test_a_broken_rule_is_its_finding(finding: Finding, rule: str) -> None:
    """Whichever it is; only what is lesser names it, since there the words say no more."""
    verdict, also = judge(replace(CLEAN, broken={rule: ""}))
    assert (verdict.words, verdict.rules) == (finding.words.format(rules=rule), (rule,))
    assert is_lesser(verdict) == (finding is LESSER)
    assert also == ()


@pytest.mark.parametrize(
    ("facts", "words", "because"),
    [
        (
            replace(CLEAN, missing="not installed: rsloop", tried=0),
            "not installed",
            "rsloop",
        ),
        (Facts("fire and forget", shown=(SEEN,)), "can't work", "5 of 5 vanished (3.11)"),
        (
            replace(CLEAN, raced=raced(None, None, (State.DISQUALIFIED, "its clock is odd"))),
            "gives wrong results",
            "disqualified in the race: its clock is odd",
        ),
        (
            replace(CLEAN, raced=raced(None, None, (State.HUNG, "no answer for 30 s"))),
            "hangs or fails",
            "hung in the race: no answer for 30 s",
        ),
        (replace(CLEAN, declared={"C2": "threads"}), "can't be cancelled", "threads"),
        (
            replace(CLEAN, raced=raced(None, Interval(0.9, 0.88, 0.94))),
            "leaves slots idle",
            "efficiency 0.900 (0.880–0.940) on web",
        ),
        (replace(CLEAN, declared={"S1": "all at once"}), "fine for small batches", "all at once"),
        (
            replace(CLEAN, grown=grown(100_000, 1.6, 0)),
            "fine for small batches",
            "among 100,000 calls each costs 1.6 times what one of few costs",
        ),
        (
            replace(CLEAN, grown=grown(100_000, 1.0, 99_000 * 1500)),
            "fine for small batches",
            "1,500 bytes for each pending call",
        ),
        (
            replace(CLEAN, grown=grown(30_000, 0.3, 0, "100,000 calls would take about 91 s")),
            "fine for small batches",
            "100,000 calls would take about 91 s",
        ),
        (
            replace(CLEAN, raced=raced({"null": Interval(2.0, 1.6, 2.5)})),
            "costs more",
            "2.00× (1.60–2.50) on null",
        ),
        (replace(CLEAN, name=FLOOR), "the floor", "no runtime, and no coroutines"),
        (replace(CLEAN, tried=0), "cannot tell", "it was not held against the rules"),
        (
            replace(CLEAN, untried=3),
            "cannot tell",
            "it was held against 70 rules, and not against 3",
        ),
    ],
)
def test_what_else_speaks_against_a_way(facts: Facts, words: str, because: str) -> None:
    """What was measured, declared, or befell it in the race."""
    verdict, also = judge(facts)
    assert (verdict.words, verdict.because, also) == (words, (because,), ())


@pytest.mark.parametrize(
    "facts",
    [
        CLEAN,
        replace(CLEAN, raced=raced({"null": Interval(2.0, 1.4, 2.9)}, Interval(0.94, 0.91, 0.97))),
        replace(CLEAN, raced=raced({"null": Interval(9.0)}, Interval(0.5))),
        replace(CLEAN, grown=grown(100_000, 1.4, 99_000 * 900)),
        replace(CLEAN, grown=Grown("trio/workers", [], "not installed")),
        replace(CLEAN, declared={"X6": "a task has one context"}),
        replace(CLEAN, broken={"C7": ""}, runtimes=frozenset({"C7"})),
    ],
    ids=["nothing", "unsure", "no bounds", "a little", "not measured", "declared", "the runtime's"],
)
def test_what_nothing_speaks_against_is_recommended(facts: Facts) -> None:
    """What is not sure speaks against nobody, nor does a lesser fault of the runtime itself."""
    assert judge(facts) == (RECOMMENDED, ())


def test_a_grave_fault_of_the_runtime_counts() -> None:
    """Who chooses the way has it with it."""
    facts = replace(CLEAN, broken={"L1": "", "C7": ""}, runtimes=frozenset({"L1", "C7"}))
    verdict, also = judge(facts)
    assert (verdict.words, also) == ("breaks the limit", ())


def test_the_first_that_applies_is_the_verdict() -> None:
    """The others stand beside it, in their order, and say which lesser rules are broken."""
    facts = replace(
        CLEAN,
        broken={"X10": "", "E2": "3.11", "E3": "", "L1": "", "K9": ""},
        declared={"S1": "all at once"},
        untried=1,
    )
    verdict, also = judge(facts)
    assert (verdict.words, verdict.rules, verdict.weight) == (
        "breaks the limit",
        ("L1",),
        Weight.BAD,
    )
    assert [each.words for each in also] == [
        "goes on after a failure",
        "grows with the batch",
        "breaks X10, E2, K9",
    ]


def test_who_is_nowhere_installed_is_judged_no_further() -> None:
    """What its runtime could not show stands against nobody."""
    verdict, also = judge(replace(CLEAN, missing="needs Python 3.14", tried=0, untried=70))
    assert (verdict.words, also) == ("not installed", ())
