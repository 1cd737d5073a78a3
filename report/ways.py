"""Which way?  Every way that people are told, with what is known of it and a verdict in words.

Strategy: a row for each way, in groups; and the well-known thread, way by way, for who comes from
there.  Facts come from `way_facts`, verdicts from `way_verdicts`; here they become text.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from report import names
from report.evidence import WEB
from report.figures import Standing
from report.growth import Grown, Growth, Spread
from report.kept import version
from report.matrix import Asked, Matrix
from report.results import UNTOLD, Results
from report.rules import Promises
from report.way_facts import SPECIMEN, Facts, gathered
from report.way_findings import RECOMMENDED, UNMEASURED, Finding
from report.way_race import CHARGES, InTheRace, Raced
from report.way_verdicts import Told, judge
from report.words import NOTHING, all_of, counted, listed, ranged

GROUPS = {
    "rival": "libraries",
    "client": "other clients",
    "loop": "other loops, other tasks",
    SPECIMEN: "shown by a small program",
}
"""What is no way of a runtime itself; those stand by runtime."""


UNJUDGED = (
    "Every way that was raced would have its verdict here, but none can be recommended before it "
    "was held against the rules: make test does that, in a quarter of an hour. Then write this "
    "report again, from the results beside it: .venv/bin/python -m report RESULTS.jsonl"
)


@dataclass(frozen=True)
class Breach:
    """A rule that a way breaks, where that is if not everywhere, and what was seen."""

    rule: str
    where: str
    seen: str


@dataclass(frozen=True)
class Way:
    """A row.

    Attributes:
        verdict: the first finding that applies.
        also: the others.
        numbers: its places in the thread.
        breaks: the rules that it breaks and its plain runtime does not; where, and what was seen.
        runtimes: those that its runtime breaks, too.
        race: its charge over the floor's, its charges over those of `workers`, and its efficiency;
            empty if it has none of these.
        no_race: what is said in their place.
        growth: what a pending call takes, what a call costs as the batch grows, and how steeply
            the batch does; empty if that was not measured.
        no_growth: what is said in their place.
    """

    facts: Facts
    verdict: Told
    also: tuple[Told, ...]
    numbers: tuple[int, ...]
    breaks: tuple[Breach, ...]
    runtimes: tuple[Breach, ...]
    race: tuple[str, ...]
    no_race: str
    growth: tuple[str, ...]
    no_growth: str

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
        groups: the rows by group; none before anything was held against the rules.
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
    matrices: Sequence[Matrix],
    growths: Sequence[Growth],
    *,
    doubts: Iterable[str] = (),
) -> Ways:
    """Judge every way.

    Args:
        results: of the race.
        standings: its courses.
        promises: the matrices as one.
        matrices: those, from the oldest Python to the newest.
        growths: what was measured of how ways grow, in the same order.
        doubts: what is to be said of what can't be read of that.
    """
    conditions = results.race.conditions
    asked = [each for matrix in matrices[-1:] for each in matrix.thread]
    sizes = _measured(growths, conditions.get("Python", ""))
    facts = gathered(InTheRace(results, standings), promises, matrices, sizes)
    all_ = [_way(each, asked) for each in facts]
    thread = tuple((each, tuple(_showing(each, all_))) for each in asked)
    others = _of_other_commits(growths, conditions.get("commit"))
    judged = [each for each in all_ if each.facts.tried or each.facts.shown]
    if not judged:
        return Ways(UNJUDGED, {}, (), (*doubts, *others))
    says = " ".join(_says(promises, judged, thread))
    return Ways(says, _grouped(all_), thread, (*doubts, *others))


def _of_other_commits(growths: Iterable[Growth], commit: str | None) -> Iterator[str]:
    for each in growths:
        if commit not in {None, each.commit}:
            yield (
                f"How ways grow was measured at commit {each.commit} on Python {each.python}, and "
                f"the race was of commit {commit}. Make both anew with: make growth bench."
            )


def _measured(growths: Iterable[Growth], python: str) -> dict[str, Grown]:
    """Give what was measured of each way: by the race's Python if it was, or by the newest."""
    in_order = sorted(
        growths, key=lambda each: (python.startswith(each.python), version(each.python))
    )
    return {each.name: each for file in in_order for each in file.subjects if not each.missing}


def _way(facts: Facts, thread: Iterable[Asked]) -> Way:
    verdict, also = judge(facts)
    breaches = _breaches(facts)
    own = tuple(each for each in breaches if each.rule not in facts.runtimes)
    figures = tuple(_race(facts.raced)) if facts.raced else ()
    return Way(
        facts,
        verdict,
        also,
        tuple(each.number for each in thread if facts.name in each.subjects),
        own,
        tuple(each for each in breaches if each not in own),
        figures if set(figures) - {NOTHING} else (),
        _no_race(facts.raced),
        tuple(_growth(facts.grown)) if facts.grown and facts.grown.times else (),
        _no_growth(facts.grown),
    )


def _breaches(facts: Facts) -> list[Breach]:
    """Give each rule that is broken once, with all that was seen of it."""
    found: dict[str, Breach] = {}
    for each in facts.faults:
        before = found.get(each.rule, Breach(each.rule, each.where, ""))
        seen = "; ".join(filter(None, (before.seen, each.seen)))
        found[each.rule] = Breach(each.rule, before.where, seen)
    return [each for rule, each in found.items() if rule != UNTOLD]


def _race(raced: Raced) -> Iterator[str]:
    yield ranged("cpu ratio", raced.floor)
    for course in CHARGES:
        yield ranged("cpu ratio", raced.charges.get(course))
    yield ranged("efficiency", raced.efficiency)


def _no_race(raced: Raced | None) -> str:
    if raced is None:
        return "not raced"
    return ", ".join(raced.fates) or "nothing to compare with"


def _growth(grown: Grown) -> Iterator[str]:
    reached = f" at {grown.largest:,}" if grown.stopped or grown.failed else ""
    pending = grown.pending
    yield NOTHING if pending is None else f"{max(0, pending.middle):,.0f}"
    yield NOTHING if grown.times is None else f"{_spread(grown.times, '×')}{reached}"
    yield NOTHING if grown.slope is None else _spread(grown.slope)


def _spread(figure: Spread, sign: str = "") -> str:
    """Word a figure with its lowest and its highest value."""
    return f"{figure.middle:.2f}{sign} ({figure.lowest:.2f}–{figure.highest:.2f})"


def _no_growth(grown: Grown | None) -> str:
    """Say why there are no figures: it failed, hung or died, or no two sizes were to be had."""
    if grown is None:
        return "not measured"
    return grown.failed.partition(":")[0] or grown.stopped


def _grouped(all_: Iterable[Way]) -> dict[str, tuple[Way, ...]]:
    groups: dict[str, list[Way]] = {}
    for each in all_:
        groups.setdefault(_group(each.facts), []).append(each)
    last = [each for each in GROUPS.values() if each in groups]
    order = [*(each for each in groups if each not in last), *last]
    return {each: tuple(groups[each]) for each in order}


def _group(facts: Facts) -> str:
    return GROUPS.get(facts.group) or names.family(names.plain(facts.name))


def _showing(asked: Asked, all_: Iterable[Way]) -> Iterator[Way]:
    yield from (each for each in all_ if each.facts.name in asked.subjects)


Thread = Sequence[tuple[Asked, tuple[Way, ...]]]


def _says(promises: Promises, judged: Sequence[Way], thread: Thread) -> Iterator[str]:
    good = _named(judged, RECOMMENDED)
    on = f"On Python {all_of(promises.pythons)}, " if promises.pythons else ""
    were = "were" if judged[1:] else "was"
    which = f"{len(good)} {_are(good)} recommended: {', '.join(good)}"
    told = which if good else "none is recommended"
    yield f"{on}{counted(len(judged), 'way')} {were} tried, and {told}."
    if unraced := _named(judged, UNMEASURED):
        keep = "keep the rules, and were" if unraced[1:] else "keeps the rules, and was"
        yield f"{listed(unraced)} {keep} not measured by the race."
    yield from _of_thread(thread)


def _of_thread(thread: Thread) -> Iterator[str]:
    if not thread:
        return
    named = {asked.number: _named(shown, RECOMMENDED) for asked, shown in thread}
    good = [f"{number} ({', '.join(who)})" for number, who in named.items() if who]
    told = f"{all_of(good)} {_are(good)} among them" if good else "none is among them"
    yield f"Of the {len(thread)} ways of answering the thread's question, {told}."


def _named(ways: Iterable[Way], verdict: Finding) -> list[str]:
    return [each.facts.name for each in ways if each.verdict.finding is verdict]


def _are(items: Sequence[str]) -> str:
    return "are" if items[1:] else "is"
