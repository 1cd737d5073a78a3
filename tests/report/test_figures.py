"""Each figure is the one that a person with a pencil would find."""

from dataclasses import replace

import msgspec
import pytest

from report.figures import Spread, State, Tell, paired, spread, standings, tell
from report.results import Entrant, Kind, Mishap
from tests.report.conftest import REFERENCE, Made, Make, with_saw


def test_cpu_and_wall_are_shared_out_among_the_calls(make: Make) -> None:
    """Seconds of a round become microseconds for each call."""
    row = standings(make({"loopback": {REFERENCE: [10, 20, 30, 40, 50]}}).results)[0].rows[0]
    assert row.figures["cpu"] == Spread(5, 10, 20, 30, 40, 50)
    assert row.figures["wall"] == Spread(5, 2000, 2000, 2000, 2000, 2000)
    assert row.rounds == 5


def test_efficiency_is_the_ideal_time_over_the_time_taken(make: Make) -> None:
    """A course that counts efficiency has it as its main figure, and CPU time beside it."""
    standing = standings(make({"web": {REFERENCE: [0.5, 0.7, 0.9]}}).results)[0]
    efficiency = standing.rows[0].figures["efficiency"]
    assert efficiency is not None
    assert efficiency.median == pytest.approx(0.7)
    assert list(standing.rows[0].figures) == ["efficiency", "cpu", "wall"]


def test_a_ratio_is_taken_within_each_block(make: Make) -> None:
    """A block in which everything was slow does not widen the ratio."""
    made = make({"loopback": {REFERENCE: [10, 100, 10, 1000], "trio/workers": [20, 200, 20, 2000]}})
    ratio = standings(made.results)[0].rows[1].ratio
    assert ratio == Spread(4, 2, 2, 2, 2, 2)


def test_a_ratio_uses_only_blocks_that_both_have(make: Make) -> None:
    """A block that the reference did not race pairs with nothing."""
    made = make({"loopback": {REFERENCE: [10, 10], "trio/workers": [20, 40, 9000]}})
    reference, trio = standings(made.results)[0].rows
    assert paired(trio, reference) == Spread(2, 2, 2.5, 3, 3.5, 4)


@pytest.mark.parametrize(
    ("ratios", "told"),
    [
        ([2, 2, 2, 2, 2], Tell.MORE),
        ([0.5, 0.5, 0.5, 0.5, 0.5], Tell.LESS),
        ([0.5, 0.5, 1, 2, 2], Tell.CANNOT_TELL),
        ([1.02, 1.02, 1.02, 1.02, 1.02], Tell.CANNOT_TELL),
        ([2, 2, 2, 2], Tell.CANNOT_TELL),
        ([], Tell.CANNOT_TELL),
    ],
    ids=["more", "less", "around one", "not worth naming", "too few", "none"],
)
def test_only_what_the_quartiles_support_is_told(ratios: list[float], told: Tell) -> None:
    """A difference must clear 1 with both quartiles, by what is worth naming, in enough pairs."""
    assert tell(spread(ratios)) == told


def test_places_are_no_finer_than_the_spread(make: Make) -> None:
    """Two that cannot be told apart share a range of places; the third is told apart."""
    made = make(
        {
            "loopback": {
                REFERENCE: [10, 11, 10, 11, 10],
                "curio/workers": [11, 10, 11, 10, 11],
                "trio/workers": [30, 30, 30, 30, 30],
            }
        }
    )
    assert [row.place for row in standings(made.results)[0].rows] == [(1, 2), (1, 2), (3, 3)]


def test_more_is_better_for_efficiency(make: Make) -> None:
    """The place of an efficiency counts from the highest."""
    made = make({"web": {REFERENCE: [0.5] * 5, "trio/workers": [0.9] * 5}})
    assert [row.place for row in standings(made.results)[0].rows] == [(2, 2), (1, 1)]


def test_an_origin_at_its_limit_takes_the_say_from_the_wall_clock(make: Make) -> None:
    """Rounds in which the origin set the pace have no place by efficiency, but by CPU time."""
    made = make({"loopback": {REFERENCE: [10] * 5}, "web": {REFERENCE: [0.9] * 5}})
    loopback, web = standings(with_saw(made, busy=0.81))
    assert (loopback.rows[0].bound, loopback.rows[0].place) == (5, (1, 1))
    assert (web.rows[0].bound, web.rows[0].place) == (5, None)
    assert standings(with_saw(made, busy=0.8))[1].rows[0].bound == 0


def test_without_the_origins_account_there_is_no_efficiency(make: Make) -> None:
    """A round that lacks what the origin saw has its CPU time, and says what is lacking."""
    results = make({"web": {REFERENCE: [0.9] * 5}}).results
    blind = [msgspec.structs.replace(each, saw=None) for each in results.samples]
    row = standings(replace(results, samples=blind))[0].rows[0]
    assert row.figures["efficiency"] is None
    assert row.figures["cpu"] is not None
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
    figures = {"loopback": {REFERENCE: [10.0] * 5, "trio/workers": [1.0] * 5}}
    mishap = Mishap("trio/workers", "loopback", 5, kind, "it went wrong")
    row = standings(make(figures, mishaps=[mishap]).results)[0].rows[1]
    assert (row.figures, row.ratio, row.place, row.rounds) == ({}, None, None, 5)


def test_without_its_reference_a_course_has_figures_and_no_ratios(make: Make) -> None:
    """A reference that could not take part takes only the ratios along."""
    made = make({"loopback": {"trio/workers": [10] * 5}}, also=[Entrant(REFERENCE, missing="gone")])
    trio = standings(made.results)[0].rows[0]
    assert (trio.ratio, trio.place) == (None, (1, 1))
    nobody = replace(made.results, samples=[])
    assert standings(nobody)[0].rows[0].state is State.NOT_RACED
