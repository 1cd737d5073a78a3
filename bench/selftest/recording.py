"""The recording: races between copies of one variant, and what recording costs.

Strategy: each race enters a variant three times as it is and twice slowed by a known share, and is
run and kept as any race.  How many turns of a loop make that share is found by a race before them
all, in which each variant runs beside itself with a known number of turns.  Everything is in
files, so the figures can be made from them again.
"""

from contextlib import closing
from pathlib import Path

import msgspec

from bench.cores import Cores
from bench.entrants import Entrant
from bench.entry import Entry
from bench.progress import Step
from bench.race import Racing
from bench.rounds import prepare
from bench.scenarios import SCENARIOS, Profile
from bench.selftest.cost import WEIGHED
from bench.selftest.parts import Part, Parts
from bench.selftest.size import COURSES, Size
from bench.selftest.slowed import Turns, slowed
from bench.selftest.verdicts import Unmeasured
from bench.stable import Out, Stable
from impls.contract import Variant
from impls.registry import VARIANTS, missing
from origin.process import Origin
from report.figures import standings
from report.results import Results, read

SLOWINGS = {" slowed by 10 %": 0.10, " slowed by 5 %": 0.05}
"""By what the name of a slowed copy ends with: the share of CPU time that it takes more."""

THIRD = " (third)"
"""What the name of the third copy ends with; the second is the twin."""

PROBE = Turns(checkpoint=1000.0, remote=3000.0)
"""Turns that take longer than most calls, so that their share is known well."""

PROBED = " probed"
CALIBRATION = "calibration.jsonl"
COST = "cost.json"
RACES = "race-*.jsonl"

REPEATS = 70
"""Batches of the cheapest variant in a round of 50 ms."""

PATIENCE = 60.0
"""Seconds after which a round hangs."""

Costs = list[list[tuple[float, float]]]
"""For each process and each of its rounds: seconds with recording, and without."""


def forget(folder: Path) -> None:
    """Remove what was recorded in this folder.

    Raises:
        OSError: it can't be removed.
    """
    for file in (each for kept in (CALIBRATION, RACES, COST) for each in folder.glob(kept)):
        file.unlink()


def record_races(folder: Path, size: Size, origin: Origin, cores: Cores, parts: Parts) -> None:
    """Race copies of each variant in turn.

    Raises:
        Unmeasured: a variant is not installed, or something befell one.
        OriginError: the origin is gone.
        OSError: the folder takes no more.
    """

    def race(
        part: Part, name: str, entrants: list[Entrant], profile: Profile, seed: int
    ) -> Results:
        entry = Entry(entrants, [SCENARIOS[name] for name in COURSES], profile, seed)
        with (folder / name).open("wb") as file:
            Racing(entry, origin, cores, part).run(file)
        return complete(folder / name)

    variants = [installed(VARIANTS[name]) for name in size.variants]
    part = parts.begin("calibrating the slowed copies", 1)
    probed = [entrant for variant in variants for entrant in with_probe(variant)]
    calibration = race(part, CALIBRATION, probed, size.calibration, seed=0)
    in_turn = variants * size.races
    for number, variant in enumerate(in_turn, start=1):
        part = parts.begin(f"race {number} of {len(in_turn)}: {variant.name}", 1)
        name = RACES.replace("*", f"{number:02}")
        race(part, name, copies(variant, calibration), size.profile, seed=number)


def installed(variant: Variant) -> Variant:
    """Give the variant back.

    Raises:
        Unmeasured: it can't run here.
    """
    if why := missing(variant):
        raise Unmeasured(f"{variant.name}: {why}")
    return variant


def complete(file: Path) -> Results:
    """Read a race in which nothing went wrong.

    Raises:
        Unmeasured: something did.
    """
    results = read(file)
    if results.mishaps:
        first = results.mishaps[0]
        raise Unmeasured(f"{first.entrant} on {first.course}: {first.why} ({file})")
    if results.cut_short:
        raise Unmeasured(f"{results.cut_short} ({file})")
    return results


def with_probe(variant: Variant) -> list[Entrant]:
    """Enter a variant, and itself with a known number of turns."""
    probe = Entrant(variant.name + PROBED, slowed(variant, PROBE))
    return [Entrant(variant.name, variant), probe]


def copies(variant: Variant, calibration: Results) -> list[Entrant]:
    """Enter a variant as it is, with room for its twin, and slowed by each share."""
    plain = [Entrant(variant.name + name, variant) for name in ("", THIRD)]
    return plain + [
        Entrant(variant.name + name, slowed(variant, turns(variant.name, share, calibration)))
        for name, share in SLOWINGS.items()
    ]


def turns(name: str, share: float, calibration: Results) -> Turns:
    """Give the turns that take this share of a call's CPU time."""
    found = {}
    for standing in standings(calibration):
        pair = standing.pair(name + PROBED, name)
        if pair is None or pair.ratio.estimate <= 1:
            raise Unmeasured(f"calibration on {standing.course.name}: {name} cost as much slowed")
        found[standing.course.name] = share / (pair.ratio.estimate - 1)
    of_null, of_loopback = (found[name] for name in COURSES)
    return Turns(
        round(PROBE.checkpoint * of_null, 3),
        round(PROBE.remote * of_loopback, 3),
    )


def record_cost(folder: Path, size: Size, core: int | None, part: Part) -> None:
    """Measure what recording costs, in fresh processes, one after the other.

    Raises:
        Unmeasured: the variant is not installed, or its process failed.
        OSError: the folder takes no more.
    """
    entrant = Entrant(WEIGHED.name, installed(WEIGHED))
    jobs = prepare(SCENARIOS["null"], REPEATS, seed=0).jobs()
    costs: Costs = []
    for process in range(size.processes):
        part.step(Step(f"process {process + 1} of {size.processes}", "", process / size.processes))
        with closing(Stable(core)) as stable:
            try:
                worker = stable.worker(entrant)
                worker.run(None, jobs, PATIENCE)  # the first is slower than all that follow
                came = [worker.run(None, jobs, PATIENCE) for _ in range(size.rounds)]
            except Out as out:
                raise Unmeasured(f"{WEIGHED.name}: {out}") from None
        costs.append([(each.ran[0].cpu, each.ran[1].cpu) for each in came])
    (folder / COST).write_bytes(msgspec.json.encode(costs))


def recorded_races(folder: Path) -> list[Results]:
    """Read all races, in the order in which they were run.

    Raises:
        Unmeasured: there are none, or something went wrong in one.
    """
    files = sorted(folder.glob(RACES))
    if not files:
        raise Unmeasured(f"{folder} holds no race; make some with: make selftest")
    return [complete(file) for file in files]


def recorded_cost(folder: Path) -> Costs:
    """Read what recording cost.

    Raises:
        Unmeasured: it was not recorded.
    """
    file = folder / COST
    if not file.exists():
        raise Unmeasured(f"{file} is not there; make it with: make selftest")
    return msgspec.json.decode(file.read_bytes(), type=Costs)
