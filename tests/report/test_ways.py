"""What is known of each way, and the section that tells it."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest

from report import growth as growths
from report import kept
from report import matrix as matrix_file
from report.figures import standings
from report.growth import SCHEMA, Grown, Growth, Point
from report.matrix import Asked, Kind, Matrix, Rule, Subject, write
from report.results import RAISED, UNTOLD, Broken, Entrant, Mishap
from report.results import Kind as Befell
from report.rules import promises
from report.way_verdicts import Ground
from report.ways import Breach, Way, Ways, ways
from tests.report import matrices
from tests.report.conftest import ITS_TWIN, REFERENCE, Figures, Make
from tests.report.matrices import BROKEN, KEPT, NOT_APPLICABLE, NOT_RUN, cell

GATHER = "asyncio/gather"
UVLOOP = "asyncio+uvloop/workers"
FORGET = "fire and forget"
TOLD = "https://docs.python.org/3/library/asyncio-task.html"
C7 = Rule("C7", "required", "No overrun.", "Cancellation")
SPECIAL = [
    Subject("asyncio/workers", Kind.VARIANT, "main", "task groups", TOLD),
    Subject(GATHER, Kind.VARIANT, "way", "the thread", "javascript:alert(1)"),
    Subject(UVLOOP, Kind.VARIANT, "main"),
    Subject("asyncio/aiometer", Kind.VARIANT, "rival"),
    Subject("asyncio-aiohttp/workers", Kind.VARIANT, "client"),
    Subject("asyncio+eager/workers", Kind.VARIANT, "loop", missing="needs Python 3.12"),
    Subject(FORGET, Kind.SPECIMEN),
]
THREAD = [
    Asked(3, "gather", [GATHER]),
    Asked(9, "no reference", [FORGET]),
    Asked(15, "workers", ["asyncio/workers", FORGET]),
]


def of_field(*cells: Any, python: str = "3.11.7", **changes: Any) -> Matrix:
    """Make a matrix of these subjects, who all keep L1 and E2 unless a cell says otherwise."""
    said = {(each.check, each.subject) for each in cells}
    variants = [each.name for each in SPECIAL if each.kind is Kind.VARIANT and not each.missing]
    made = [
        cell(check, name, KEPT)
        for check in ("L1-never_more", "E2-none_begun", "C7-bounded")
        for name in variants
        if (check, name) not in said
    ]
    base = matrices.matrix(*made, *cells, python=python)
    rules = [*matrices.RULES[:1], matrices.RULES[2], C7]
    return msgspec.structs.replace(
        base, **{"rules": rules, "subjects": SPECIAL, "thread": THREAD, **changes}
    )


BROKE = (
    cell("L1-never_more", GATHER, BROKEN, seen="L1: 20 at once"),
    *(
        cell("C7-bounded", name, BROKEN, seen="C7: C7 was broken")
        for name in ("asyncio/workers", GATHER)
    ),
    cell("E2-none_begun", UVLOOP, BROKEN),
    cell("E2-none_begun", "asyncio/aiometer", NOT_RUN, why="no time"),
    cell("E2-forgotten", FORGET, BROKEN, seen="E2: 5 of 5 vanished"),
)


@pytest.fixture
def section(make: Make, tmp_path: Path) -> Any:
    """Make the section from matrices, figures and files of growth."""

    def factory(
        seen: Sequence[Matrix] = (),
        figures: Figures | None = None,
        sizes: Sequence[Growth] = (),
        **race: Any,
    ) -> Ways:
        for each in seen:
            write(each, tmp_path / "matrix" / f"py{each.python}.json")
        for number, growth in enumerate(sizes):
            kept.write(growth, tmp_path / "growth" / f"{number}.json")
        results = make(figures or {"null": {REFERENCE: [10] * 5}}, **race).results
        read, unread = kept.folder(tmp_path / "matrix", matrix_file.read)
        grown, doubts = kept.folder(tmp_path / "growth", growths.read)
        together = promises(read, "abc", unread)
        return ways(results, standings(results), together, read, grown, doubts=doubts)

    return factory


def rows(section: Ways) -> dict[str, Way]:
    """Give the rows by name."""
    return {way.facts.name: way for some in section.groups.values() for way in some}


def growth(*subjects: Grown, python: str = "3.11.7", commit: str = "abc") -> Growth:
    """Make what was measured on a Python."""
    return Growth(SCHEMA, "", commit, python, {}, "", list(subjects))


def test_every_way_has_its_row_and_its_verdict(section: Any) -> None:
    """In groups, with what speaks against it, and what its runtime has on its conscience."""
    made = section([of_field(*BROKE)])
    assert {group: [each.facts.name for each in some] for group, some in made.groups.items()} == {
        "asyncio": ["asyncio/workers", GATHER, UVLOOP],
        "libraries": ["asyncio/aiometer"],
        "other clients": ["asyncio-aiohttp/workers"],
        "other loops, other tasks": ["asyncio+eager/workers"],
        "shown by a small program": [FORGET],
    }
    told = {name: each.verdict.words for name, each in rows(made).items()}
    assert told == {
        "asyncio/workers": "recommended",
        GATHER: "breaks the limit",
        UVLOOP: "breaks E2",
        "asyncio/aiometer": "cannot tell",
        "asyncio-aiohttp/workers": "keeps the rules",
        "asyncio+eager/workers": "not installed",
        FORGET: "can't work",
    }
    gather = rows(made)[GATHER]
    assert gather.breaks == (Breach("L1", "", "20 at once"),)
    assert gather.runtimes == (Breach("C7", "", "C7 was broken"),)
    assert gather.verdict.grounds == (Ground(("L1",), "20 at once"),)
    assert rows(made)[FORGET].verdict.because == ("5 of 5 vanished",)
    assert [each.rules for each in rows(made)[REFERENCE].also] == [("C7",)]


def test_only_an_address_on_the_web_is_a_link(section: Any) -> None:
    """What a file says is not obeyed."""
    made = rows(section([of_field(*BROKE)]))
    assert made["asyncio/workers"].link == TOLD
    assert (made[GATHER].facts.told, made[GATHER].link) == ("the thread", "")


def test_the_whole_is_told_in_words(section: Any) -> None:
    """How many were tried, which are recommended, and which of the thread's."""
    made = section([of_field(*BROKE)])
    assert made.says == (
        "On Python 3.11, 6 ways were tried, and 1 is recommended: asyncio/workers. "
        "asyncio-aiohttp/workers keeps the rules, and was not measured by the race. "
        "Of the 3 ways of answering the thread's question, 15 (asyncio/workers) is among them."
    )
    worse = [cell("L1-never_more", each.name, BROKEN) for each in SPECIAL[:5]]
    assert section([of_field(*worse, thread=[])]).says == (
        "On Python 3.11, 5 ways were tried, and none is recommended."
    )


def test_the_thread_is_found_by_number(section: Any) -> None:
    """A small program has a row where no variant shows the way, and only there."""
    made = section([of_field(*BROKE)])
    assert [(each.number, [way.facts.name for way in shown]) for each, shown in made.thread] == [
        (3, [GATHER]),
        (9, [FORGET]),
        (15, ["asyncio/workers", FORGET]),
    ]
    assert rows(made)[GATHER].numbers == (3,)
    assert rows(made)[FORGET].numbers == (9, 15)


def test_a_way_that_one_python_can_run_is_judged(section: Any) -> None:
    """On which Python it breaks a rule is told, and the newest says where people meet it."""
    eager = Subject("asyncio+eager/workers", Kind.VARIANT, "loop", "the reference")
    subjects = [eager if each.missing else each for each in SPECIAL]
    checks = ("L1-never_more", "E2-none_begun", "C7-bounded")
    newer = of_field(
        *(cell(check, eager.name, KEPT) for check in checks),
        cell("E2-none_begun", GATHER, BROKEN),
        python="3.12.1",
        subjects=subjects,
    )
    older = of_field(*(cell(check, eager.name, NOT_RUN) for check in checks))
    made = rows(section([newer, older]))
    assert made[eager.name].verdict.words == "keeps the rules"
    assert made[eager.name].facts.told == "the reference"
    assert made[GATHER].breaks == (Breach("E2", "3.12", ""),)
    assert made[GATHER].verdict.words == "breaks E2 on Python 3.12"


def test_a_declared_inability_counts(section: Any) -> None:
    """What the way itself says that it can't do; that a check does not apply says nothing."""
    cannot = {"cuts off calls in progress": "it runs to its end"}
    uncut = Subject("asyncio/aiometer", Kind.VARIANT, "rival", cannot=cannot)
    subjects = [uncut if each.name == uncut.name else each for each in SPECIAL]
    found = rows(section([of_field(subjects=subjects)]))["asyncio/aiometer"]
    assert (found.verdict.words, found.verdict.because) == (
        "can't be cancelled",
        ("it runs to its end",),
    )
    no_call = cell("C2-twice", GATHER, NOT_APPLICABLE, why="it makes no calls of one's own")
    rules = [*of_field().rules, Rule("C2", "required", "Nothing runs on.", "Cancellation")]
    others = (cell("C2-twice", each.name, KEPT) for each in SPECIAL[:5] if each.name != GATHER)
    made = rows(section([of_field(no_call, *others, rules=rules)]))
    assert made[GATHER].verdict.words == "keeps the rules"


def test_what_never_ended_is_told_as_that(section: Any) -> None:
    """In whosever check it was; what else the rule's checks saw stands with the rule."""
    hung = [
        cell("L1-never_more", GATHER, BROKEN, seen="L1: the batch never ended"),
        cell("E2-none_begun", UVLOOP, BROKEN, seen="E2: the batch never ended"),
        cell("E2-other", UVLOOP, BROKEN, seen="E2: 1 began"),
        *(cell("E2-other", each.name, KEPT) for each in SPECIAL[:5] if each.name != UVLOOP),
    ]
    made = rows(section([of_field(*hung)]))
    assert made[GATHER].verdict.words == "hangs or fails"
    assert made[GATHER].verdict.grounds == (Ground(("L1",), "the batch never ended"),)
    assert made[UVLOOP].verdict.words == "hangs or fails"
    assert [each.grounds for each in made[UVLOOP].also] == [(Ground(("E2",), "1 began"),)]
    assert made[UVLOOP].breaks == (Breach("E2", "", "1 began; the batch never ended"),)


def test_what_chance_shows_is_a_fault(section: Any) -> None:
    """Seen broken it counts; not seen, it says nothing, nor does it lack."""
    rules = [*of_field().rules, Rule("X2", "stochastic", "No descriptor leaks.", "Resources")]
    leaks = cell("X2-none_left", GATHER, BROKEN, seen="X2: 9 more descriptors")
    made = rows(section([of_field(leaks, rules=rules)]))
    assert made[GATHER].verdict.words == "leaks"
    assert made[GATHER].verdict.grounds == (Ground(("X2",), "9 more descriptors"),)
    assert made[REFERENCE].verdict.words == "recommended"


def test_a_small_program_that_is_refused(section: Any) -> None:
    """Who is told so by an error has lost nothing."""
    refused = cell("E2-forgotten", FORGET, KEPT, seen="TypeError")
    found = rows(section([of_field(refused)]))[FORGET].verdict
    assert (found.words, found.because) == ("refused, with an error", ("TypeError",))


def test_a_rule_that_was_put_to_nobody_is_not_kept(section: Any) -> None:
    """After a run of a few tests nobody is recommended."""
    rules = [*of_field().rules, Rule("R1", "required", "N results of N calls.", "Results")]
    made = rows(section([of_field(rules=rules)]))
    assert made["asyncio/workers"].verdict.because == (
        "it was held against 3 rules, and not against 1",
    )


def test_a_race_without_rules_recommends_nobody(section: Any) -> None:
    """Nobody has a verdict then, or the worse of two that were raced might look like the better."""
    made = section(also=[Entrant(GATHER, broke=[Broken("E1", "20 began")])])
    assert "none can be recommended before it was held against the rules" in made.says
    assert (made.groups, made.thread) == ({}, ())


def test_what_the_gate_and_the_race_saw_is_told_with_where(section: Any) -> None:
    """A rule that is broken besides those of the matrix stands beside the way, too."""
    made = section(
        [of_field()],
        also=[
            Entrant(GATHER, broke=[Broken("E3", "20 went on")]),
            Entrant("asyncio+rloop/workers", missing="not installed: rloop"),
        ],
        mishaps=[Mishap(GATHER, "null", 0, 0, Befell.BROKE_A_RULE, "L1: 20 calls at once")],
    )
    gather = rows(made)[GATHER]
    assert Breach("E3", "before the race", "20 went on") in gather.breaks
    assert Breach("L1", "in the race", "20 calls at once") in gather.breaks
    assert (gather.race, gather.no_race) == ((), "disqualified")
    assert rows(made)["asyncio+rloop/workers"].verdict.words == "not installed"


def test_the_race_speaks_beside_the_rules(section: Any) -> None:
    """A limit that only the race saw broken is not shown as kept alone."""
    made = section(
        [of_field()],
        also=[Entrant(GATHER)],
        mishaps=[Mishap(GATHER, "null", 0, 0, Befell.BROKE_A_RULE, "L1: 20 calls at once")],
    )
    gather = rows(made)[GATHER]
    assert gather.verdict.words == "breaks the limit"
    assert [(mark.sign, mark.python) for mark in gather.facts.limit] == [
        ("✓", ""),
        ("✗", "in the race"),
    ]
    assert gather.verdict.grounds == (Ground(("L1",), "20 calls at once", "in the race"),)


@pytest.mark.parametrize(
    ("kind", "why", "words", "seen"),
    [
        (Befell.HUNG, "no reply", "hangs or fails", "in the race it hung: no reply"),
        (Befell.DIED, "killed", "hangs or fails", "in the race it died: killed"),
        (
            Befell.BROKE_A_RULE,
            f"{RAISED}OSError: no route",
            "hangs or fails",
            "in the race it was disqualified: the batch raised OSError: no route",
        ),
        (
            Befell.BROKE_A_RULE,
            "its clock is odd",
            "gives wrong results",
            "in the race it was disqualified: its clock is odd",
        ),
    ],
)
def test_what_befell_it_in_the_race(
    kind: Befell, why: str, words: str, seen: str, section: Any
) -> None:
    """Where no rule is named, it hung or failed, or gave what was wrong; told once."""
    courses = {course: {REFERENCE: [10] * 5} for course in ("null", "loopback")}
    mishaps = [Mishap(GATHER, course, 0, 0, kind, why) for course in courses]
    made = section([of_field()], courses, also=[Entrant(GATHER)], mishaps=mishaps)
    found = rows(made)[GATHER].verdict
    assert (found.words, found.grounds) == (words, (Ground((), seen),))
    assert rows(made)[GATHER].breaks == ()


def test_who_came_to_grief_at_the_gate(section: Any) -> None:
    """Nobody can tell which rule that was."""
    broke = [Broken(UNTOLD, "hung: no reply for 60 s")]
    found = rows(section([of_field()], also=[Entrant(GATHER, broke=broke)]))[GATHER].verdict
    assert found.words == "hangs or fails"
    assert found.grounds == (Ground((), "before the race it hung: no reply for 60 s"),)


def test_who_hung_at_the_gate(section: Any) -> None:
    """A check that is known to hang says there whose check it was, and that says nothing of it."""
    broke = [Broken("X4", "X4: the batch never ended")]
    found = rows(section([of_field()], also=[Entrant(GATHER, broke=broke)]))[GATHER].verdict
    assert found.words == "hangs or fails"


EFFICIENCY = "0.800 (0.789–0.811)"

FIGURES: dict[str, dict[str, list[float]]] = {
    "null": {
        REFERENCE: [1.0, 1.01, 1.02, 1.0, 0.99],
        GATHER: [4.0, 4.04, 4.08, 4.0, 3.96],
        UVLOOP: [0.5, 0.506, 0.51, 0.499, 0.495],
        ITS_TWIN: [1.0, 1.01, 1.02, 1.0, 0.99],
    },
    "loopback": {
        REFERENCE: [20, 21, 22, 23, 24],
        GATHER: [22, 23.1, 24.2, 25.3, 26.4],
        "selectors/workers": [9.9, 10.6, 11, 11.4, 12.1],
    },
    "web": {REFERENCE: [0.99] * 5, GATHER: [0.8, 0.81, 0.803, 0.79, 0.797]},
}


def test_what_the_race_says_is_told(section: Any) -> None:
    """Over the floor, over the workers of the same runtime, and how full the limit was."""
    made = rows(section([of_field()], FIGURES))
    charges = ("4.00× (4.00–4.00)", "1.10×")
    assert made[GATHER].race == ("2.20× (2.16–2.24)", *charges, EFFICIENCY)
    assert [each.words for each in (made[GATHER].verdict, *made[GATHER].also)] == [
        "leaves slots idle",
        "costs more",
    ]
    assert made[REFERENCE].race == ("2.00× (1.96–2.04)", "—", "—", "0.990 (0.990–0.990)")
    assert made[UVLOOP].race[1].startswith("0.50×")
    assert (made["asyncio/aiometer"].race, made["asyncio/aiometer"].no_race) == ((), "not raced")
    assert made["selectors/workers"].no_race == "nothing to compare with"


def test_of_several_interpreters_the_references_speaks(section: Any) -> None:
    """Others may have raced the same way, at other figures."""
    labelled = {f"py3.11:{name}": values for name, values in FIGURES["null"].items()}
    other = {f"py3.13:{name}": [3.0] * 5 for name in FIGURES["null"]}
    made = section(
        [of_field()],
        {"null": {**labelled, **other}},
        reference=f"py3.11:{REFERENCE}",
        twin=f"py3.11:{ITS_TWIN}",
    )
    assert rows(made)[GATHER].race[1] == "4.00× (4.00–4.00)"
    assert not [name for name in rows(made) if ":" in name]


def test_a_machine_that_idles_everybody(section: Any) -> None:
    """What workers on the same runtime reach no more of is not the way's fault."""
    busy = [0.8, 0.81, 0.803, 0.79, 0.797]
    alike = {REFERENCE: busy, GATHER: [busy[-1], *busy[:-1]]}
    made = rows(section([of_field()], FIGURES | {"web": alike}))
    assert made[GATHER].verdict.words == "costs more"


def test_how_a_way_grows_is_told(section: Any) -> None:
    """By the Python of the race if it was measured there, and how far it went."""
    steady = [
        Point(1000, 0.01, 0),
        Point(10_000, 0.1, 9_000 * 80),
        Point(100_000, 1.1, 99_000 * 80),
    ]
    steep = [Point(1000, 0.01, 0), Point(10_000, 0.8, 9_000 * 1600)]
    made = section(
        [of_field()],
        sizes=[
            growth(Grown(REFERENCE, [steady] * 3), Grown(GATHER, [steep] * 3, "too long")),
            growth(
                Grown(REFERENCE, [steep] * 3),
                Grown(UVLOOP, [steady[:1]], failed="died: its process ended"),
                Grown("asyncio-aiohttp/workers", [steady[:1]] * 3, "10,000 take long"),
                python="3.13.0",
            ),
            growth(Grown("asyncio/aiometer", missing="not installed"), commit="def"),
        ],
        conditions={"Python": "3.11.7 (main)", "commit": "abc"},
    )
    found = rows(made)
    assert found[REFERENCE].growth == ("80", "1.10× (1.10–1.10)", "1.04 (1.04–1.04)")
    assert found[GATHER].growth == ("1,600", "8.00× (8.00–8.00) at 10,000", "1.90 (1.90–1.90)")
    assert found[GATHER].verdict.words == "fine for small batches"
    assert (found[UVLOOP].growth, found[UVLOOP].no_growth) == ((), "died")
    assert found[UVLOOP].verdict.words == "hangs or fails"
    assert found["asyncio-aiohttp/workers"].no_growth == "10,000 take long"
    assert found["asyncio/aiometer"].no_growth == "not measured"
    assert ["measured at commit def" in each for each in made.doubts] == [True]


def test_a_file_that_cannot_be_read_is_told(section: Any, tmp_path: Path) -> None:
    """Of growth here; of rules, the section on rules says so."""
    for folder in ("growth", "matrix"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "py3.11.json").write_text("a love letter")
    assert ["is no growth file" in each for each in section().doubts] == [True]
