"""A round: what is asked, and which answers count; from results and ledgers made by hand."""

import json
import math
from typing import Any

import pytest

from bench.rounds import (
    GATED_DEADLINE,
    INTRUDER_TIME,
    WARM_UP,
    BrokeARule,
    Measured,
    Round,
    measure,
    prepare,
    qualifying,
)
from bench.scenarios import CALLS, SCENARIOS, Delays, Scenario
from bench.stable import Came
from bench.worker import Ran
from origin.ledger import CallSeen, End, Ledger
from origin.plan import AT_ONCE, Plan, Seen, Step
from report.results import Figure, Saw, Spent
from report.times import counted

NULL, LOOPBACK, WEB = (SCENARIOS[name] for name in ("null", "loopback", "web"))

# The round that is judged here: two slots, and a warm-up and two batches of two calls each.
ROUND = Round(2, range(-2, 0), [range(2), range(1000, 1002)], plan=Plan(), gauged=True)
ASKED = (-2, -1, 0, 1, 1000, 1001)


def texts(*args: int) -> list[object]:
    """Give what these calls must give."""
    return [f"ANSWER TO {arg}" for arg in args]


def ran(wall: float, results: object, error: str | None = None) -> Ran:
    """Give a batch as it travels; a quarter and an eighth of its time was the processor's."""
    return Ran(wall, wall / 4, wall / 8, None if error else json.dumps(results), error)


SPENT = (0.01, 0.02, 4096, (10, 11), (3, 1), [2, 1, 0])
GOOD = (ran(8.0, texts(-2, -1)), ran(0.5, texts(0, 1)), ran(0.25, texts(1000, 1001)))


def came(*batches: Ran) -> Came:
    """Give what came of a run of these batches."""
    return Came(list(batches), SPENT)


def measured(saw: Saw | None) -> Measured:
    """Give the figures of the good batches."""
    return Measured(0.75, 0.1875, 0.09375, Spent(*SPENT), saw)


def call(arg: int, received: float, ended: float, connection: int) -> CallSeen:
    """Give a call that was answered."""
    return CallSeen(arg, connection, received, ended, End.ANSWERED)


WELL = [
    call(-2, 0.0, 1.0, 1),
    call(-1, 0.0, 1.0, 2),
    call(0, 2.0, 3.0, 1),
    call(1, 2.0, 5.0, 2),
    call(1000, 6.0, 6.5, 1),
    call(1001, 6.25, 8.0, 2),
]


REACHED = "L4: its first calls reached"
WITHIN = f"in progress within {GATED_DEADLINE:.0f} s; the limit is 2"


def ledger(*calls: CallSeen) -> Ledger:
    """Give a ledger of these calls."""
    return Ledger(list(calls), opened=2, cpu=2.0)


# A round that counts.


def test_a_good_round() -> None:
    """Its times are the timed batches' alone, and the ideal is what a greedy scheduler needs."""
    saw = Saw(
        most_in_progress=2,
        in_progress=(1.0 + 3.0 + 0.5 + 1.75) / (3.0 + 2.0),
        connections=2,
        cpu=2.0,
        busy=2.0 / 6.0,
        ideal=3.0 + 1.75,
        held=(1.0 + 3.0 + 0.5 + 1.75) / 4,
        took=counted([1.0, 3.0, 0.5, 1.75]),
        idle=counted([3.0, 1.25]),
        since=counted([1.0, 3.0, 0.5, 2.0]),
    )
    assert measure(ROUND, came(*GOOD), ledger(*WELL)) == measured(saw)


def test_a_good_round_without_an_origin() -> None:
    """A call that is a checkpoint gives its argument, and nobody saw anything."""
    gave = [ran(each.wall, list(args)) for each, args in zip(GOOD, parts(), strict=True)]
    assert measure(ROUND, came(*gave), None) == measured(None)


def parts() -> list[range]:
    """Give the arguments of the warm-up and of each batch."""
    return [ROUND.warm_up, *ROUND.batches]


def test_a_round_that_is_answered_at_once() -> None:
    """Its calls in progress can't be seen, so they don't count; all else does."""
    at_once = [call(arg, 2.0 + arg, 2.0 + arg, 1) for arg in ASKED[2:]]
    seen = measure(ROUND._replace(gauged=False), came(*GOOD), ledger(*WELL[:2], *at_once)).saw
    assert seen
    assert (seen.most_in_progress, seen.connections, seen.ideal, seen.held) == (None, 1, 0.0, 0.0)
    assert seen.busy == 2.0 / 1001.0
    assert seen.idle == counted([1.0, 999.0, 1.0])
    assert seen.since == counted([0.0, 1.0, 0.0, 1.0])


# What the origin saw.


@pytest.mark.parametrize(
    ("seen", "why"),
    [
        (
            [*WELL[:2], call(0, 2.0, 5.0, 1), call(1, 2.0, 5.0, 2), call(1000, 4.0, 4.5, 1)],
            "L1: 3 calls in progress at once; the limit is 2",
        ),
        (
            [call(arg, place, place + 0.5, 1) for place, arg in enumerate(ASKED)],
            f"{REACHED} 1 {WITHIN}",
        ),
        (
            [call(-2, 0.0, 1.0, 1), call(-1, 1.0, 2.0, 2), *WELL[2:]],
            f"{REACHED} 1 {WITHIN}",
        ),
        ([], f"{REACHED} 0 {WITHIN}"),
        (
            [*WELL[:-1], call(1001, 6.5, 8.0, 2)],
            "L4: at most 1 calls in progress; the limit is 2",
        ),
        (
            [*WELL[:2], call(0, 2.0, 3.0, 3), *WELL[3:]],
            "L1: 3 connections at work at once; the limit is 2",
        ),
        (
            [*WELL, call(1001, 9.0, 9.5, 2)],
            "1 arguments were not called exactly once, such as 1001",
        ),
    ],
)
def test_the_ledger_speaks_against_it(seen: list[CallSeen], why: str) -> None:
    """What the origin saw decides, whatever the results say; the message says what it saw."""
    with pytest.raises(BrokeARule) as caught:
        measure(ROUND, came(*GOOD), ledger(*seen))
    assert str(caught.value) == why


@pytest.mark.parametrize(
    "connections",
    [(1, 2, 1, 2, 1, 3), (1, 2, 1, 3, 1, 4), (1, 2, 3, 4, 5, 6)],
    ids=["one anew", "two anew", "a pool for each batch"],
)
def test_who_connects_anew_keeps_the_limit(connections: tuple[int, ...]) -> None:
    """A connection that takes another's place is none more at once, however many there were."""
    seen = [
        call(each.arg, each.received, each.ended, connection)
        for each, connection in zip(WELL, connections, strict=True)
    ]
    found = measure(ROUND, came(*GOOD), ledger(*seen)).saw
    assert found
    assert found.connections == len(set(connections[2:]))


def test_one_connection_too_many_shows_where_calls_do_not() -> None:
    """Calls that are answered at once are never seen together; their connections are."""
    at_once = [call(arg, 2.0 + arg, 2.0 + arg, arg % 3) for arg in range(8)]
    round_ = Round(2, range(-2, 0), [range(8)], plan=Plan())
    gave = came(GOOD[0], ran(0.5, texts(*range(8))))
    with pytest.raises(BrokeARule, match="L1: 3 connections at work at once; the limit is 2"):
        measure(round_, gave, ledger(*WELL[:2], *at_once))


@pytest.mark.parametrize(
    ("seen", "why"),
    [
        (WELL[:-1], "1 arguments were not called exactly once, such as 1001"),
        (
            [*WELL[:-2], call(7, 6.0, 6.5, 1), call(8, 6.25, 8.0, 2)],
            "4 arguments were not called exactly once, such as 7",
        ),
    ],
)
def test_calls_that_never_came(seen: list[CallSeen], why: str) -> None:
    """A call that the origin did not see is missed, also where its gauge is not asked."""
    with pytest.raises(BrokeARule) as caught:
        measure(ROUND._replace(gauged=False), came(*GOOD), ledger(*seen))
    assert str(caught.value) == why


# What the variant gave.


@pytest.mark.parametrize("place", range(3))
@pytest.mark.parametrize(
    ("results", "error", "why"),
    [
        (None, "OSError: no route", "the batch raised OSError: no route"),
        (None, None, "R1: the results are no list but None"),
        (2, None, "R1: the results are no list but 2"),
        ({"0": 1}, None, "R1: the results are no list but {'0': 1}"),
        ([], None, "R1: 0 results of 2 calls"),
        (["ANSWER TO 5", "ANSWER TO 6", "ANSWER TO 7"], None, "R1: 3 results of 2 calls"),
    ],
)
def test_results_that_are_too_few_or_too_many(
    place: int, results: object, error: str | None, why: str
) -> None:
    """Every batch is checked, the warm-up too."""
    gave = [*GOOD]
    gave[place] = ran(1.0, results, error)
    with pytest.raises(BrokeARule) as caught:
        measure(ROUND, came(*gave), ledger(*WELL))
    assert str(caught.value) == why


@pytest.mark.parametrize(
    ("results", "why"),
    [
        (texts(1, 0), "2 of 2 .*at 0 stands 'ANSWER TO 1', not 'ANSWER TO 0'"),
        (texts(0, 0), "1 of 2 .*at 1 stands 'ANSWER TO 0', not 'ANSWER TO 1'"),
        (["answer to 0", "ANSWER TO 1"], "1 of 2 .*at 0 stands 'answer to 0', not 'ANSWER TO 0'"),
        ([None, None], "2 of 2 .*at 0 stands None, not 'ANSWER TO 0'"),
    ],
)
def test_results_that_are_not_in_their_place(results: list[object], why: str) -> None:
    """The message counts them, and shows the first."""
    gave = came(GOOD[0], ran(1.0, results), GOOD[2])
    with pytest.raises(BrokeARule, match=f"R1: {why}"):
        measure(ROUND, gave, ledger(*WELL))


@pytest.mark.parametrize("count", [0, 1, 2, 4])
def test_batches_that_are_too_few_or_too_many(count: int) -> None:
    """It gives one for each that it was asked for."""
    gave = came(*[*GOOD, GOOD[2]][:count])
    with pytest.raises(BrokeARule, match=f"it ran {count} of 3 batches"):
        measure(ROUND, gave, ledger(*WELL))


# What its clock tells.


@pytest.mark.parametrize(
    "times",
    [
        {"wall": -0.25},  # with that of the other batch, none at all
        {"wall": math.nan},
        {"wall": math.inf},
        {"user": -9.0, "system": 10.0},
        {"user": -0.125, "system": -0.0625},
        {"system": math.inf},
    ],
)
def test_times_that_no_round_takes(times: dict[str, Any]) -> None:
    """A clock that tells them is not believed, and what it told is shown."""
    gave = came(GOOD[0], ran(0.25, texts(0, 1))._replace(**times), GOOD[2])
    with pytest.raises(BrokeARule, match="its clock tells times that no round takes: "):
        measure(ROUND, gave, ledger(*WELL))


@pytest.mark.parametrize("times", [(-0.001, 0.0), (0.0, -0.001)])
def test_a_run_that_ends_before_it_begins(times: tuple[float, float]) -> None:
    """Neither starting up nor shutting down takes less than no time."""
    with pytest.raises(BrokeARule, match=r"no round takes: .*-0\.001"):
        measure(ROUND, Came([*GOOD], (*times, *SPENT[2:])), ledger(*WELL))


def test_a_checkpoint_that_answers() -> None:
    """Where there is no origin, an origin's answer is no result."""
    with pytest.raises(BrokeARule, match="at 0 stands 'ANSWER TO -2', not -2"):
        measure(ROUND, came(*GOOD), None)


# What is asked.


@pytest.mark.parametrize("scenario", SCENARIOS.values(), ids=SCENARIOS)
def test_the_batches_of_a_round(scenario: Scenario) -> None:
    """It has as many batches as it repeats, of arguments that never come again."""
    round_ = prepare(scenario, 3, seed=1)
    args = [arg for each in (round_.warm_up, *round_.batches) for arg in each]
    assert [len(batch) for batch in round_.batches] == [CALLS] * 3
    assert len(set(args)) == len(args) == 3 * CALLS + scenario.limit
    assert round_.calls() == 3 * CALLS
    assert round_.limit == scenario.limit


@pytest.mark.parametrize("scenario", [LOOPBACK, WEB], ids=["loopback", "web"])
def test_the_warm_up_is_gated(scenario: Scenario) -> None:
    """As many calls as the limit allows are held until all of them are in progress."""
    round_ = prepare(scenario, 1, seed=1)
    assert len(round_.warm_up) == scenario.limit
    assert round_.plan
    assert round_.plan.warm_up == scenario.limit
    gate = Step(gate=Seen(in_progress=scenario.limit))
    assert [round_.plan.steps[arg] for arg in round_.warm_up] == [gate] * scenario.limit


def test_the_jobs() -> None:
    """Only the warm-up has a deadline: the origin holds it, and a timed batch would pay for one."""
    first, *others = prepare(LOOPBACK, 2, seed=1).jobs()
    assert first == (WARM_UP.stop - LOOPBACK.limit, WARM_UP.stop, LOOPBACK.limit, GATED_DEADLINE)
    assert others == [(0, CALLS, 64, None), (CALLS, 2 * CALLS, 64, None)]


@pytest.mark.parametrize("scenario", SCENARIOS.values(), ids=SCENARIOS)
def test_what_is_gauged(scenario: Scenario) -> None:
    """The origin's gauge is asked where it takes its time, and there alone."""
    assert prepare(scenario, 1, seed=1).gauged is (scenario.delays is not None)


def test_null_has_no_plan() -> None:
    """Where a call is a checkpoint, the origin is not asked."""
    assert prepare(NULL, 2, seed=1).plan is None


def test_loopback_has_no_delays() -> None:
    """Every timed call is answered at once."""
    round_ = prepare(LOOPBACK, 2, seed=1)
    assert round_.plan
    assert set(round_.plan.steps) == set(round_.warm_up)
    assert round_.plan.otherwise == AT_ONCE


def test_delays_come_from_the_seed() -> None:
    """The same seed gives the same delays to every variant, and another one others."""
    once, again, other = (prepare(WEB, 2, seed=seed).plan for seed in (1, 1, 2))
    assert once == again
    assert once != other


def test_delays_are_as_the_scenario_says() -> None:
    """Half of them are below the median, and one in a hundred is above the 99th percentile."""
    delays = Delays(median=0.5, p99=2.0)
    scenario = Scenario("slow", "?", 10, Figure.EFFICIENCY, delays=delays)
    round_ = prepare(scenario, 5, seed=1)
    assert round_.plan
    came = [round_.plan.steps[arg].delay for batch in round_.batches for arg in batch]
    assert 0.45 < sum(delay < delays.median for delay in came) / len(came) < 0.55
    assert 0.005 < sum(delay > delays.p99 for delay in came) / len(came) < 0.015


def test_qualifying() -> None:
    """Calls come in waves that just reach the limit, and one too many has time to come."""
    round_ = qualifying(3)
    assert (round_.limit, len(round_.warm_up), round_.batches) == (3, 3, [range(12)])
    assert round_.gauged
    assert round_.plan == Plan(otherwise=Step(gate=Seen(in_progress=3), delay=INTRUDER_TIME))
    assert {deadline for *_, deadline in round_.jobs()} == {GATED_DEADLINE}
