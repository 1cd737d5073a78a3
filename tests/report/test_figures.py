"""Each figure is the one that a person with a pencil would find."""

from dataclasses import replace

import msgspec
import pytest

from report.comparison import Interval, Tell
from report.figures import State, decided, standings
from report.results import Entrant, Kind, Mishap
from report.statistics import ALPHA
from tests.report.conftest import ITS_TWIN, REFERENCE, Made, Make, with_saw

# A generation is five blocks with a little noise, which differs from block to block.
STEADY = [[10.0, 10.1, 9.9, 10.05, 9.95]] * 5


def times(factor: float, generations: list[list[float]]) -> list[list[float]]:
    """Give the same figures, so many times as large."""
    return [[factor * value for value in blocks] for blocks in generations]


def around(interval: Interval | None) -> list[float]:
    """Give the estimate and the two ends."""
    return [interval.estimate, interval.lower, interval.upper] if interval else []


def test_cpu_and_wall_are_shared_out_among_the_calls(make: Make) -> None:
    """Seconds of a round become microseconds for each call; user and system count alike."""
    row = standings(make({"loopback": {REFERENCE: [10, 20, 30, 40, 50]}}).results)[0].rows[0]
    assert list(row.by_place) == [(generation, 0) for generation in range(5)]
    assert list(row.by_place.values()) == pytest.approx([10, 20, 30, 40, 50])
    assert row.median("cpu") == pytest.approx(30)
    assert row.median("wall") == pytest.approx(2000)
    assert row.rounds == 5


def test_efficiency_is_the_ideal_time_over_the_time_taken(make: Make) -> None:
    """A course that counts efficiency has it as its main figure."""
    row = standings(make({"web": {REFERENCE: [0.5, 0.7, 0.9]}}).results)[0].rows[0]
    assert row.median("efficiency") == pytest.approx(0.7)
    assert list(row.by_place.values()) == pytest.approx([0.5, 0.7, 0.9])


def test_the_figure_is_the_mean_of_the_generations_medians(make: Make) -> None:
    """Within a generation a burst counts for nothing; between them every one counts."""
    generations = [[10, 10, 900]] * 4 + [[20, 20, 900]]
    value = standings(make({"loopback": {REFERENCE: generations}}).results)[0].rows[0].value
    assert value is not None
    assert value.estimate == pytest.approx(10 * 2 ** (1 / 5))


def test_a_ratio_is_taken_within_each_block(make: Make) -> None:
    """A block in which everything was slow does not widen the ratio."""
    made = make({"loopback": {REFERENCE: [10, 100, 30, 9, 1000], "trio/workers": [20, 200, 60]}})
    ratio = standings(made.results)[0].rows[1].ratio
    assert ratio is not None
    assert ratio.estimate == pytest.approx(2)
    assert not ratio.bounded


def test_a_block_counts_only_if_everybody_has_a_round_in_it(make: Make) -> None:
    """What was raced while somebody was missing is compared for nobody."""
    made = make({"loopback": {REFERENCE: [10, 10, 70], "trio/workers": [20, 20]}})
    standing = standings(made.results)[0]
    value = standing.rows[0].value
    assert standing.generations == 2
    assert value is not None
    assert value.estimate == pytest.approx(10)


def test_a_difference_is_told_with_its_interval(make: Make) -> None:
    """Twice the CPU time is slower, and the interval says so."""
    made = make({"loopback": {REFERENCE: STEADY, "trio/workers": times(2, STEADY)}})
    standing = standings(made.results)[0]
    trio = standing.rows[1]
    assert trio.told is Tell.SLOWER
    assert around(trio.ratio) == pytest.approx([2, 2, 2])
    pair = standing.pair(REFERENCE, "trio/workers")
    assert pair is not None
    assert pair.told is Tell.FASTER
    assert pair.ratio.estimate == pytest.approx(0.5)
    assert standing.pair(REFERENCE, "nobody/workers") is None


def test_more_is_better_for_efficiency(make: Make) -> None:
    """The place of an efficiency counts from the highest."""
    made = make({"web": {REFERENCE: [0.5] * 5, "trio/workers": [0.9] * 5}})
    rows = standings(made.results)[0].rows
    assert [(row.place, row.told) for row in rows] == [
        ((2, 2), Tell.CANNOT_TELL),
        ((1, 1), Tell.FASTER),
    ]


def test_places_are_no_finer_than_the_verdicts(make: Make) -> None:
    """Two that cannot be told apart share a range of places; the third is told apart."""
    noisy = [[10.0, 11, 10, 11, 10], [11.0, 10, 11, 10, 11]] * 3
    made = make(
        {
            "loopback": {
                REFERENCE: noisy,
                "curio/workers": noisy[::-1],
                "trio/workers": times(3, noisy),
            }
        }
    )
    assert [row.place for row in standings(made.results)[0].rows] == [(1, 2), (1, 2), (3, 3)]


def test_looking_often_makes_each_look_stricter(make: Make) -> None:
    """The share of false alarms is divided among the looks at a race."""
    figures = {"loopback": {REFERENCE: STEADY, "trio/workers": times(2, STEADY)}}
    assert standings(make(figures).results)[0].level == pytest.approx(ALPHA)
    looked = make(figures, looks=4, until=0.05)
    assert standings(looked.results)[0].level == pytest.approx(ALPHA / 4)


def test_a_race_is_decided_when_each_pair_is_settled(make: Make) -> None:
    """Told apart or within the margin, on every course, from enough generations."""
    apart = {REFERENCE: STEADY, "trio/workers": times(2, STEADY)}
    assert decided(standings(make({"loopback": apart}).results), 0.05)
    early = {name: generations[:4] for name, generations in apart.items()}
    assert not decided(standings(make({"loopback": early}).results), 0.05)
    open_ = {REFERENCE: [10, 10, 10, 10, 10], "trio/workers": [8, 9, 10, 11, 12]}
    assert not decided(standings(make({"null": apart, "loopback": open_}).results), 0.05)


def test_an_origin_at_its_limit_takes_the_say_from_the_wall_clock(make: Make) -> None:
    """Rounds in which the origin set the pace have no place by efficiency, but by CPU time."""
    made = make({"loopback": {REFERENCE: [10] * 5}, "web": {REFERENCE: [0.9] * 5}})
    loopback, web = standings(with_saw(made, busy=0.81))
    assert (loopback.rows[0].bound, loopback.rows[0].place) == (5, (1, 1))
    assert (web.rows[0].bound, web.rows[0].place, web.rows[0].value) == (5, None, None)
    assert standings(with_saw(made, busy=0.8))[1].rows[0].bound == 0


def test_without_the_origins_account_there_is_no_efficiency(make: Make) -> None:
    """A round that lacks what the origin saw has its CPU time, and says what is lacking."""
    results = make({"web": {REFERENCE: [0.9] * 5}}).results
    blind = [msgspec.structs.replace(each, saw=None) for each in results.samples]
    row = standings(replace(results, samples=blind))[0].rows[0]
    assert row.median("efficiency") is None
    assert row.median("cpu") == pytest.approx(30)
    assert row.why == "what the origin saw was not recorded"


def test_whatever_befell_it_every_entrant_has_its_row(eventful: Made) -> None:
    """The rows are the entrants of the race, in its order, with what became of each."""
    loopback = standings(eventful.results)[0]
    assert [row.entrant for row in loopback.rows] == [
        each.name for each in eventful.results.race.entrants
    ]
    states = {row.entrant: (row.state, row.why) for row in loopback.rows}
    assert states["curio/workers"] == (State.DISQUALIFIED, "rule 3: 65 calls at once")
    assert states["threads/workers"] == (State.HUNG, "no answer\nfor 30 s")
    assert states["asyncio+rloop/workers"] == (State.MISSING, "rloop is not installed")
    assert states["anyio@trio/workers"] == (State.NOT_RACED, "the race was cut short")


@pytest.mark.parametrize("kind", Kind)
def test_a_mishap_takes_the_figures_of_that_course_away(make: Make, kind: Kind) -> None:
    """Fast because wrong does not exist: what was measured before the mishap is not shown."""
    figures = {"loopback": {REFERENCE: [10.0] * 5, "trio/workers": [1.0] * 4}}
    mishap = Mishap("trio/workers", "loopback", 4, 0, kind, "it went wrong")
    standing = standings(make(figures, mishaps=[mishap]).results)[0]
    row = standing.rows[1]
    assert (row.value, row.ratio, row.place, row.rounds) == (None, None, None, 4)
    assert standing.generations == 5


def test_the_twin_is_an_entrant_like_any_other(make: Make) -> None:
    """It has its row and its ratio; and with the reference it takes one place, not two."""
    faster = times(0.5, STEADY)
    entered = {REFERENCE: STEADY, ITS_TWIN: times(1.001, STEADY), "trio/workers": faster}
    standing = standings(make({"loopback": entered}).results)[0]
    assert [row.place for row in standing.rows] == [(2, 2), (2, 2), (1, 1)]
    twin = standing.rows[1]
    assert (standing.twin, twin.entrant) == (ITS_TWIN, ITS_TWIN)
    assert twin.told is Tell.CANNOT_TELL
    assert twin.ratio is not None
    assert twin.ratio.estimate == pytest.approx(1.001)


def test_without_its_reference_a_course_is_told_against_the_first_that_raced(make: Make) -> None:
    """A reference that could not take part leaves its place to another, and that is recorded."""
    made = make(
        {"loopback": {"trio/workers": [10] * 5, "curio/workers": [30] * 5}},
        also=[Entrant(REFERENCE, missing="gone")],
    )
    standing = standings(made.results)[0]
    assert standing.reference == "trio/workers"
    assert around(standing.rows[1].ratio) == pytest.approx([3, 3, 3])
    nobody = standings(replace(made.results, samples=[]))[0]
    assert [row.state for row in nobody.rows[:2]] == [State.NOT_RACED] * 2
    assert nobody.reference == REFERENCE
