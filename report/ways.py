"""Which way?  Every way that people are told, with what is known of it and a verdict in words.

Strategy: a row for each way, in groups; and the well-known thread, way by way, for who comes from
there.  Facts come from `way_facts`, verdicts from `way_verdicts`; here they become text.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from report import growth, names
from report.evidence import WEB
from report.figures import Standing
from report.growth import Grown, Growth
from report.kept import Unreadable
from report.matrix import Asked, Matrix, read
from report.results import Results
from report.rules import Promises
from report.way_facts import SPECIMEN, Facts, Race, Raced, gathered, plain
from report.way_verdicts import RECOMMENDED, Told, is_lesser, judge
from report.words import NOTHING, counted, ranged

GROUPS = {
    "rival": "libraries",
    "client": "other clients",
    "loop": "other loops, other tasks",
    SPECIMEN: "shown by a small program",
}
"""What is no way of a runtime itself; those stand by runtime."""


@dataclass(frozen=True)
class Way:
    """A row.

    Attributes:
        verdict: the first finding that applies.
        also: the others.
        numbers: its places in the thread.
        breaks: the rules that it breaks and its plain runtime does not; on which Pythons.
        runtimes: those that its runtime breaks, too.
        explained: what the rules say that the verdict only names.
        race: its charge over the floor's, its charge over that of `workers`, and its efficiency;
            empty if it has none of these.
        no_race: what is said in their place.
        growth: what a pending call takes and what a call costs as the batch grows; empty if that
            was not measured.
    """

    facts: Facts
    verdict: Told
    also: tuple[Told, ...]
    numbers: tuple[int, ...]
    breaks: tuple[tuple[str, str], ...]
    runtimes: tuple[tuple[str, str], ...]
    explained: tuple[str, ...]
    race: tuple[str, ...]
    no_race: str
    growth: tuple[str, ...]

    @property
    def anchor(self) -> str:
        """How its row is found on the page."""
        return re.sub(r"\s+", "-", f"way-{self.facts.name}")

    @property
    def link(self) -> str:
        """Where people meet it, if that is an address on the web."""
        return self.facts.link if WEB.fullmatch(self.facts.link) else ""


@dataclass(frozen=True)
class Ways:
    """The section.

    Attributes:
        says: the whole in a few sentences.
        groups: the rows by group.
        thread: the ways of the thread, each with the rows that show it.
        doubts: what is to be said before anybody believes it.
    """

    says: str
    groups: Mapping[str, tuple[Way, ...]]
    thread: tuple[tuple[Asked, tuple[Way, ...]], ...]
    doubts: tuple[str, ...]


def ways(
    results: Results,
    standings: Iterable[Standing],
    promises: Promises,
    matrices: Path,
    grown: Path,
) -> Ways:
    """Judge every way.

    Args:
        results: of the race.
        standings: its courses.
        promises: the matrices as one.
        matrices: the folder of those.
        grown: the folder of what was measured of how ways grow.
    """
    read_ = _matrices(matrices)
    conditions = results.race.conditions
    files, doubts = _grown(grown, conditions.get("commit"))
    asked = [each for matrix in read_[-1:] for each in matrix.thread]
    sizes = _measured(files, conditions.get("Python", ""))
    facts = gathered(Race(results, standings), promises, read_, sizes)
    all_ = [_way(each, asked, promises) for each in facts]
    thread = tuple((each, tuple(_showing(each, all_))) for each in asked)
    return Ways(" ".join(_says(promises, all_, thread)), _grouped(all_), thread, tuple(doubts))


def _matrices(folder: Path) -> list[Matrix]:
    """Read the matrices, from the oldest Python to the newest; who can't be read is told of."""
    found = []
    for file in folder.glob("*.json"):
        try:
            found.append(read(file))
        except Unreadable:  # the section on the rules says so
            continue
    return sorted(found, key=lambda each: _version(each.python))


def _version(python: str) -> list[int]:
    return [int(part) for part in re.findall(r"\d+", python)]


def _grown(folder: Path, commit: str | None) -> tuple[list[Growth], list[str]]:
    files, doubts = [], []
    for file in sorted(folder.glob("*.json")):
        try:
            files.append(growth.read(file))
        except Unreadable as error:
            doubts.append(f"Left out: {error}.")
    doubts += (
        f"How ways grow was measured at commit {each.commit} on Python {each.python}, and the "
        f"race was of commit {commit}. Make both anew with: make growth bench."
        for each in files
        if commit not in {None, each.commit}
    )
    return files, doubts


def _measured(files: Iterable[Growth], python: str) -> dict[str, Grown]:
    """Give what was measured of each way: by the race's Python if it was, or by the newest."""
    in_order = sorted(
        files, key=lambda each: (python.startswith(each.python), _version(each.python))
    )
    return {each.name: each for file in in_order for each in file.subjects if each.points}


def _way(facts: Facts, thread: Iterable[Asked], promises: Promises) -> Way:
    verdict, also = judge(facts)
    named = verdict.rules if is_lesser(verdict) else ()
    figures = tuple(_race(facts.raced)) if facts.raced else ()
    own = [each for each in facts.broken.items() if each[0] not in facts.runtimes]
    return Way(
        facts,
        verdict,
        also,
        tuple(each.number for each in thread if facts.name in each.subjects),
        tuple(own),
        tuple(each for each in facts.broken.items() if each not in own),
        tuple(_says_of(each, promises) for each in named if each in promises.rows),
        figures if set(figures) - {NOTHING} else (),
        _no_race(facts.raced),
        tuple(_growth(facts.grown)) if facts.grown else (),
    )


def _says_of(rule: str, promises: Promises) -> str:
    """Give what a rule says, to stand among other parts of a sentence."""
    return promises.rows[rule].rule.says.removesuffix(".")


def _race(raced: Raced) -> Iterator[str]:
    yield ranged("cpu ratio", raced.floor)
    yield ranged("cpu ratio", raced.charges.get("null"))
    yield ranged("efficiency", raced.efficiency)


def _no_race(raced: Raced | None) -> str:
    fates = dict.fromkeys(str(state) for state, _ in raced.fates) if raced else {}
    return ", ".join(fates) or ("nothing to compare with" if raced else "not raced")


def _growth(grown: Grown) -> Iterator[str]:
    yield NOTHING if grown.pending is None else f"{max(0, grown.pending):,.0f}"
    if grown.times is None:
        yield grown.stopped or NOTHING
        return
    reached = f" at {grown.points[-1].calls:,}" if grown.stopped else ""
    yield f"{grown.times:.2f}×{reached}"


def _grouped(all_: Iterable[Way]) -> dict[str, tuple[Way, ...]]:
    groups: dict[str, list[Way]] = {}
    for each in all_:
        groups.setdefault(_group(each.facts), []).append(each)
    last = [each for each in GROUPS.values() if each in groups]
    order = [*(each for each in groups if each not in last), *last]
    return {each: tuple(groups[each]) for each in order}


def _group(facts: Facts) -> str:
    return GROUPS.get(facts.group) or names.family(plain(facts.name))


def _showing(asked: Asked, all_: Iterable[Way]) -> Iterator[Way]:
    yield from (each for each in all_ if each.facts.name in asked.subjects)


Thread = Sequence[tuple[Asked, tuple[Way, ...]]]


def _says(promises: Promises, all_: Sequence[Way], thread: Thread) -> Iterator[str]:
    judged = [each for each in all_ if each.facts.tried or each.facts.shown]
    if not judged:
        yield "No way can be recommended before it was held against the rules: make test does that."
        return
    good = [each.facts.name for each in judged if each.verdict is RECOMMENDED]
    on = f"On Python {_and(promises.pythons)}, " if promises.pythons else ""
    were = "were" if judged[1:] else "was"
    which = f"{len(good)} {_are(good)} recommended: {', '.join(good)}"
    told = which if good else "none is recommended"
    yield f"{on}{counted(len(judged), 'way')} {were} tried, and {told}."
    yield from _of_thread(thread)


def _of_thread(thread: Thread) -> Iterator[str]:
    if not thread:
        return
    named = {
        asked.number: [each.facts.name for each in shown if each.verdict is RECOMMENDED]
        for asked, shown in thread
    }
    good = [f"{number} ({', '.join(who)})" for number, who in named.items() if who]
    told = f"{_and(good)} {_are(good)} among them" if good else "none is among them"
    yield f"Of the {len(thread)} ways that the well-known thread tells, {told}."


def _are(items: Sequence[str]) -> str:
    return "are" if items[1:] else "is"


def _and(items: Sequence[str]) -> str:
    return " and ".join([", ".join(items[:-1]), items[-1]] if items[1:] else items)
