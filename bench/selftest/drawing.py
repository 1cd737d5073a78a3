"""Races made from recorded ones: of some entrants, of drawn generations, with scaled times.

Strategy: what is made is a race as the report reads it, so it is judged by the very code that
judges real ones; and its noise is recorded, since no model of it is trusted where it need not be.
"""

import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

import msgspec
import numpy as np

from bench.selftest.recording import SLOWINGS, THIRD
from report.figures import standings
from report.results import Results

Slowing = Mapping[tuple[str, str], float]
"""How many times as much a slowed copy cost as the plain ones, by its name and the course."""


class Exact(NamedTuple):
    """Races whose slowed copies cost what they were to cost.

    Attributes:
        races: so made.
        cost: of each slowed copy, before that, as recorded.
    """

    races: list[Results]
    cost: Slowing


def copies(race: Results) -> list[str]:
    """Name the three copies that are the same."""
    return [race.race.reference, race.race.twin, race.race.reference + THIRD]


def slowed_copy(race: Results, by: float) -> str:
    """Name the copy that was slowed by this share."""
    [ending] = [ending for ending, share in SLOWINGS.items() if share == by]
    return race.race.reference + ending


def only(race: Results, names: Sequence[str]) -> Results:
    """Make it a race of these entrants alone."""
    entrants = [each for each in race.race.entrants if each.name in names]
    samples = [each for each in race.samples if each.entrant in names]
    return replace(
        race, race=msgspec.structs.replace(race.race, entrants=entrants), samples=samples
    )


def disjoint(races: Sequence[Results], generations: int, rng: random.Random) -> list[Results]:
    """Make races of so many generations, as many as there are, each generation in one at most.

    Args:
        races: of the same entrants.
        generations: of each race that is made.
        rng: which generations meet.
    """
    recorded = [
        (race, at) for race, each in enumerate(races) for at in range(each.race.generations)
    ]
    rng.shuffle(recorded)
    whole = len(recorded) // generations
    parts = [recorded[number * generations :][:generations] for number in range(whole)]
    return [made_of(races, part) for part in parts]


def made_of(races: Sequence[Results], recorded: Sequence[tuple[int, int]]) -> Results:
    """Make one race of generations, each given by the number of its race and its own."""
    places = {place: at for at, place in enumerate(recorded)}
    samples = [
        msgspec.structs.replace(sample, generation=places[race, sample.generation])
        for race, each in enumerate(races)
        for sample in each.samples
        if (race, sample.generation) in places
    ]
    return replace(races[0], samples=samples)


def exactly(races: Sequence[Results]) -> Exact:
    """Scale the slowed copies' times, so that over all races of a variant they cost as nominal.

    What a loop costs beside a call is never known to the per cent, and a power that was found with
    more than the nominal slowing would flatter: so the noise is what was recorded, and the ratio is
    what was promised.
    """
    cost = costs(races)
    factors = {
        (entrant, course): (1 + by) / cost[entrant, course]
        for entrant, course in cost
        for ending, by in SLOWINGS.items()
        if entrant.endswith(ending)
    }
    return Exact([scaled(race, factors) for race in races], cost)


def costs(races: Sequence[Results]) -> Slowing:
    """Give what the slowed copies cost, over all races of their variant."""
    logs: dict[tuple[str, str], list[float]] = {}
    for race in races:
        for standing in standings(race):
            for slowed in (slowed_copy(race, by) for by in SLOWINGS.values()):
                pairs = [standing.pair(slowed, plain) for plain in copies(race)]
                found = logs.setdefault((slowed, standing.course.name), [])
                found += [float(np.log(pair.ratio.estimate)) for pair in pairs if pair]
    return {which: float(np.exp(np.mean(found))) for which, found in logs.items()}


def scaled(race: Results, factors: Mapping[tuple[str, str], float]) -> Results:
    """Multiply CPU time by a factor that depends on entrant and course, by 1 if it has none."""
    found = [(each, factors.get((each.entrant, each.course), 1.0)) for each in race.samples]
    samples = [
        msgspec.structs.replace(each, user=each.user * factor, system=each.system * factor)
        for each, factor in found
    ]
    return replace(race, samples=samples)


def by_variant(races: Iterable[Results]) -> Mapping[str, list[Results]]:
    """Put the races of each variant together."""
    found: dict[str, list[Results]] = {}
    for race in races:
        found.setdefault(race.race.reference, []).append(race)
    return found
