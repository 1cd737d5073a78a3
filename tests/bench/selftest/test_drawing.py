"""Races made from recorded ones: whole generations, none of them twice, and exact slowings."""

import random

import pytest

from bench.selftest.drawing import costs as costs_of_copies
from bench.selftest.drawing import disjoint, exactly, only, slowed_copy
from bench.selftest.recording import SLOWINGS
from bench.selftest.size import COURSES
from tests.bench.selftest.recordings import (
    BLOCKS,
    GENERATIONS,
    SAME,
    TEN,
    UVLOOP,
    VARIED,
    Recording,
    standing,
)


def test_only_some_entrants_are_left(recording: Recording) -> None:
    """Nothing of the others is there, so they can't widen an interval."""
    race = only(recording(), SAME)
    assert [each.name for each in race.race.entrants] == SAME
    assert {each.entrant for each in race.samples} == set(SAME)
    assert standing(race).generations == GENERATIONS


def test_generations_are_in_one_race_at_most(recording: Recording) -> None:
    """As many races as there are generations for, each of whole ones, and none of them twice."""
    races = [recording(seed) for seed in range(3)]
    made = disjoint(races, 12, random.Random(1))
    assert len(made) == 2
    values = [each.user for race in made for each in race.samples]
    recorded = {each.user for race in races for each in race.samples}
    assert len(values) == len(set(values)) == 2 * 12 * BLOCKS * 5 * len(COURSES)
    assert set(values) <= recorded
    assert all({each.generation for each in race.samples} == set(range(12)) for race in made)
    assert [standing(race).generations for race in made] == [12, 12]


def test_the_generations_of_a_made_race_come_from_many(recording: Recording) -> None:
    """A race of what was recorded in a row would meet one weather."""
    races = [recording(seed) for seed in range(3)]
    whose = {each.user: number for number, race in enumerate(races) for each in race.samples}
    for race in disjoint(races, 12, random.Random(1)):
        assert {whose[each.user] for each in race.samples} == {0, 1, 2}


def test_slowed_copies_cost_exactly_what_they_should(recording: Recording) -> None:
    """For each variant and course by itself, whatever they had burnt; told is what that was."""
    races = [recording(1, ten=1.2), recording(2, ten=1.3), recording(3, ten=1.02, name=UVLOOP)]
    exact = exactly(races)
    nominal = {name + ending: 1 + by for name in VARIED for ending, by in SLOWINGS.items()}
    found = costs_of_copies(exact.races)
    assert found == pytest.approx(
        {(entrant, course): cost for entrant, cost in nominal.items() for course in COURSES}
    )
    assert exact.cost[TEN, "null"] == pytest.approx(1.25, rel=0.01)
    assert exact.cost[UVLOOP + " slowed by 10 %", "null"] == pytest.approx(1.02, rel=0.01)


def test_only_slowed_copies_are_scaled(recording: Recording) -> None:
    """Theirs by one factor, so the noise is what was recorded; the others' times are untouched."""
    race = recording(ten=1.2)
    [scaled] = exactly([race]).races
    slowed_ones = {slowed_copy(race, by) for by in SLOWINGS.values()}
    factors: dict[tuple[str, str], set[float]] = {}
    for before, after in zip(race.samples, scaled.samples, strict=True):
        found = factors.setdefault((before.entrant, before.course), set())
        found.add(round(after.cpu / before.cpu, 9))
    assert all(len(each) == 1 for each in factors.values())
    assert {entrant for (entrant, _), each in factors.items() if each != {1.0}} == slowed_ones
