"""A warning comes when it is deserved, says where, and only then."""

from dataclasses import replace
from typing import Any

import msgspec
import pytest

from report.figures import standings
from report.results import Results
from report.warnings import OF_RACE, OF_ROW, Caution, Deserved, noisy, of_race, of_row
from tests.report.conftest import ITS_TWIN, QUIET, REFERENCE, Make, with_saw

# Generations in which nobody can be told from anybody, and in which not much could be.
RESTLESS = [8, 12, 9, 11, 10, 12, 8, 11, 9, 10]


def deserved(results: Results) -> dict[str, str]:
    """Give the marks of the warnings that a race deserves, and where."""
    return {each.mark: each.where for each in of_race(results, standings(results))}


def test_a_good_race_deserves_no_warning(make: Make) -> None:
    """A whole race of equal twins on a quiet machine is nothing to warn of."""
    figures = {"loopback": {REFERENCE: [10] * 10, ITS_TWIN: [10.01, 9.99] * 5}}
    assert deserved(make(figures).results) == {}


def test_twins_that_differ_are_named_with_their_ratio(make: Make) -> None:
    """The same code came out apart, on the course where it did."""
    figures = {
        "null": {REFERENCE: [10] * 10, ITS_TWIN: [11] * 10},
        "loopback": {REFERENCE: [10] * 10, ITS_TWIN: [10] * 10},
    }
    assert deserved(make(figures).results) == {"twins differ": "1.10× (1.10–1.10) on null"}


def test_too_few_generations_are_named_course_by_course(make: Make) -> None:
    """Four are too few, five are not."""
    figures = {"null": {REFERENCE: [10] * 5}, "web": {REFERENCE: [0.9] * 4}}
    assert deserved(make(figures).results) == {"too few generations": "4 of 5 on web"}


def test_generations_that_the_origin_spoilt_are_not_too_few(make: Make) -> None:
    """More of them would be spoilt as well: its rows say what is wrong."""
    made = make({"web": {REFERENCE: [0.9] * 6}})
    assert deserved(with_saw(made, busy=0.9)) == {}


def test_a_machine_on_which_little_can_be_told_is_noisy(make: Make) -> None:
    """Five generations have to tell five per cent; of fewer there is another warning."""
    figures = {"loopback": {REFERENCE: [10] * 10, "trio/workers": RESTLESS}}
    where = deserved(make(figures).results)["noisy machine"]
    assert where.startswith("loopback could tell no difference below ")
    for generations, is_noisy in ((5, True), (4, False)):
        early = {who: some[:generations] for who, some in figures["loopback"].items()}
        results = make({"loopback": early}).results
        assert ("noisy machine" in deserved(results)) == is_noisy
        assert noisy(results, standings(results)) == is_noisy


def test_chance_is_told_for_a_race_of_three_courses() -> None:
    """One course in twenty is one race in seven."""
    (means,) = (each.means for each in OF_RACE if each.mark == "twins differ")
    assert "one course in 20" in means
    assert "one race of three courses in 7" in means


def test_who_stops_a_race_is_told_of_lucky_moments() -> None:
    """The remedy names the way to stop early that keeps the error rates."""
    (remedy,) = (each.remedy for each in OF_RACE if each.mark == "cut short")
    assert "lucky moment" in remedy
    assert "--until 5%" in remedy


@pytest.mark.parametrize(
    ("machine", "mark", "where"),
    [
        ({"load": 1.01}, "noisy machine", "1.0 at work on 2 processors before it"),
        ({"origin": None, "workers": None}, "one core only", "2 processors, shared"),
        ({"origin": 0, "workers": 0}, "one core only", "2 processors, shared"),
        ({"governor": "powersave"}, "CPU scaling", "the governor is powersave"),
        (
            {"clock": 0.004},
            "clock too coarse",
            "a step of 4 ms, the shortest round took 10 ms",
        ),
    ],
)
def test_what_is_wrong_with_the_machine(
    make: Make, machine: dict[str, Any], mark: str, where: str
) -> None:
    """Each fact about the machine that spoils figures has its warning."""
    changed = msgspec.structs.replace(QUIET, **machine)
    made = make({"loopback": {REFERENCE: [10] * 5, "trio/workers": [20] * 5}}, machine=changed)
    assert deserved(made.results) == {mark: where}


@pytest.mark.parametrize("machine", [{"load": 1.0}, {"governor": None}, {"clock": 0.0001}])
def test_what_is_still_good_enough(make: Make, machine: dict[str, Any]) -> None:
    """At its limit, or where the system does not say, there is no warning."""
    changed = msgspec.structs.replace(QUIET, **machine)
    assert deserved(make({"loopback": {REFERENCE: [10] * 5}}, machine=changed).results) == {}


def test_a_race_that_was_cut_short_says_why(make: Make) -> None:
    """Even before its first round: there is no clock to be too coarse for, then."""
    made = make({"loopback": {REFERENCE: []}}, cut_short="no power")
    assert deserved(made.results) == {
        "cut short": "no power",
        "too few generations": "0 of 5 on loopback",
    }


def test_every_warning_has_its_meaning_and_its_remedy() -> None:
    """The list is closed, each has a mark of its own, and none leaves the reader alone."""
    cautions: list[Caution[Any]] = [*OF_RACE, *OF_ROW]
    assert len({each.mark for each in cautions}) == len(cautions) == 10
    assert all(each.means.endswith(".") and each.remedy.endswith(".") for each in cautions)


def test_a_deserved_warning_brings_its_meaning_along(make: Make) -> None:
    """Who reads it on top need not look it up."""
    results = make({"loopback": {REFERENCE: [10] * 5}}, cut_short="no power").results
    first = OF_RACE[0]
    expected = Deserved(first.mark, "no power", first.means, first.remedy)
    assert of_race(results, standings(results)) == [expected]


def test_rows_are_marked_for_a_busy_origin_and_for_missing_blocks(make: Make) -> None:
    """With how many rounds, and how many blocks that others have."""
    made = make({"loopback": {REFERENCE: [10] * 6, "trio/workers": [20] * 4}})
    standing = standings(with_saw(made, busy=0.9))[0]
    assert [of_row(row, standing) for row in standing.rows] == [
        ["origin-bound in 6 of 6 rounds"],
        ["origin-bound in 4 of 4 rounds", "blocks missing: 2 of 6"],
    ]


@pytest.mark.parametrize(
    ("course", "value", "in_progress", "agree"),
    [
        ("web", 0.9, 50, True),
        ("web", 0.9, 50 / 0.91, True),
        ("web", 0.9, 50 / 0.89, False),
        ("web", 0.9, 50 / 1.03, False),
        ("loopback", 10, 64 / 0.51, True),
        ("loopback", 10, 64 / 0.49, False),
        ("loopback", 10, 64 / 1.03, False),
        ("loopback", 10, 0.0, True),
    ],
)
def test_littles_law_holds_on_every_row(
    make: Make, course: str, value: float, in_progress: float, agree: bool
) -> None:
    """Throughput times time in progress is the number in progress, as far as it can be seen."""
    made = make({course: {REFERENCE: [value] * 5}})
    standing = standings(with_saw(made, in_progress=in_progress))[0]
    found = of_row(standing.rows[0], standing)
    assert [each.partition(":")[0] for each in found] == ([] if agree else ["clocks disagree"])


def test_one_odd_round_does_not_make_clocks_disagree(make: Make) -> None:
    """The median over the rounds is judged; and a course without an origin is not."""
    results = make({"null": {REFERENCE: [10] * 5}, "web": {REFERENCE: [0.9] * 5}}).results
    *others, last = results.samples
    assert last.saw is not None
    odd = msgspec.structs.replace(last, saw=msgspec.structs.replace(last.saw, held=9.0))
    for standing in standings(replace(results, samples=[*others, odd])):
        assert of_row(standing.rows[0], standing) == []
