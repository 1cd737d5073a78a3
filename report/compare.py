"""`python -m report.compare EARLIER.jsonl LATER.jsonl`: what changed between two races.

Strategy: first a sentence for each course, then whatever casts doubt on it, then a table for each
course, and below them what was different about the two races.  The exit code says what became of
the comparison, not how it came out.  0, both were compared; 1, they were, but a results file has
lost its end; 2, they were not, and one line says why; 130, it was interrupted.
"""

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from pathlib import Path

from rich.console import Console
from rich.table import Table

from report.comparison import OPPOSITE, Interval, Tell
from report.console import fail, plain
from report.results import Race, Results, UnreadableResults, read
from report.statistics import FEWEST_GENERATIONS
from report.two_races import SIDES, Changes, TwoRaces, two_races
from report.words import A_FEW, counted, in_parentheses, nothing_below, possible, ranged

PROGRAM = "compare"
WIDTH = 100
"""Columns of plain text."""

BARE = "ratio"
"""As what the two figures are worded: without a sign, so that three intervals fit beside a name."""

DECIMALS = 3
"""Two races differ by little, so later over earlier is told more finely than they are."""

STYLES = {Tell.FASTER: "green", Tell.SLOWER: "red", Tell.CANNOT_TELL: "dim"}

MACHINE = ("processor", "processors")
"""The conditions by which a machine is another one."""

PASSING = "load"
"""Conditions that begin like this are never the same twice."""

NOT_THERE = "not there"

HELP = """\
For each entrant on each course that both files have: later over earlier, of the ratio of its CPU
time to the reference's, or of its efficiency, with an interval that holds for all of them together.
Exit code: 0, compared, whether or not they differ; 1, compared, but a file has lost its end;
2, not compared; 130, interrupted."""


def main() -> int:
    """Compare the two files that the command line names, and return the exit code."""
    asked = _arguments()
    try:
        return compared(asked.earlier, asked.later)
    except UnreadableResults as error:
        return fail(PROGRAM, str(error), 2)
    except KeyboardInterrupt:
        return fail(PROGRAM, "interrupted", 130)


def compared(earlier: Path, later: Path) -> int:
    """Print what changed from the earlier race to the later, and return the exit code.

    Raises:
        UnreadableResults: one of the files can't be read.
    """
    races = read(earlier), read(later)
    found = two_races(*races)
    if not found.courses:
        whys = "; ".join(f"{course}: {why}" for course, why in found.left_out.items())
        return fail(PROGRAM, f"nothing to compare: {whys or 'the races had no courses'}", 2)
    _print(found, races, (earlier, later))
    return 0 if all(each.ended for each in races) else 1


def _arguments() -> Namespace:
    parser = ArgumentParser(
        prog="python -m report.compare",
        description="Say what changed between two races.",
        epilog=HELP,
    )
    parser.add_argument("earlier", type=Path, metavar="EARLIER.jsonl", help="what a race wrote")
    parser.add_argument("later", type=Path, metavar="LATER.jsonl", help="what another one wrote")
    return parser.parse_args()


def _print(found: TwoRaces, races: tuple[Results, Results], paths: tuple[Path, Path]) -> None:
    width = None if sys.stdout.isatty() else WIDTH
    console = Console(width=width, markup=False, highlight=False, emoji=False)
    for side, results, path in zip(SIDES, races, paths, strict=True):
        about = plain(f"{side}: {path}, {results.race.profile}, started {results.race.started}")
        console.print(about, soft_wrap=True)
    console.print()
    for line in (*findings(found), *doubts(found, *races)):
        console.print(plain(line))
    for changes in found.courses:
        console.print()
        console.print(table(changes))
        for entrant, why in changes.alone.items():
            console.print(plain(f"not compared: {entrant} ({why})"))
    console.print()
    console.print("what was different:")
    for line in differences(races[0].race, races[1].race):
        console.print(f"  {plain(line)}")


def findings(found: TwoRaces) -> Iterator[str]:
    """Say for each course whether it shows a difference."""
    for changes in found.courses:
        yield _finding(changes)
    for course, why in found.left_out.items():
        yield f"Not compared on {course}: {why}."


def _finding(changes: Changes) -> str:
    count, on = len(changes.entrants), changes.course
    if changes.could_tell is None:
        earlier, later = changes.generations
        return (
            f"Cannot tell on {on}: {counted(earlier, 'generation')} earlier and {later} later, "
            f"and it takes {FEWEST_GENERATIONS} in each."
        )
    could = f"this pair of races could tell {nothing_below(changes.could_tell)}"
    if not changes.differing:
        return f"No difference shown on {on}: {count} compared, {could}."
    which = ", ".join(_which(changes))
    return f"{len(changes.differing)} of {count} differ on {on}: {which}; {could}."


def _which(changes: Changes) -> Iterator[str]:
    for told in (Tell.FASTER, Tell.SLOWER):
        names = _told(changes, told)
        if names:
            yield f"{', '.join(names) if len(names) <= A_FEW else len(names)} {told}"


def _told(changes: Changes, told: Tell) -> list[str]:
    return [each.entrant for each in changes.differing if each.told is told]


def doubts(found: TwoRaces, earlier: Results, later: Results) -> Iterator[str]:
    """Say what casts doubt on the comparison, a line each."""
    for side, results in zip(SIDES, (earlier, later), strict=True):
        if results.cut_short:
            yield f"Not everything was raced in the {side} race: {results.cut_short}."
    if earlier.race == later.race:
        yield "Both files are of the same race."
    before, after = _conditions(earlier.race), _conditions(later.race)
    if any(before.get(each) != after.get(each) for each in MACHINE):
        yield "The machine was another one: a difference may be the machine's."
    if any(changes.alone for changes in found.courses):
        # Of one commit, with 19 entrants and with 10: 2 of 28 ratios differed, by 2 and by 3 %.
        yield "Not the same entrants raced: with others beside it, a ratio may move by 2 or 3 %."
    for changes in found.courses:
        yield from _all_one_way(changes)


def _all_one_way(changes: Changes) -> Iterator[str]:
    """Say that it may be the reference that changed, where most others did by the same word."""
    for told in (Tell.FASTER, Tell.SLOWER):
        if changes.reference and 2 * len(_told(changes, told)) > len(changes.entrants) > 1:
            yield (
                f"Most entrants are {told} on {changes.course}: it may be {changes.reference}, "
                f"to which their ratios are taken, that is {OPPOSITE[told]}."
            )


def table(changes: Changes) -> Table:
    """Lay out a course: a row for each entrant with figures in both races."""
    what = f"CPU time, ratio to {changes.reference}" if changes.reference else "efficiency itself"
    title = plain(f"{changes.course}: {what}")
    laid = Table(title=title, title_justify="left", box=None, padding=(0, 2, 0, 0), pad_edge=False)
    laid.add_column("entrant", no_wrap=True)
    for heading in (*SIDES, "later over earlier"):
        laid.add_column(heading, justify="right")
    laid.add_column("verdict", no_wrap=True)
    for each in changes.entrants:
        figures = (_figure(one, changes) for one in (each.earlier, each.later))
        cells = (plain(each.entrant), *figures, finely(each.ratio), each.told)
        laid.add_row(*cells, style=STYLES[each.told])
    return laid


def _figure(figure: Interval, changes: Changes) -> str:
    return ranged(BARE, figure if changes.reference else possible("efficiency", figure))


def finely(ratio: Interval) -> str:
    """Word a ratio that is close to 1, with its interval in parentheses if it has one."""
    return f"{ratio.estimate:.{DECIMALS}f}{in_parentheses(ratio, DECIMALS)}"


def differences(earlier: Race, later: Race) -> Iterator[str]:
    """Say which conditions were different, except those that always are."""
    before, after = _conditions(earlier), _conditions(later)
    names = [each for each in {**before, **after} if not each.startswith(PASSING)]
    differing = [each for each in names if before.get(each) != after.get(each)]
    for each in differing:
        yield f"{each} {before.get(each, NOT_THERE)} -> {after.get(each, NOT_THERE)}"
    if not differing:
        yield "nothing that was recorded"


def _conditions(race: Race) -> dict[str, str]:
    """Give everything under which a race was run, but for its seed and when it was."""
    return {
        "profile": race.profile,
        "generations": str(race.generations),
        "processors": str(race.machine.processors),
        "governor": str(race.machine.governor),
        **race.conditions,
    }


if __name__ == "__main__":
    sys.exit(main())
