"""How the figures were come by: in words, and by what the measurement measured of itself.

Strategy: each number in the words is the constant that the figures rest on, so the words cannot
fall behind.  The self-test is made rarely and lies beside the code, each run of it a line of JSON;
it tells how far such a race can be trusted, for every race that this version runs.
"""

from pathlib import Path

import msgspec

from report.comparison import WORTH_NAMING
from report.results import UNDECODABLE, Race, UnreadableResults
from report.statistics import ALPHA, DRAWS, FEWEST_GENERATIONS, POWER
from report.words import NO_END, counted, share

SELF_TEST = Path(__file__).parent / "selftest.jsonl"


class Trial(msgspec.Struct, frozen=True):
    """One thing that the measurement was tried on.

    Attributes:
        what: was asked, such as how many false alarms there are.
        how: it was found, such as from so many real races.
        aim: what it should have come to.
        ours: what it came to.
        met: whether that is what it should be.
        pytest_benchmark: what its compare made of the same rounds; None if it has no such answer.
        pyperf: the same of its compare_to.
    """

    what: str
    how: str
    aim: str
    ours: str
    met: bool
    pytest_benchmark: str | None
    pyperf: str | None


class SelfTest(msgspec.Struct, frozen=True):
    """What the measurement measured of itself.

    Attributes:
        made: the time of day.
        commit: of this project.
        machine: in words.
        load: what else ran there, such as `quiet` or `both cores busy`.
        command: that made it.
        trials: in the order of the table.
    """

    made: str
    commit: str
    machine: str
    load: str
    command: str
    trials: list[Trial]


def read(path: Path) -> list[SelfTest]:
    """Read the self-tests that were recorded; none, if there is no such file.

    Raises:
        UnreadableResults: it can't be read, or a line of it is no self-test.
    """
    try:
        lines = path.read_bytes().splitlines()
    except FileNotFoundError:
        return []
    except OSError as error:
        raise UnreadableResults(f"can't read {path}: {error.strerror}") from error
    return [_decoded(path, number, line) for number, line in enumerate(lines, start=1)]


def _decoded(path: Path, number: int, line: bytes) -> SelfTest:
    try:
        return msgspec.json.decode(line, type=SelfTest)
    except UNDECODABLE as error:
        damaged = f"{path} is damaged in line {number}; make it again with: make selftest"
        raise UnreadableResults(damaged) from error


def described(race: Race) -> list[tuple[str, str]]:
    """Say in words how the figures of a race were come by, a subject at a time."""
    looks = {"Looks": _looks(race, race.until)} if race.until else {}
    return [*BEFORE.items(), *looks.items(), *AFTER.items()]


def _looks(race: Race, margin: float) -> str:
    return (
        "The race was to go on until each pair was told apart or shown to differ by less than "
        f"{share(margin)}. Who looks often finds something by chance, so the {share(ALPHA)} are "
        f"shared out among {counted(race.looks, 'look')}: each had {share(ALPHA / race.looks)} "
        "(Bonferroni)."
    )


BEFORE = {
    "Generations": (
        "A generation is a set of fresh processes, one for each entrant. The layout of a "
        "process's memory alone moves a figure by several per cent, and no number of rounds in "
        "one process shows that: so the process is the unit of sampling."
    ),
    "Blocks": (
        "A block is one round of every entrant, in random order. A machine's speed drifts, and a "
        "block drifts together: so ratios are taken within a block, and a block counts only if "
        "every entrant that is still in the race has its round there."
    ),
    "The twin": (
        "The reference is entered twice, each entry with processes of its own. What the race "
        "finds between the two is what it finds where there is nothing. Not told apart does not "
        "mean equal: that is said only if the interval of their ratio lies within the margin named."
    ),
    "Estimates": (
        "Of each generation, the median over its blocks of the logarithm of the figure, or of the "
        "ratio of two; a median, since what disturbs a machine comes in bursts that hit single "
        "rounds. The estimate is the mean of these over the generations. So it is about the "
        "machine as it was during the race, with what disturbed it for whole generations; an "
        "entrant that is easily disturbed has that in its figure."
    ),
    "Intervals": (
        "A studentized bootstrap: generations are drawn with replacement, then blocks within "
        f"each of them, {DRAWS:,} times, from a fixed seed; an interval of {share(1 - ALPHA)} ends "
        "where the means of such draws, in units of their own standard error, stray no further. "
        "Of rarer events such draws tell nothing, so a wider interval is that one, stretched as "
        "Student's t distribution is. Of fewer than "
        f"{FEWEST_GENERATIONS} generations there is an estimate only, without an interval. The "
        "efficiency of an entrant can't exceed 1, and its interval is shown up to there; an "
        f"interval that goes on beyond {NO_END} times its estimate (and {NO_END}) is shown without "
        "that end."
    ),
    "Many pairs": (
        "All pairs of a course are compared at once, and the level is corrected for their number "
        "by the false discovery rate (Benjamini and Hochberg): of the differences that a course "
        f"names, about {share(ALPHA)} are expected to be none. About, since pairs that share an "
        "entrant depend on each other in a way that no theorem covers: the self-test "
        "measures it. The intervals of the ratios are widened to match (false coverage rate, "
        "Benjamini and Yekutieli): of those whose difference is named, about "
        f"{share(ALPHA)} are expected to miss the truth. Those of the figures themselves promise "
        f"more: in {share(1 - ALPHA)} of all races those of all entrants of a course hold together "
        "(Bonferroni)."
    ),
    "Verdicts": (
        "Faster and slower are said only if the interval of the ratio leaves out 1 and the "
        f"estimate is at least {share(WORTH_NAMING - 1)} away from it, which is the smallest "
        "difference worth naming; otherwise it is: cannot tell. Where CPU time counts, slower "
        "means that a call costs more of it."
    ),
}

AFTER = {
    "What this run could tell": (
        "The smallest difference that such a race finds in "
        f"{share(POWER)} of all attempts, between the reference and a typical entrant (the median "
        "over all others), by the spread that this run had."
    ),
    "Closed loop": (
        "A batch is a closed loop: a new call begins when one ends. So the origin sees as many "
        "calls as the variant manages, and the times of calls are not those under a given load. "
        "The time of a call and the time since its batch began are shown apart, and neither is "
        "corrected."
    ),
}
