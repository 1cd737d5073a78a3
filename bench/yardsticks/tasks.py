"""The eight measurements, cut into tasks: one for each subject of each claim.

Strategy: a table of tasks, each in fresh processes that only it uses.  A task that fails costs
its own row and no other.
"""

from collections.abc import Callable, Sequence
from functools import partial
from statistics import median
from typing import NamedTuple

from bench.rounds import BrokeARule, Round, prepare
from bench.scenarios import SCENARIOS
from bench.stable import Out, Worker
from bench.yardsticks import bare, probes, trio_socket, with_aiohttp, with_wrk
from bench.yardsticks.claims import Measurement
from bench.yardsticks.ground import Ground, in_turns, results
from bench.yardsticks.young import YoungStable
from impls.contract import Ability, Variant
from impls.field import RUNTIMES
from impls.registry import REFERENCE, VARIANTS, missing

GENERATIONS = 3
"""Pairs of fresh processes for a ratio."""

BLOCKS = 6
"""In each; the first does not count."""

TURNS = GENERATIONS * BLOCKS * 2
YOUTHS = 12
NULL_REPEATS = 16
LOOPBACK_REPEATS = 4
WEB_ROUNDS = 3
"""So that the median outlives one disturbed round: this figure is of wall time, not CPU."""

FEW, MANY = 10_000, 1_000_000
PLACE = 8
"""Bytes that a list takes for each result."""

FASTEST = "asyncio-protocol+uvloop/workers"
"""The most that asyncio gives."""

FLOOR = "selectors/workers"
STREAMED = "trio/workers"


class Found(NamedTuple):
    """What a measurement gives: its values, and what explains them."""

    values: list[float]
    note: str = ""


class Task(NamedTuple):
    """One measurement to make.

    Attributes:
        claim: by its name in `CLAIMS`.
        subject: of what.
        variants: those that it needs.
        runs: how many it takes, so that a person sees how far we are.
        find: makes it.
    """

    claim: str
    subject: str
    variants: Sequence[Variant]
    runs: int
    find: Callable[[Ground], Found]

    def done(self, ground: Ground) -> Measurement:
        """Make the measurement, or say why there is none."""
        if lacks := list(filter(None, map(missing, self.variants))):
            return Measurement(self.claim, self.subject, [], lacks[0])
        try:
            return Measurement(self.claim, self.subject, *self.find(ground))
        except (BrokeARule, Out) as error:
            return Measurement(self.claim, self.subject, [], str(error), failed=True)


def added(pair: tuple[Variant, Variant], ground: Ground) -> Found:
    """Give the share of CPU that the first takes beyond the second, on checkpoints."""
    jobs = prepare(SCENARIOS["null"], NULL_REPEATS, seed=0).jobs()

    def cpu(worker: Worker) -> float:
        return sum(ran.cpu for ran in ground.alone(worker, jobs)[1:])

    return Found([ratio - 1 for ratio in ratios(pair, cpu, ground)])


def over(pair: tuple[Variant, Variant], ground: Ground) -> Found:
    """Give the CPU of the first over that of the second, on remote calls."""

    def cpu(worker: Worker) -> float:
        return ground.remote(worker, loopback(LOOPBACK_REPEATS))[0].cpu

    return Found(ratios(pair, cpu, ground))


def loopback(repeats: int) -> Round:
    """Prepare a round of the loopback scenario."""
    return prepare(SCENARIOS["loopback"], repeats, seed=0)


def ratios(
    pair: tuple[Variant, Variant], cpu: Callable[[Worker], float], ground: Ground
) -> list[float]:
    """Give the first's CPU over the second's, for each block of each generation."""
    blocks = []
    for _ in range(GENERATIONS):
        with ground.processes() as process:
            runs = {each.name: partial(cpu, process(each)) for each in pair}
            blocks += [in_turns(runs) for _ in range(BLOCKS)][1:]
    ours, theirs = (variant.name for variant in pair)
    return [block[ours] / block[theirs] for block in blocks]


def over_wrk(variant: Variant, ground: Ground) -> Found:
    """Give the variant's calls per second over those of wrk, and what bound each."""
    if not with_wrk.installed():
        return Found([], "not installed: wrk")
    blocks = []
    for _ in range(GENERATIONS):
        with ground.processes() as process:
            runs = {
                "ours": partial(with_wrk.of_variant, ground, process(variant)),
                "wrk": partial(with_wrk.of_wrk, ground),
            }
            blocks += [in_turns(runs) for _ in range(BLOCKS)][1:]
    ours, theirs = ([block[name] for block in blocks] for name in ("ours", "wrk"))
    ratios = [one.speed / other.speed for one, other in zip(ours, theirs, strict=True)]
    return Found(ratios, with_wrk.told(ours, theirs))


def young_over_aged(ground: Ground) -> Found:
    """Give the CPU of a call in a young process over that in an aged one, and page faults.

    Each process runs one round: the results' way back over the channel ages it.
    """
    blocks = [youth(ground) for _ in range(YOUTHS)]
    young, aged = (median(told[name] for _, told in blocks) for name in ("young", "aged"))
    ratios = [cpu["young"] / cpu["aged"] for cpu, _ in blocks]
    return Found(ratios, f"page faults a call: {young:.1f} and {aged:.1f}")


def youth(ground: Ground) -> tuple[dict[str, float], dict[str, float]]:
    """Give the CPU and the page faults of a call, in one young process and in one aged."""
    round_ = loopback(LOOPBACK_REPEATS)
    made = round_.calls() + len(round_.warm_up)
    with ground.processes(YoungStable) as young, ground.processes() as aged:
        workers = {"young": young(probes.FAULTS), "aged": aged(probes.FAULTS)}
        block = in_turns(
            {name: partial(ground.remote, each, round_) for name, each in workers.items()}
        )
    cpu = {name: measured.cpu / round_.calls() for name, (measured, _) in block.items()}
    return cpu, {name: faults / made for name, (_, [faults]) in block.items()}


def efficiency(variant: Variant, ground: Ground) -> Found:
    """Give the time that an ideal scheduler needs over the time that it took."""
    found = []
    with ground.processes() as process:
        for seed in range(WEB_ROUNDS):
            round_ = prepare(SCENARIOS["web"], 1, seed)
            measured, _ = ground.remote(process(variant), round_)
            found.append(measured.saw.ideal / measured.wall if measured.saw else 0.0)
    return Found(found)


def growth(variant: Variant, ground: Ground) -> Found:
    """Give the megabytes by which a hundred times the calls raise the peak, results aside.

    In young processes: an aged one grows a list inside its heap up to 4 MiB, moves it, and keeps
    the room: 7 MB here, whoever fills the list.
    """

    def peak(calls: int) -> int:
        with ground.processes(YoungStable) as process:
            job = (0, calls, SCENARIOS["null"].limit, None)
            [told] = results(ground.alone(process(variant), [job]))
        return int(told)

    return Found([(peak(MANY) - peak(FEW) - PLACE * (MANY - FEW)) / 1e6])


def tasks() -> list[Task]:
    """Give all that there is to measure, claim by claim."""
    workers = {runtime.name: VARIANTS[f"{runtime.name}/workers"] for runtime in bare.LOOPED}
    nulls = {name: (each, bare.VARIANTS[f"{name}/bare"]) for name, each in workers.items()}
    clients = VARIANTS[REFERENCE], with_aiohttp.VARIANTS[with_aiohttp.NAME]
    grounded = VARIANTS[FASTEST], VARIANTS[FLOOR]
    sockets = VARIANTS[STREAMED], trio_socket.VARIANTS[trio_socket.NAME]
    return [
        *(Task("null", name, pair, TURNS, partial(added, pair)) for name, pair in nulls.items()),
        Task("aiohttp", REFERENCE, clients, TURNS, partial(over, clients)),
        Task("wrk", FASTEST, [VARIANTS[FASTEST]], TURNS, partial(over_wrk, VARIANTS[FASTEST])),
        Task("floor", FASTEST, grounded, TURNS, partial(over, grounded)),
        Task("stream", STREAMED, sockets, TURNS, partial(over, sockets)),
        Task("heap", REFERENCE, [probes.FAULTS], 2 * YOUTHS, young_over_aged),
        *(
            Task("web", each.name, [each], WEB_ROUNDS, partial(efficiency, each))
            for each in cutting()
        ),
        *(
            Task("memory", name, [each], 2, partial(growth, each))
            for name, each in probes.PEAKS.items()
        ),
    ]


def cutting() -> list[Variant]:
    """Give the variants of the runtimes that can cut off calls: all but threads."""
    able = [runtime for runtime in RUNTIMES if Ability.CUTS not in runtime.cannot]
    return [VARIANTS[f"{each.name}/{strategy}"] for each in able for strategy in each.strategies]
