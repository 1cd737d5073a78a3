"""Delays: as planned, at least; and as the web has them, when drawn."""

from collections.abc import Callable
from statistics import median, quantiles

import pytest

from origin.plan import Plan, Step, log_normal
from origin.process import Origin
from tests.origin.clients import Raw, good

MANY = range(20_000)


def drawn(middle: float, p99: float, seed: int) -> list[float]:
    """Draw many delays."""
    plan = log_normal(MANY, median=middle, p99=p99, seed=seed)
    return [step.delay for step in plan.steps.values()]


def test_a_call_takes_its_time(origin: Origin, connect: Callable[[], Raw]) -> None:
    """A call takes at least its planned delay, by the ledger, and waits for no longer one."""
    planned = {1: 0.2, 2: 0.1, 3: 0.09, 4: 0.0}
    origin.plan(Plan({arg: Step(delay=delay) for arg, delay in planned.items()}))
    clients = {arg: connect() for arg in planned}
    for arg, client in clients.items():
        client.ask(arg)
    assert [client.answer() for client in clients.values()] == [good(arg) for arg in clients]
    taken = {call.arg: call.ended - call.received for call in origin.ledger().calls}
    assert all(taken[arg] >= delay for arg, delay in planned.items())
    assert taken[4] < planned[1]


def test_a_client_that_leaves_before_its_time(
    origin: Origin, client: Raw, connect: Callable[[], Raw]
) -> None:
    """A delay whose client has gone harms nobody when it is over."""
    origin.plan(Plan({1: Step(delay=0.01), 2: Step(delay=0.05)}))
    client.ask(1)
    client.hang_up()
    other = connect()
    other.ask(2)
    assert other.answer() == good(2)


def test_the_same_seed() -> None:
    """The same seed gives the same delays; another gives others."""
    plans = [log_normal(range(9), median=0.01, p99=0.1, seed=seed) for seed in (1, 1, 2)]
    assert plans[0] == plans[1]
    assert plans[0] != plans[2]


def test_every_call_has_its_own_draw() -> None:
    """A plan has a delay for each of its calls, each drawn for itself."""
    plan = log_normal(range(9), median=0.01, p99=0.1, seed=1)
    assert list(plan.steps) == list(range(9))
    assert len({step.delay for step in plan.steps.values()}) == 9


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(("middle", "p99"), [(0.01, 0.02), (0.02, 0.2), (1.0, 30.0)])
def test_delays_as_the_web_has_them(middle: float, p99: float, seed: int) -> None:
    """The median and the 99th percentile of many delays are as asked."""
    delays = drawn(middle, p99, seed)
    assert median(delays) == pytest.approx(middle, rel=0.05)
    assert quantiles(delays, n=100)[98] == pytest.approx(p99, rel=0.15)


def test_delays_without_a_tail() -> None:
    """With a 99th percentile at the median, all delays are the same."""
    assert drawn(0.01, 0.01, 1) == pytest.approx([0.01] * len(MANY))
