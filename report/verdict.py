"""The verdict in words, computed from the figures.

Strategy: one finding for each course, and a table says which sentences a kind of figure calls for.
A sentence claims only what `tell` supports; of the rest it says "cannot tell".
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import permutations

from report import names
from report.figures import FEWEST_PAIRS, Row, Spread, Standing, Tell, paired, tell
from report.words import A_FEW, listed, ranged

# The share of an ideal scheduler's pace that is as good as ideal.
ENOUGH = 0.95


@dataclass(frozen=True)
class Finding:
    """What a course says, in a few sentences."""

    course: str
    says: str


def verdict(standings: Iterable[Standing]) -> list[Finding]:
    """Word what each course supports, and no more."""
    return [Finding(each.course.name, _says(each)) for each in standings]


def advice(standings: Iterable[Standing]) -> str:
    """Say what to use, as far as all courses together support it; else nothing."""
    told = list(standings)
    return " ".join([*_cheaper_strategy(told), *_enough_pace(told)])


def _cheaper_strategy(standings: list[Standing]) -> Iterator[str]:
    charged = [each for each in standings if each.counts == "cpu" and each.speaking]
    for usual, other in permutations(_strategies_of(charged), 2):
        ratios = [
            ratio for each in charged for ratio in _on_each_runtime(each, other, usual).values()
        ]
        if ratios and all(tell(ratio) is Tell.MORE for ratio in ratios):
            on = listed([each.course.name for each in charged])
            yield f"Use {usual}: {other} costs more CPU time on every runtime, on {on}."


def _strategies_of(standings: list[Standing]) -> list[str]:
    names_ = (row.entrant for each in standings for row in each.speaking)
    return list(dict.fromkeys(map(names.strategy, names_)))


def _enough_pace(standings: list[Standing]) -> Iterator[str]:
    for each in standings:
        rows = each.speaking if each.counts == "efficiency" else []
        if rows and all(_pace_of(row) is Tell.MORE for row in rows):
            yield (
                f"On {each.course.name} every variant holds an efficiency of {ENOUGH} or more: "
                "there, choose a runtime for what it promises rather than for its speed."
            )


def _says(standing: Standing) -> str:
    if not standing.speaking:
        return "Cannot tell: no entrant has a round that may be compared."
    return " ".join(words for say in SAYS[standing.counts] for words in say(standing))


def _cheapest(standing: Standing) -> Iterator[str]:
    first = sorted(_leaders(standing), key=lambda row: _median(row, "cpu"))
    others = [row.entrant for row in first if row.entrant != standing.reference]
    if len(first) == len(standing.speaking):
        yield "Cannot tell who charges least: nobody is set apart from all others."
    elif len(others) < len(first):
        alike = f"; not told apart from it: {listed(others)}" if others else ""
        yield f"Nobody was shown to charge less than {standing.reference}{alike}."
    else:
        yield _ahead(first, standing.reference)


def _leaders(standing: Standing) -> list[Row]:
    return [row for row in standing.speaking if row.place and row.place[0] == 1]


def _ahead(first: list[Row], reference: str) -> str:
    charges = listed([f"{row.entrant} at {_charge(row)}" for row in first])
    unit = f"of what {reference} charges" if first[0].ratio else "µs"
    apart = "; this run cannot tell these apart" if first[1:] else ""
    return f"Least CPU time per call: {charges} {unit}{apart}."


def _charge(row: Row) -> str:
    return ranged("cpu ratio", row.ratio) if row.ratio else ranged("cpu", row.figures["cpu"])


def _median(row: Row, figure: str) -> float:
    spread = row.figures[figure]
    return spread.median if spread else float("nan")


def _strategies(standing: Standing) -> Iterator[str]:
    usual = names.strategy(standing.reference)
    strategies = dict.fromkeys(names.strategy(row.entrant) for row in standing.speaking)
    for strategy in strategies:
        ratios = _on_each_runtime(standing, strategy, usual)
        if strategy != usual and ratios:
            yield f"By strategy, {strategy} against {usual}: {_compared(ratios)}."


def _on_each_runtime(standing: Standing, strategy: str, usual: str) -> dict[str, Spread]:
    rows = {row.entrant: row for row in standing.speaking}
    runtimes = dict.fromkeys(names.runtime(name) for name in rows)
    both = ((each, f"{each}/{strategy}", f"{each}/{usual}") for each in runtimes)
    ratios = ((each, paired(rows[a], rows[b])) for each, a, b in both if {a, b} <= rows.keys())
    return {runtime: ratio for runtime, ratio in ratios if ratio}


def _compared(ratios: Mapping[str, Spread]) -> str:
    groups = {each: [on for on in ratios if tell(ratios[on]) == each] for each in Tell}
    ranges = [
        f"costs {each} on {_count(groups[each], ratios)}, {_from_to(groups[each], ratios)}"
        for each in (Tell.MORE, Tell.LESS)
        if groups[each]
    ]
    unsure = groups[Tell.CANNOT_TELL]
    return "; ".join([*ranges, f"cannot tell on {listed(unsure)}"] if unsure else ranges)


def _count(some: list[str], ratios: Mapping[str, Spread]) -> str:
    return f"{len(some)} of {len(ratios)} runtimes"


def _from_to(some: list[str], ratios: Mapping[str, Spread]) -> str:
    by_size = sorted(some, key=lambda on: ratios[on].median)
    ends = dict.fromkeys([by_size[0], by_size[-1]])
    return " to ".join(f"{ranged('cpu ratio', ratios[on])} on {on}" for on in ends)


def _keeps_pace(standing: Standing) -> Iterator[str]:
    for kind, belongs in KINDS.items():
        rows = [row for row in standing.speaking if belongs(names.family(row.entrant))]
        if rows:
            yield _pace(kind, rows)


def _pace(kind: str, rows: list[Row]) -> str:
    fewest = min(row.rounds for row in rows)
    if fewest < FEWEST_PAIRS:
        return f"{kind}: cannot tell, with {fewest} of the {FEWEST_PAIRS} rounds that it takes."
    lowest = min(rows, key=lambda row: _median(row, "efficiency"))
    groups = {each: [row.entrant for row in rows if _pace_of(row) == each] for each in PACE}
    parts = [
        f"{_share(groups[each], rows)} {words}" for each, words in PACE.items() if groups[each]
    ]
    least = f"; lowest: {lowest.entrant}, " if rows[1:] else ": "
    least += ranged("efficiency", lowest.figures["efficiency"])
    return f"{kind}: {'; '.join(parts)}{least}."


def _share(some: list[str], rows: list[Row]) -> str:
    if len(some) <= A_FEW:
        return listed(some)
    return f"all {len(rows)}" if len(some) == len(rows) else f"{len(some)} of {len(rows)}"


def _pace_of(row: Row) -> Tell:
    spread = row.figures["efficiency"]
    if spread is None or spread.count < FEWEST_PAIRS or spread.lower < ENOUGH <= spread.upper:
        return Tell.CANNOT_TELL
    return Tell.MORE if spread.lower >= ENOUGH else Tell.LESS


PACE = {
    Tell.MORE: f"held an efficiency of {ENOUGH} or more",
    Tell.LESS: f"stayed below {ENOUGH}",
    Tell.CANNOT_TELL: f"could not be told from {ENOUGH}",
}

KINDS: dict[str, Callable[[str], bool]] = {
    "Async variants": lambda family: family != "threads",
    "Threads": lambda family: family == "threads",
}

SAYS: dict[str, tuple[Callable[[Standing], Iterator[str]], ...]] = {
    "cpu": (_cheapest, _strategies),
    "efficiency": (_keeps_pace,),
}
