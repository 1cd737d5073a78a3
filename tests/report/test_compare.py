"""Two races compared: what changed is named, what did not is not, and one line says the rest."""

import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import msgspec
import numpy as np
import pytest
from scipy import stats

from report.compare import WIDTH, doubts, findings, finely, main
from report.comparison import Interval, Tell
from report.results import Entrant, Kind, Mishap, Results
from report.statistics import resample, resample_apart
from report.two_races import Changes, two_races
from tests.report.conftest import ITS_TWIN, REFERENCE, Make

ROOT = Path(__file__).parents[2]
OTHERS = ("asyncio/semaphore", "trio/workers", "trio/semaphore", "curio/workers", ITS_TWIN)
NONE: Mapping[str, float] = {}

Figures = dict[str, list[list[float]]]
Compare = Callable[..., tuple[int, str, str]]


def drawn(
    seed: int,
    factors: Mapping[str, float] = NONE,
    *,
    base: float = 20.0,
    noise: float = 0.02,
    shape: tuple[int, int] = (8, 3),
) -> Figures:
    """Draw generations by blocks for each entrant, slowed by its factor.

    A block disturbs all entrants alike, and a process each one by itself.
    """
    rng = np.random.default_rng(seed)
    shared = rng.normal(0, 5 * noise, shape)
    return {
        name: (
            base * factors.get(name, 1.0) * np.exp(shared + rng.normal(0, noise, (shape[0], 1)))
            + rng.normal(0, noise * base, shape)
        ).tolist()
        for name in (REFERENCE, *OTHERS)
    }


def paced(seed: int, factors: Mapping[str, float] = NONE) -> Figures:
    """Draw efficiencies, of blocks that disturb nobody."""
    return drawn(seed, factors, base=0.9, noise=0.002)


def only(earlier: Results, later: Results) -> Changes:
    """Compare two races that have one course to be compared."""
    (changes,) = two_races(earlier, later).courses
    return changes


def named(changes: Changes) -> dict[str, Tell]:
    """Say who is told to differ, and how."""
    return {each.entrant: each.told for each in changes.differing}


@pytest.fixture
def compare(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Compare:
    """Run the command on two races or paths; give the exit code and what it printed."""
    monkeypatch.delenv("FORCE_COLOR", raising=False)

    def run(*races: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["compare", *map(str, races)])
        code = main()
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return run


@pytest.fixture
def files(make: Make, tmp_path: Path) -> tuple[Path, Path]:
    """Two results files that show no difference."""
    folders = tmp_path / "one", tmp_path / "other"
    for seed, folder in enumerate(folders):
        folder.mkdir()
        make({"null": drawn(seed), "web": paced(seed)}, seed=seed).file(folder)
    return folders[0] / "results.jsonl", folders[1] / "results.jsonl"


def one_line(text: str) -> bool:
    """Tell whether a text is one line, and no traceback."""
    return text.count("\n") == 1 and "Traceback" not in text


# What is told.


def test_a_planted_difference_is_named_and_no_other(make: Make) -> None:
    """An entrant that got 10 % dearer is slower, and everybody else is as before."""
    earlier = make({"loopback": drawn(1)}).results
    later = make({"loopback": drawn(2, {"trio/workers": 1.1})}).results
    changes = only(earlier, later)
    assert named(changes) == {"trio/workers": Tell.SLOWER}
    ratio = next(each.ratio for each in changes.entrants if each.entrant == "trio/workers")
    assert ratio.lower < 1.1 < ratio.upper
    assert named(only(later, earlier)) == {"trio/workers": Tell.FASTER}


def test_two_races_of_the_same_code_rarely_differ(make: Make) -> None:
    """Of sixty pairs with nothing between them, at most one in ten names a difference.

    One in twenty is expected to; of 500 such pairs, 20 did.
    """
    pairs = [
        only(*(make({"null": drawn(seed, shape=(5, 3))}).results for seed in (pair, 10_000 + pair)))
        for pair in range(60)
    ]
    assert sum(bool(each.differing) for each in pairs) <= 6
    assert sum(len(each.differing) for each in pairs) <= 0.05 * sum(
        len(each.entrants) for each in pairs
    )


def test_a_slower_machine_is_no_difference(make: Make) -> None:
    """Twice the CPU time of everybody leaves the ratios where they were."""
    earlier, later = make({"null": drawn(1)}).results, make({"null": drawn(2, base=40)}).results
    assert named(only(earlier, later)) == {}


def test_efficiency_itself_is_compared(make: Make) -> None:
    """Where efficiency counts, the reference is an entrant like any other, and less is slower."""
    changes = only(
        make({"web": paced(1)}).results, make({"web": paced(2, {REFERENCE: 0.95})}).results
    )
    assert changes.reference is None
    assert named(changes) == {REFERENCE: Tell.SLOWER}


def test_later_over_earlier_is_what_the_two_figures_say(make: Make) -> None:
    """The estimate is the one figure over the other, both as in their own reports."""
    changes = only(make({"null": drawn(1)}).results, make({"null": drawn(2)}).results)
    assert [each.entrant for each in changes.entrants] == list(OTHERS)
    for each in changes.entrants:
        assert each.ratio.estimate == pytest.approx(each.later.estimate / each.earlier.estimate)


def test_a_difference_that_nobody_would_act_on_is_not_named(make: Make) -> None:
    """One per cent, however surely told, changes nobody's choice."""
    earlier = make({"web": drawn(1, base=0.9, noise=0.0002)}).results
    later = make({"web": drawn(2, {"trio/workers": 1.01}, base=0.9, noise=0.0002)}).results
    changes = only(earlier, later)
    ratio = next(each.ratio for each in changes.entrants if each.entrant == "trio/workers")
    assert ratio.lower > 1
    assert named(changes) == {}
    assert changes.could_tell == 1.02


def test_frequent_looks_widen_the_intervals(make: Make) -> None:
    """The level is shared out among the looks of the race that had more of them."""
    earlier, later = make({"null": drawn(1)}), make({"null": drawn(2)})
    often = make({"null": drawn(2)}, looks=10)
    once = only(earlier.results, later.results).entrants[0].ratio
    looked = only(earlier.results, often.results).entrants[0].ratio
    assert looked.estimate == once.estimate
    assert looked.upper > once.upper
    assert only(often.results, earlier.results).entrants[0].ratio.inverse().upper > once.upper


def test_of_few_generations_there_are_estimates_only(make: Make) -> None:
    """Four generations in one of the two cannot tell, however far apart."""
    few = make({"null": drawn(2, {"trio/workers": 2.0}, shape=(4, 3))}).results
    changes = only(make({"null": drawn(1)}).results, few)
    assert not any(each.ratio.bounded for each in changes.entrants)
    assert named(changes) == {}
    (said,) = findings(two_races(make({"null": drawn(1)}).results, few))
    assert said == (
        "Cannot tell on null: 8 generations earlier and 4 later, and it takes 5 in each."
    )


# The statistics of it.


def test_errors_of_independent_races_add_up() -> None:
    """The error is that of a difference, and the interval is about as wide as Welch's."""
    rng = np.random.default_rng(5)
    earlier = [rng.normal(1.0, 0.2, (3, 2)) for _ in range(9)]
    later = [rng.normal(1.5, 0.2, (5, 2)) for _ in range(9)]
    apart = resample_apart(earlier, later)
    one, other = resample(earlier), resample(later)
    assert apart.estimate == pytest.approx(other.estimate - one.estimate)
    assert apart.error**2 == pytest.approx(one.error**2 + other.error**2)
    values = ([np.median(each, axis=0) for each in race] for race in (later, earlier))
    welch = stats.ttest_ind(*values, equal_var=False).confidence_interval()
    assert 2 * apart.half_width(0.05) == pytest.approx(welch.high - welch.low, rel=0.2)
    assert apart.generations == 9


def test_too_few_generations_on_either_side_are_refused() -> None:
    """Four of them cannot be resampled, whichever side they are on."""
    enough, few = ([np.ones((1, 1))] * count for count in (5, 4))
    for sides in ((enough, few), (few, enough)):
        with pytest.raises(ValueError, match="4 generations are too few"):
            resample_apart(*sides)


# Who and what is left out.


def test_who_raced_only_once_is_listed_with_the_reason(make: Make) -> None:
    """Nobody drops out unseen: missing, out of the race, or not entered."""
    here, there = drawn(1), drawn(2)
    del here["trio/semaphore"], there["trio/workers"], there["curio/workers"]
    hung = Mishap("curio/workers", "null", 2, 1, Kind.HUNG, "no reply")
    earlier = make({"null": here}, also=[Entrant("trio/semaphore", missing="no trio")])
    later = make({"null": there}, also=[Entrant("curio/workers")], mishaps=[hung])
    changes = only(earlier.results, later.results)
    assert changes.alone == {
        "trio/workers": "in the later race not entered",
        "curio/workers": "in the later race hung in generation 2, block 1: no reply",
        "trio/semaphore": "in the earlier race missing: no trio",
    }
    assert [each.entrant for each in changes.entrants] == ["asyncio/semaphore", ITS_TWIN]


def test_an_efficiency_that_the_origin_set_is_not_compared(make: Make) -> None:
    """Whose rounds were origin-bound in one race has no efficiency there."""
    made = make({"web": paced(1)})
    bound = [
        msgspec.structs.replace(each, saw=msgspec.structs.replace(each.saw, busy=0.9))
        if each.entrant == "trio/workers" and each.saw
        else each
        for each in made.results.samples
    ]
    changes = only(made.results, replace(made.results, samples=bound))
    assert changes.alone == {
        "trio/workers": "in the later race origin-bound in 24 of 24 rounds",
    }


def test_courses_that_cannot_be_compared_say_why(make: Make) -> None:
    """Raced once only, or another course by the same name."""
    earlier = make({"null": drawn(1), "loopback": drawn(1), "web": paced(1)}).results
    later = make({"null": drawn(2), "loopback": drawn(2)}).results
    courses = [msgspec.structs.replace(each, limit=64) for each in later.race.courses]
    race = msgspec.structs.replace(later.race, courses=courses)
    found = two_races(earlier, replace(later, race=race))
    assert [each.course for each in found.courses] == ["loopback"]
    assert found.left_out == {
        "null": "not the same course: limit 50 earlier, limit 64 later",
        "web": "raced in the earlier race only",
    }
    assert two_races(later, earlier).left_out == {"web": "raced in the later race only"}


@pytest.mark.parametrize(
    ("later", "why"),
    [
        (
            {name: some for name, some in drawn(2).items() if name != REFERENCE},
            f"the reference is {REFERENCE} earlier and asyncio/semaphore later",
        ),
        ({REFERENCE: [[1.0]] * 5}, "no entrant has figures in both races"),
        ({}, "no block is complete in the later race"),
    ],
    ids=["another reference", "no entrant in common", "no figures"],
)
def test_a_course_without_common_ground_says_why(make: Make, later: Figures, why: str) -> None:
    """Ratios to different references, or of nobody, are not compared."""
    found = two_races(make({"null": drawn(1)}).results, make({"null": later}).results)
    assert (found.courses, found.left_out) == ([], {"null": why})


# What is said.


def test_each_course_gets_a_sentence(make: Make) -> None:
    """It says how many were compared, who differs, and what could have been told."""
    earlier = make({"null": drawn(1), "loopback": drawn(3)}).results
    later = make({"null": drawn(2), "loopback": drawn(4, {"trio/workers": 1.2})}).results
    null, loopback = findings(two_races(earlier, later))
    assert null.startswith("No difference shown on null: 5 compared, this pair of races could tell")
    assert loopback.startswith("1 of 5 differ on loopback: trio/workers slower; ")


def test_a_reference_that_changed_is_suspected(make: Make) -> None:
    """When nearly all become faster at once, it is rather the one that all are measured by."""
    slowed = drawn(2, {REFERENCE: 1.3, ITS_TWIN: 1.3})
    earlier, later = make({"null": drawn(1)}).results, make({"null": slowed}, seed=8).results
    found = two_races(earlier, later)
    (finding,) = findings(found)
    (doubt,) = doubts(found, earlier, later)
    assert finding.startswith("4 of 5 differ on null: 4 faster; ")
    assert doubt == (
        f"Most entrants are faster on null: it may be {REFERENCE}, to which their ratios are "
        "taken, that is slower."
    )


def test_another_machine_and_an_early_end_are_told_on_top(make: Make) -> None:
    """A line for each doubt; the load is never the same and is none."""
    conditions = {"processor": "slow one", "load at the start": "0.1", "trio": "0.34"}
    earlier = make({"null": drawn(1)}, conditions=conditions).results
    changed = {"processor": "fast one", "load at the start": "0.9", "trio": "0.35"}
    later = make({"null": drawn(2)}, conditions=changed, cut_short="somebody pressed Ctrl-C")
    assert list(doubts(two_races(earlier, later.results), earlier, later.results)) == [
        "Not everything was raced in the later race: somebody pressed Ctrl-C.",
        "The machine was another one: a difference may be the machine's.",
    ]
    same = make({"null": drawn(1)}, conditions=conditions).results
    assert list(doubts(two_races(earlier, same), earlier, same)) == [
        "Both files are of the same race."
    ]


def test_the_command_prints_a_table_for_each_course(
    files: tuple[Path, Path], compare: Compare
) -> None:
    """Plain text of so many columns: the findings, the tables, and no difference in conditions."""
    code, out, err = compare(*files)
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert sum(line.startswith("No difference shown on") for line in lines) == 2
    assert f"null: CPU time, ratio to {REFERENCE}" in out
    assert "web: efficiency itself" in out
    assert sum(line.startswith("trio/workers ") for line in lines) == 2
    assert out.endswith("what was different:\n  nothing that was recorded\n")
    assert max(len(line) for line in lines[2:]) <= WIDTH
    assert "\x1b" not in out


def test_the_command_lists_what_was_different(make: Make, tmp_path: Path, compare: Compare) -> None:
    """Versions, the profile and the rest, before and after; but neither the seed nor the load."""
    before = {"Python": "3.11.2", "trio": "0.34", "curio": "1.6", "load at the start": "0.1"}
    after = {"Python": "3.11.2", "trio": "0.35", "anyio": "4.16", "load at the start": "0.9"}
    (tmp_path / "later").mkdir()
    earlier = make({"null": drawn(1)}, conditions=before).file(tmp_path)
    later = make({"null": drawn(2)}, conditions=after, profile="standard", seed=9)
    code, out, _ = compare(earlier, later.file(tmp_path / "later"))
    assert code == 0
    assert out.partition("what was different:\n")[2].splitlines() == [
        "  profile quick -> standard",
        "  trio 0.34 -> 0.35",
        "  curio 1.6 -> not there",
        "  anyio not there -> 4.16",
    ]


def test_differing_races_are_no_failure(make: Make, tmp_path: Path, compare: Compare) -> None:
    """The exit code says that they were compared, and not how it came out."""
    (tmp_path / "later").mkdir()
    earlier = make({"null": drawn(1)}).file(tmp_path)
    later = make({"null": drawn(2, {"trio/workers": 1.3})}).file(tmp_path / "later")
    code, out, _ = compare(earlier, later)
    assert "1 of 5 differ on null" in out
    assert code == 0


@pytest.mark.parametrize("which", [0, 1], ids=["earlier", "later"])
def test_a_file_that_lost_its_end_is_compared_and_fails(
    files: tuple[Path, Path], compare: Compare, which: int
) -> None:
    """What is there is compared, a line says so, and the exit code tells a script."""
    files[which].write_bytes(files[which].read_bytes()[:-70])
    code, out, _ = compare(*files)
    assert code == 1
    side = ("earlier", "later")[which]
    assert f"Not everything was raced in the {side} race: the file is cut off in line" in out
    assert "on null" in out


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("a love letter\n", "is no results file"),
        ('{"type":"race","schema":1}\n', "is of version 1"),
        (None, "can't read"),
    ],
    ids=["something else", "another version", "not there"],
)
def test_unreadable_results_get_one_line(
    files: tuple[Path, Path], compare: Compare, content: str | None, says: str
) -> None:
    """Nothing is compared then, and the exit code is 2."""
    other = files[0].with_name("other.jsonl")
    if content is not None:
        other.write_text(content)
    code, out, err = compare(files[0], other)
    assert (code, out) == (2, "")
    assert one_line(err)
    assert says in err


def test_races_with_nothing_in_common_get_one_line(
    make: Make, tmp_path: Path, compare: Compare
) -> None:
    """The line says of each course why it was not compared."""
    (tmp_path / "later").mkdir()
    earlier = make({"null": drawn(1)}).file(tmp_path)
    code, out, err = compare(earlier, make({"web": paced(2)}).file(tmp_path / "later"))
    assert (code, out) == (2, "")
    assert err == (
        "compare: nothing to compare: null: raced in the earlier race only; "
        "web: raced in the later race only\n"
    )


def test_the_longest_name_leaves_room_for_each_row_on_one_line(
    make: Make, tmp_path: Path, compare: Compare
) -> None:
    """Three intervals fit beside it, even where it costs ten times as much as the reference."""
    long = "anyio@asyncio+uvloop/semaphore"
    dear = drawn(3, base=300.0)["trio/workers"]
    path = make({"null": {**drawn(1), long: dear}}).file(tmp_path)
    _, out, _ = compare(path, path)
    (row,) = (line for line in out.splitlines() if line.startswith(long))
    assert row.count("–") == 3
    assert row.rstrip().endswith("cannot tell")


def test_names_cannot_rule_the_terminal(make: Make, tmp_path: Path, compare: Compare) -> None:
    """Names from a file are shown as they are, but for what is no character to print."""
    hostile = "evil[/]\x1b[2J\n:smile:/workers"
    path = make({"null": {**drawn(1), hostile: drawn(2)["trio/workers"]}}).file(tmp_path)
    _, out, _ = compare(path, path)
    assert "evil[/] [2J :smile:/workers" in out
    assert "\x1b" not in out


def test_ctrl_c(compare: Compare, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is told in one line, and by the exit code that a shell gives it."""

    def interrupted(_: Path) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("report.compare.read", interrupted)
    assert compare("earlier", "later") == (130, "", "compare: interrupted\n")


def test_numbers_are_worded_with_their_interval() -> None:
    """Without an interval the estimate stands alone."""
    assert finely(Interval(1.0416, 0.998, 1.0884)) == "1.042 (0.998–1.088)"
    assert finely(Interval(0.95)) == "0.950"


def test_help_says_what_it_does_and_how_it_ends() -> None:
    """From the shell, as a person would ask."""
    command = [sys.executable, "-m", "report.compare", "--help"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert "EARLIER.jsonl LATER.jsonl" in done.stdout
    assert "Exit code:" in done.stdout
