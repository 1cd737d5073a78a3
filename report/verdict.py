"""The verdict in words, computed from the figures.

Strategy: one finding for each course, and a table says which sentences a kind of figure calls for.
A sentence claims only what the comparison of two entrants supports; of the rest it says "cannot
tell".  The twin is there to show what the race is worth: sentences of its own say that, and no
other names it.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto

import numpy as np

from report import families, names
from report.comparison import WORTH_NAMING, Interval, Pair, Tell, within
from report.figures import Row, Standing
from report.results import Race
from report.statistics import FEWEST_GENERATIONS
from report.words import A_FEW, TOO_COARSE, counted, listed, nothing_below, percent, ranged, share

# The share of an ideal scheduler's pace that is as good as ideal.
ENOUGH = 0.95

# Two are shown equal within the first of these ratios that holds the whole interval.
EQUAL = (WORTH_NAMING, 1.05)


@dataclass(frozen=True)
class Finding:
    """What a course says, in a few sentences."""

    course: str
    says: str


def verdict(standings: Iterable[Standing], *, noisy: bool) -> list[Finding]:
    """Word what each course supports, and no more.

    Args:
        standings: the courses.
        noisy: whether the race deserves the warning that its machine was.
    """
    return [
        Finding(each.course.name, f"{_says(each)}{NOISY if noisy and _low(each) else ''}")
        for each in standings
    ]


NOISY = " What is low here may be the noisy machine's fault."


def _low(standing: Standing) -> bool:
    return standing.counts == "efficiency" and any(
        _pace_of(row) is Pace.LESS for row in _heard(standing)
    )


def advice(standings: Iterable[Standing]) -> str:
    """Say what to use, as far as all courses together support it; else nothing."""
    told = list(standings)
    return " ".join([*_cheaper_strategy(told), *_enough_pace(told)])


def twins(race: Race, standings: Iterable[Standing]) -> str:
    """Say on which courses the entries of the reference were told apart, or shown to be equal."""
    groups: dict[str, list[str]] = {}
    for each in standings:
        pair = each.pair(race.twin, race.reference)
        ratio = f"{ranged(f'{each.counts} ratio', pair.ratio)} " if pair else ""
        groups.setdefault(_equality(pair), []).append(f"{ratio}on {each.course.name}")
    parts = [f"{', '.join(where)}: {words}" for words, where in groups.items()]
    return f"{race.reference}, entered twice: {'; '.join(parts)}."


def _equality(pair: Pair | None) -> str:
    if pair is None:
        return "not compared"
    if not pair.ratio.bounded:
        return "cannot tell, with too few generations"
    if pair.told is not Tell.CANNOT_TELL:
        return "they differ, as they should not"
    shown_within = next((most for most in EQUAL if within(pair.ratio, most)), None)
    shown = "and shown" if shown_within else "but this run cannot tell whether"
    margin = share((shown_within or EQUAL[-1]) - 1)
    return f"not told apart, as it should be, {shown} equal within {margin}"


def noise(standings: Iterable[Standing]) -> str:
    """Say which differences this run could have told."""
    told = list(standings)
    able = [f"{percent(reach)} on {each.course.name}" for each in told if (reach := _reach(each))]
    mute: dict[str, list[str]] = {}
    for each in told:
        if not _reach(each):
            mute.setdefault(_why_mute(each), []).append(each.course.name)
    found = f"this run could tell differences from the reference of {', '.join(able)}"
    first = [found] if able else []
    says = "; ".join([*first, *(f"on {listed(where)} {why}" for why, where in mute.items())])
    return f"{says[:1].upper()}{says[1:]}."


def _reach(standing: Standing) -> float | None:
    least = standing.could_tell
    return least if least is not None and least <= TOO_COARSE else None


def _why_mute(standing: Standing) -> str:
    if len(standing.speaking) <= 1:
        return "there is nobody to compare"
    if standing.could_tell is not None and np.isfinite(standing.could_tell):
        return f"it could tell {nothing_below(standing.could_tell)}"
    made = counted(standing.generations, "generation")
    return f"it tells nothing, with {made} for {counted(len(standing.pairs), 'pair')}"


def _cheaper_strategy(standings: Sequence[Standing]) -> Iterator[str]:
    """Advise the strategy that costs less than most others, if none costs less than it."""
    charged = [each for each in standings if each.counts == "cpu" and _heard(each)]
    strategies = _strategies_of(charged)
    dearer = {usual: _dearer_than(usual, strategies, charged) for usual in strategies}
    beaten = {other for others in dearer.values() for other in others}
    best = max(strategies, key=lambda each: (each not in beaten) * len(dearer[each]), default="")
    if best in beaten or not dearer.get(best):
        return
    on = listed([each.course.name for each in charged])
    yield f"Use {best}: {_all_dearer(dearer[best], len(strategies) - 1)}, on {on}."


def _dearer_than(
    usual: str, strategies: Sequence[str], charged: Sequence[Standing]
) -> dict[str, list[str]]:
    """Give the strategies that cost more wherever both were raced, each with its runtimes."""
    dearer = {}
    for other in (each for each in strategies if each != usual):
        pairs = [_on_each_runtime(each, other, usual) for each in charged]
        told = [pair.told for found in pairs for pair in found.values()]
        if told and all(tell is Tell.SLOWER for tell in told):
            dearer[other] = list(dict.fromkeys(on for found in pairs for on in found))
    return dearer


def _all_dearer(dearer: Mapping[str, list[str]], others: int) -> str:
    if len(dearer) > 1:
        return f"{len(dearer)} of {others} others cost more CPU time wherever both were raced"
    [(other, runtimes)] = dearer.items()
    where = f"each of {len(runtimes)} runtimes" if len(runtimes) > 1 else runtimes[0]
    return f"{other} costs more CPU time on {where}"


def _strategies_of(standings: Iterable[Standing]) -> list[str]:
    entrants = (row.entrant for each in standings for row in _heard(each))
    return list(dict.fromkeys(map(names.strategy, entrants)))


def _enough_pace(standings: Iterable[Standing]) -> Iterator[str]:
    for each in standings:
        rows = _heard(each) if each.counts == "efficiency" else []
        if rows and all(_pace_of(row) is Pace.ENOUGH for row in rows):
            yield (
                f"On {each.course.name} every variant averages an efficiency of {ENOUGH} or more: "
                "there, choose a runtime for what it promises rather than for its speed."
            )


def _heard(standing: Standing) -> list[Row]:
    """Give the rows that sentences are about: those compared, without the twin."""
    return [row for row in standing.speaking if row.value and not names.is_twin(row.entrant)]


def _says(standing: Standing) -> str:
    if not _heard(standing):
        return "Cannot tell: no entrant has a round that may be compared."
    return " ".join(words for say in SAYS[standing.counts] for words in say(standing))


def _cheapest(standing: Standing) -> Iterator[str]:
    heard = [row for row in _heard(standing) if families.kind(row.entrant) != families.NO_RUNTIME]
    first = sorted((row for row in heard if not _behind(row, heard, standing)), key=_estimate)
    others = [row.entrant for row in first if row.entrant != standing.reference]
    if len(first) == len(heard):
        yield "Cannot tell who charges least: nobody is set apart from all others."
    elif len(others) < len(first):
        alike = f"; not told apart from it: {listed(others)}" if others else ""
        more = _more([row for row in heard if _told(row, standing) is Tell.SLOWER])
        yield f"Nobody was shown to charge less than {standing.reference}{alike}{more}."
    else:
        yield _ahead(first, standing)


def _behind(row: Row, others: list[Row], standing: Standing) -> bool:
    """Tell whether one of the others was shown to charge less."""
    pairs = (standing.pair(row.entrant, other.entrant) for other in others)
    return any(pair is not None and pair.told is Tell.SLOWER for pair in pairs)


def _estimate(row: Row) -> float:
    return row.value.estimate if row.value else float("nan")


def _told(row: Row, standing: Standing) -> Tell:
    pair = standing.pair(row.entrant, standing.reference)
    return pair.told if pair else Tell.CANNOT_TELL


def _more(dearer: list[Row]) -> str:
    """Name those that charge more, if they are so few that who raced them wants to hear of each."""
    return f"; more: {_charges(dearer)}" if 0 < len(dearer) <= A_FEW else ""


def _charges(rows: list[Row]) -> str:
    return listed([f"{row.entrant} at {ranged('cpu ratio', row.ratio)}" for row in rows])


def _ahead(first: list[Row], standing: Standing) -> str:
    """Name those that nobody is ahead of; of each the ratio, if it is less than the reference's."""
    less = [row for row in first if _told(row, standing) is Tell.FASTER]
    if not less:
        perhaps = listed([row.entrant for row in first])
        return f"Cannot tell who charges least: perhaps {perhaps}."
    apart = "; this run cannot tell these apart" if less[1:] else ""
    perhaps = listed([row.entrant for row in first if row not in less])
    besides = f"; perhaps as little: {perhaps}" if perhaps else ""
    charges = f"{_charges(less)} of what {standing.reference} charges"
    return f"Least CPU time per call: {charges}{apart}{besides}."


def _floor(standing: Standing) -> Iterator[str]:
    """Tell of the floor apart: it is no way to write programs."""
    for row in _heard(standing):
        if families.kind(row.entrant) == families.NO_RUNTIME:
            charge = ranged("cpu ratio", row.ratio)
            yield f"The floor, without a runtime: {row.entrant} at {charge}."


def _strategies(standing: Standing) -> Iterator[str]:
    usual = names.strategy(standing.reference)
    others = [each for each in _strategies_of([standing]) if each != usual]
    against = {each: pairs for each in others if (pairs := _on_each_runtime(standing, each, usual))}
    if len(against) > A_FEW:
        yield f"By strategy, {_at_a_glance(against)} {usual}."
        return
    for strategy, pairs in against.items():
        yield f"By strategy, {strategy} against {usual}: {_compared(pairs)}."


def _at_a_glance(against: Mapping[str, Mapping[str, Pair]]) -> str:
    """Say how many of many strategies cost more wherever both were raced, and between what."""
    dearer = {
        f"{on}/{strategy}": pair.ratio
        for strategy, pairs in against.items()
        if all(pair.told is Tell.SLOWER for pair in pairs.values())
        for on, pair in pairs.items()
    }
    count = len({names.strategy(each) for each in dearer})
    between = f", {_from_to(dearer)}," if dearer else ""
    return f"{count} of {len(against)} cost more{between} than"


def _on_each_runtime(standing: Standing, strategy: str, usual: str) -> dict[str, Pair]:
    runtimes = dict.fromkeys(names.runtime(row.entrant) for row in _heard(standing))
    pairs = {on: standing.pair(f"{on}/{strategy}", f"{on}/{usual}") for on in runtimes}
    return {on: pair for on, pair in pairs.items() if pair}


def _compared(pairs: Mapping[str, Pair]) -> str:
    groups = {each: [on for on in pairs if pairs[on].told is each] for each in Tell}
    ranges = [
        f"{costs} on {len(groups[each])} of {counted(len(pairs), 'runtime')}, "
        f"{_from_to({on: pairs[on].ratio for on in groups[each]})}"
        for each, costs in COSTS.items()
        if groups[each]
    ]
    unsure = groups[Tell.CANNOT_TELL]
    return "; ".join([*ranges, f"cannot tell on {listed(unsure)}"] if unsure else ranges)


COSTS = {Tell.SLOWER: "costs more", Tell.FASTER: "costs less"}


def _from_to(ratios: Mapping[str, Interval]) -> str:
    by_size = sorted(ratios, key=lambda on: ratios[on].estimate)
    ends = dict.fromkeys([by_size[0], by_size[-1]])
    return " to ".join(f"{ranged('cpu ratio', ratios[on])} on {on}" for on in ends)


def _keeps_pace(standing: Standing) -> Iterator[str]:
    if standing.generations < FEWEST_GENERATIONS:
        made = counted(standing.generations, "generation")
        yield f"Cannot tell, with {made} of the {FEWEST_GENERATIONS} that it takes."
        return
    for kind in families.ALL:
        rows = [row for row in _heard(standing) if families.kind(row.entrant) == kind]
        if rows:
            yield _pace(kind, rows)


def _pace(kind: str, rows: list[Row]) -> str:
    lowest = min(rows, key=_estimate)
    groups = {each: [row.entrant for row in rows if _pace_of(row) is each] for each in PACE}
    parts = [
        f"{_share(groups[each], rows)} {words}" for each, words in PACE.items() if groups[each]
    ]
    least = f"; lowest estimate: {lowest.entrant}, " if rows[1:] else ": "
    return f"{kind}: {'; '.join(parts)}{least}{ranged('efficiency', lowest.value)}."


def _share(some: list[str], rows: list[Row]) -> str:
    if len(some) <= A_FEW:
        return listed(some)
    return f"all {len(rows)}" if len(some) == len(rows) else f"{len(some)} of {len(rows)}"


class Pace(Enum):
    """How an efficiency compares with what is as good as ideal."""

    ENOUGH = auto()
    LESS = auto()
    CANNOT_TELL = auto()


def _pace_of(row: Row) -> Pace:
    value = row.value
    if value is None or not value.bounded or value.lower < ENOUGH <= value.upper:
        return Pace.CANNOT_TELL
    return Pace.ENOUGH if value.lower >= ENOUGH else Pace.LESS


PACE = {
    Pace.ENOUGH: f"averaged an efficiency of {ENOUGH} or more",
    Pace.LESS: f"averaged less than {ENOUGH}",
    Pace.CANNOT_TELL: f"could not be told from {ENOUGH}",
}

SAYS: dict[str, tuple[Callable[[Standing], Iterator[str]], ...]] = {
    "cpu": (_cheapest, _floor, _strategies),
    "efficiency": (_keeps_pace,),
}
