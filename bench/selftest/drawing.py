"""Races made from recorded ones: of some entrants, of drawn generations, with scaled times."""

import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import msgspec
import numpy as np

from bench.selftest.recording import SLOWINGS, THIRD
from bench.selftest.verdicts import Unmeasured
from report.figures import standings
from report.results import Results


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


def drawn(races: Sequence[Results], generations: int, rng: random.Random) -> Results:
    """Draw generations from races of the same entrants, none twice, and make them one race.

    Raises:
        Unmeasured: there are not as many.
    """
    recorded = [
        (race, at) for race, each in enumerate(races) for at in range(each.race.generations)
    ]
    if len(recorded) < generations:
        raise Unmeasured(f"{len(recorded)} generations are too few to draw {generations} of them")
    places = {place: at for at, place in enumerate(rng.sample(recorded, generations))}
    samples = [
        msgspec.structs.replace(sample, generation=places[race, sample.generation])
        for race, each in enumerate(races)
        for sample in each.samples
        if (race, sample.generation) in places
    ]
    return replace(races[0], samples=samples)


def exactly(races: Sequence[Results], by: float) -> list[Results]:
    """Scale the slowed copies' times, so that over all races of a variant they cost `by` more.

    What a loop costs beside a call is never known to the per cent, and a power that was found with
    more than the nominal slowing would flatter: so the noise is what was recorded, and the ratio is
    what was promised.
    """
    return [
        scaled(race, slowed_copy(race, by), factors)
        for same in by_variant(races).values()
        for factors in [{course: (1 + by) / cost for course, cost in costs(same, by).items()}]
        for race in same
    ]


def costs(races: Sequence[Results], by: float) -> dict[str, float]:
    """Give how many times as much the slowed copy cost as the plain ones, course by course."""
    logs: dict[str, list[float]] = {}
    for race in races:
        for standing in standings(race):
            found = logs.setdefault(standing.course.name, [])
            pairs = [standing.pair(slowed_copy(race, by), plain) for plain in copies(race)]
            found += [float(np.log(pair.ratio.estimate)) for pair in pairs if pair]
    return {course: float(np.exp(np.mean(found))) for course, found in logs.items()}


def scaled(race: Results, entrant: str, factors: Mapping[str, float]) -> Results:
    """Multiply an entrant's CPU time, on each course by its factor."""
    samples = [
        msgspec.structs.replace(
            each, user=each.user * factors[each.course], system=each.system * factors[each.course]
        )
        if each.entrant == entrant
        else each
        for each in race.samples
    ]
    return replace(race, samples=samples)


def by_variant(races: Iterable[Results]) -> Mapping[str, list[Results]]:
    """Put the races of each variant together."""
    found: dict[str, list[Results]] = {}
    for race in races:
        found.setdefault(race.race.reference, []).append(race)
    return found
