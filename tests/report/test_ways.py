"""What is known of each way, and the section that tells it."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest

from report import kept
from report.figures import standings
from report.growth import SCHEMA, Grown, Growth, Point
from report.matrix import Asked, Kind, Matrix, Rule, Subject, write
from report.results import Broken, Entrant, Mishap
from report.results import Kind as Befell
from report.rules import promises
from report.way_facts import plain, stand_ins
from report.ways import Way, Ways, ways
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
    *(cell("C7-bounded", name, BROKEN) for name in ("asyncio/workers", GATHER)),
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
        folders = tmp_path / "matrix", tmp_path / "growth"
        return ways(results, standings(results), promises(folders[0], "abc"), *folders)

    return factory


def rows(section: Ways) -> dict[str, Way]:
    """Give the rows by name."""
    return {way.facts.name: way for some in section.groups.values() for way in some}


def growth(*subjects: Grown, python: str = "3.11.7", commit: str = "abc") -> Growth:
    """Make what was measured on a Python."""
    return Growth(SCHEMA, "", commit, python, {}, "", list(subjects))


@pytest.mark.parametrize(
    ("name", "closest_first"),
    [
        ("trio/workers", []),
        ("anyio@trio/amap", ["anyio@trio/workers"]),
        ("asyncio+uvloop/workers", ["asyncio/workers"]),
        ("asyncio+uvloop/chunks", ["asyncio+uvloop/workers", "asyncio/workers"]),
        ("asyncio-protocol+uvloop/workers", ["asyncio+uvloop/workers", "asyncio/workers"]),
        ("asyncio-executor/threads", ["asyncio-executor/workers", "asyncio/workers"]),
        (
            "anyio@asyncio+uvloop/semaphore",
            ["anyio@asyncio+uvloop/workers", "anyio@asyncio/workers"],
        ),
    ],
)
def test_a_way_is_held_against_the_workers_of_its_runtime(
    name: str, closest_first: list[str]
) -> None:
    """Never against itself; without its client, and without its loop, if there are no others."""
    assert stand_ins(name) == closest_first
    assert plain(name) == (closest_first or [name])[-1]


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
        "asyncio-aiohttp/workers": "recommended",
        "asyncio+eager/workers": "not installed",
        FORGET: "can't work",
    }
    gather = rows(made)[GATHER]
    assert (gather.breaks, gather.runtimes) == ((("L1", ""),), (("C7", ""),))
    assert rows(made)[FORGET].verdict.because == ("5 of 5 vanished",)
    assert rows(made)[UVLOOP].explained == (
        "No queued call begins while a failure cancels the rest",
    )


def test_only_an_address_on_the_web_is_a_link(section: Any) -> None:
    """What a file says is not obeyed."""
    made = rows(section([of_field(*BROKE)]))
    assert made["asyncio/workers"].link == TOLD
    assert (made[GATHER].facts.told, made[GATHER].link) == ("the thread", "")


def test_the_whole_is_told_in_words(section: Any) -> None:
    """How many were tried, which are recommended, and which of the thread's."""
    made = section([of_field(*BROKE)])
    assert made.says == (
        "On Python 3.11, 6 ways were tried, and 2 are recommended: asyncio/workers, "
        "asyncio-aiohttp/workers. Of the 3 ways that the well-known thread tells, "
        "15 (asyncio/workers) is among them."
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
    assert made[eager.name].verdict.words == "recommended"
    assert made[eager.name].facts.told == "the reference"
    assert made[GATHER].breaks == (("E2", "3.12"),)


def test_a_declared_inability_counts(section: Any) -> None:
    """What the way itself says that it can't do."""
    uncut = cell("C2-cut_off", "asyncio/aiometer", NOT_APPLICABLE, why="it runs to its end")
    rules = [*matrices.RULES[:1], Rule("C2", "required", "Nothing runs on.", "Cancellation")]
    others = (cell("C2-cut_off", each.name, KEPT) for each in SPECIAL[:5] if each.group != "rival")
    found = rows(section([of_field(uncut, *others, rules=rules)]))["asyncio/aiometer"]
    assert (found.verdict.words, found.verdict.because) == (
        "can't be cancelled",
        ("it runs to its end",),
    )


def test_a_rule_that_was_put_to_nobody_is_not_kept(section: Any) -> None:
    """After a run of a few tests nobody is recommended."""
    rules = [*of_field().rules, Rule("R1", "required", "N results of N calls.", "Results")]
    made = rows(section([of_field(rules=rules)]))
    assert made["asyncio/workers"].verdict.because == (
        "it was held against 3 rules, and not against 1",
    )


def test_a_race_without_rules_recommends_nobody(section: Any) -> None:
    """What was raced has its row all the same."""
    made = section(
        also=[
            Entrant(GATHER, broke=[Broken("E1", "20 began")]),
            Entrant("asyncio+rloop/workers", missing="not installed: rloop"),
        ],
        mishaps=[
            Mishap(GATHER, "null", 0, 0, Befell.BROKE_A_RULE, "L1: 20 calls at once"),
        ],
    )
    assert made.says.startswith("No way can be recommended before it was held against the rules")
    told = {name: each.verdict.words for name, each in rows(made).items()}
    assert told == {
        REFERENCE: "cannot tell",
        GATHER: "breaks the limit",
        "asyncio+rloop/workers": "not installed",
    }
    gather = rows(made)[GATHER]
    assert gather.breaks == (("E1", "before the race"), ("L1", "in the race"))
    assert (gather.race, gather.no_race) == ((), "disqualified")
    assert made.thread == ()


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
    assert made[GATHER].race == ("2.20× (2.16–2.24)", "4.00× (4.00–4.00)", EFFICIENCY)
    assert [each.words for each in (made[GATHER].verdict, *made[GATHER].also)] == [
        "leaves slots idle",
        "costs more",
    ]
    assert made[REFERENCE].race == ("2.00× (1.96–2.04)", "—", "0.990 (0.990–0.990)")
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


def test_how_a_way_grows_is_told(section: Any) -> None:
    """By the Python of the race if it was measured there, and how far it went."""
    steady = [Point(1000, 0.01, 0), Point(100_000, 1.1, 99_000 * 80)]
    steep = [Point(1000, 0.01, 0), Point(30_000, 2.4, 29_000 * 1600)]
    made = section(
        [of_field()],
        sizes=[
            growth(Grown(REFERENCE, steady), Grown(GATHER, steep, "too long")),
            growth(Grown(REFERENCE, steep), Grown(UVLOOP, steady[:1]), python="3.13.0"),
            growth(Grown("asyncio/aiometer", [], "not installed"), commit="def"),
        ],
        conditions={"Python": "3.11.7 (main)", "commit": "abc"},
    )
    found = rows(made)
    assert found[REFERENCE].growth == ("80", "1.10×")
    assert found[GATHER].growth == ("1,600", "8.00× at 30,000")
    assert found[GATHER].verdict.words == "fine for small batches"
    assert found[UVLOOP].growth == ("—", "—")
    assert found["asyncio/aiometer"].growth == ()
    assert ["measured at commit def" in each for each in made.doubts] == [True]


def test_a_file_that_cannot_be_read_is_told(section: Any, tmp_path: Path) -> None:
    """Of growth here; of rules, the section on rules says so."""
    for folder in ("growth", "matrix"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "py3.11.json").write_text("a love letter")
    assert ["is no growth file" in each for each in section().doubts] == [True]
