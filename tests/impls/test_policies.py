"""The policies of a batch, over every variant: errors, time limits, deadlines, the pool, the clock.

Nothing here sleeps.  The origin holds a call until it has seen what the test needs; a time limit
is met by calls that are held, and never by calls that are answered at once.
"""

import socket
import time
from collections.abc import Iterator, Sequence

import outcome
import pytest

from impls.contract import (
    Ability,
    Batch,
    CallError,
    CallTimeout,
    DeadlineExceeded,
    Endpoint,
    Finished,
    Variant,
    processor_time,
)
from impls.registry import VARIANTS, missing
from origin.ledger import CallSeen, End, Ledger
from origin.plan import NEVER, At, Fault, Plan, Seen, Step
from origin.process import Origin
from rules import deviations
from rules.descriptors import open_sockets
from rules.trial import single_errors

LIMIT = 3
PATIENCE = 4.0
"""Seconds after which a batch that hangs is given up."""

A_WHILE = 0.06
"""Seconds of a delay, and of a deadline that is met."""

CALL_TIME = 0.5
"""Seconds for a call: ample for one that is answered at once."""

NO_WAIT = 3.0
"""Seconds within which comes what waits for nothing, even on a busy machine."""

EARLY = 0.003
"""Seconds by which a timer may fire early; uvloop's do, by up to 1.2 ms."""

ALL_BEGUN = Seen(received=LIMIT)
WAVE = Step(gate=Seen(in_progress=LIMIT))
FAILS = [each for each in Fault if each not in {Fault.DRIP, Fault.LARGER}]
"""The faults that fail their calls, wherever they strike."""

SAYS = {
    Fault.RESET: "Connection reset by peer",
    Fault.CUT: "hung up before its answer was whole",
    Fault.STATUS: "status 500",
    Fault.NOT_FOUND: "status 404",
    Fault.RUBBISH: "not HTTP",
    Fault.ENDLESS_HEAD: "a head of more than 65536 bytes",
    Fault.OTHER: "answered for /",
}
"""What the errors say."""

RESET_UNHEARD = "rloop 0.5.0: a reset by the peer is a quiet end of the stream, or nothing at all"
NO_HANG_UP = "rloop 0.5.0: abort() of a transport never reaches an idle peer"


def run(variant: Variant, origin: Origin, plan: Plan, *batches: Batch) -> list[Finished]:
    """Run the batches under the plan."""
    origin.plan(plan)
    return variant.load()(Endpoint(*origin.calls), batches)


def known(variant: Variant, why: str, request: pytest.FixtureRequest) -> None:
    """Expect rloop to fail; when a release mends it, the test turns red until this goes."""
    if variant.name.startswith("asyncio+rloop/"):
        mark = pytest.mark.xfail(reason=why, strict=True, raises=AssertionError)
        request.applymarker(mark)


def error_of(ended: outcome.Outcome[object]) -> BaseException:
    """Give what was raised."""
    assert isinstance(ended, outcome.Error), f"no error but {ended}"
    return ended.error


def results_of(finished: Finished) -> list[outcome.Outcome[object]]:
    """Give the outcomes of a batch that collects them."""
    assert isinstance(finished.outcome, outcome.Value), f"the batch raised: {finished.outcome}"
    results: list[outcome.Outcome[object]] = finished.outcome.value
    return results


def answers(args: Sequence[int]) -> list[outcome.Outcome[object]]:
    """Give the outcomes of calls that go well."""
    return [outcome.Value(f"ANSWER TO {arg}") for arg in args]


def needs(ability: Ability, variant: Variant) -> None:
    """Skip the test for a variant that declares that it lacks this."""
    if why := variant.cannot.get(ability):
        pytest.skip(f"declared: {why}")


def assert_tells(error: BaseException, fault: Fault, arg: int, origin: Origin) -> None:
    """Hold an error against the fault of the call of `arg`."""
    assert isinstance(error, CallError), repr(error)
    assert not isinstance(error, TimeoutError)
    assert str(error).startswith("{}:{} ".format(*origin.calls))
    assert str(error).endswith(f", called with {arg}")
    assert SAYS[fault] in str(error)


# Errors.


@pytest.mark.parametrize("fault", FAILS)
def test_collect(
    fault: Fault, variant: Variant, origin: Origin, request: pytest.FixtureRequest
) -> None:
    """Every outcome stands in its place; a failing call fails alone, and the others are served."""
    if fault is Fault.RESET:
        known(variant, RESET_UNHEARD, request)
    args = [41, 7, 42, 43, 44, 8, 45]
    plan = Plan(dict.fromkeys((7, 8), Step(gate=ALL_BEGUN, fault=fault)))
    batch = Batch(args, LIMIT, on_error="collect", call_timeout=PATIENCE / 2)
    [finished] = run(variant, origin, plan, batch)
    results = results_of(finished)
    for place in (1, 5):
        assert_tells(error_of(results[place]), fault, args[place], origin)
    well = [0, 2, 3, 4, 6]
    assert [results[place] for place in well] == answers([args[place] for place in well])
    assert len(results) == len(args)


@pytest.mark.parametrize("fault", FAILS)
def test_raise(
    fault: Fault, variant: Variant, origin: Origin, request: pytest.FixtureRequest
) -> None:
    """The batch raises the failure, bare or in a group, and it says where and which call."""
    if fault is Fault.RESET:
        known(variant, RESET_UNHEARD, request)
    met = Seen(hung_up=1) if fault is Fault.ENDLESS_HEAD else Seen(answered=1)
    plan = Plan({7: Step(gate=ALL_BEGUN, fault=fault)}, otherwise=Step(gate=met))
    [finished] = run(variant, origin, plan, Batch([41, 7, 42], LIMIT, deadline=PATIENCE / 2))
    [leaf] = single_errors(error_of(finished.outcome))
    assert_tells(leaf, fault, 7, origin)


@pytest.fixture
def nobody() -> Iterator[Endpoint]:
    """A port where nobody listens, and that nobody else gets meanwhile."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield Endpoint(*bound.getsockname())


def test_a_refused_connection_is_collected(variant: Variant, nobody: Endpoint) -> None:
    """Where nobody listens each call's error says so, and comes at once."""
    [finished] = variant.load()(nobody, [Batch(range(5), LIMIT, on_error="collect")])
    errors = [error_of(each) for each in results_of(finished)]
    assert all(isinstance(error, CallError) for error in errors), errors
    assert list(map(str, errors)) == [
        f"{nobody} gave no whole answer (Connection refused), called with {arg}" for arg in range(5)
    ]
    assert all(isinstance(error.__cause__, OSError) for error in errors)
    assert finished.wall < NO_WAIT


def test_a_refused_connection_is_raised(variant: Variant, nobody: Endpoint) -> None:
    """Where nobody listens the batch raises the calls' errors and nothing else, at once."""
    [finished] = variant.load()(nobody, [Batch(range(5), LIMIT)])
    errors = single_errors(error_of(finished.outcome))
    assert all(isinstance(error, CallError) for error in errors), errors
    assert finished.wall < NO_WAIT


def test_a_failed_call_has_hung_up(
    variant: Variant, origin: Origin, request: pytest.FixtureRequest
) -> None:
    """Who draws the next argument when a call has failed finds its connection closed."""
    needs(Ability.LAZY, variant)
    known(variant, NO_HANG_UP, request)
    seen: list[int] = []

    def args() -> Iterator[int]:
        for arg in range(3):
            seen.append(len(open_sockets()))
            yield arg

    plan = Plan({1: Step(fault=Fault.ENDLESS_HEAD)})
    [finished] = run(variant, origin, plan, Batch(args(), 1, on_error="collect"))
    assert [type(each) for each in results_of(finished)] == [
        outcome.Value,
        outcome.Error,
        outcome.Value,
    ]
    none, one, none_again = seen
    assert (one, none_again) == (none + 1, none)


# Time limits of calls.


def test_a_time_limit_is_its_calls_own(variant: Variant, origin: Origin) -> None:
    """Two calls run out of time; the eight behind them have all of theirs, and are served.

    The first two hold both slots until their time is up: a clock that starts with the batch
    would be up for all ten by then.  Runtimes may begin with any two.
    """
    behind_two = Step(gate=Seen(received=4))
    batch = Batch(range(10), 2, on_error="collect", call_timeout=CALL_TIME)
    [finished] = run(variant, origin, Plan(otherwise=behind_two), batch)
    ledger = origin.ledger(PATIENCE)
    results = results_of(finished)
    first_two = sorted(call.arg for call in by_coming(ledger)[:2])
    late = [arg for arg, result in enumerate(results) if isinstance(result, outcome.Error)]
    assert late == first_two
    for arg in late:
        error = error_of(results[arg])
        assert type(error) is CallTimeout
        told = f"gave no whole answer within {CALL_TIME:g} s, called with {arg}"
        assert str(error) == f"{Endpoint(*origin.calls)} {told}"
    others = [arg for arg in range(10) if arg not in late]
    assert [results[arg] for arg in others] == answers(others)
    assert finished.wall >= CALL_TIME - EARLY


def by_coming(ledger: Ledger) -> list[CallSeen]:
    """Give the calls in the order of their coming."""
    return sorted(ledger.calls, key=lambda call: call.received)


def test_a_time_limit_is_raised(variant: Variant, origin: Origin) -> None:
    """A call's time limit fails the batch like any other failure of a call."""
    batch = Batch(range(10), LIMIT, call_timeout=A_WHILE / 2)
    [finished] = run(variant, origin, Plan(otherwise=Step(gate=NEVER)), batch)
    assert {type(leaf) for leaf in single_errors(error_of(finished.outcome))} == {CallTimeout}


@pytest.mark.parametrize("seconds", [0, -1])
@pytest.mark.parametrize("kind", ["call_timeout", "deadline"])
def test_no_time_at_all(kind: str, seconds: float, variant: Variant, origin: Origin) -> None:
    """Who has no time from the beginning opens no connection."""
    batch = Batch(range(5), LIMIT, **{kind: seconds})  # type: ignore[arg-type] # by its name
    [finished] = run(variant, origin, Plan(), batch)
    expected = CallTimeout if kind == "call_timeout" else DeadlineExceeded
    assert {type(leaf) for leaf in single_errors(error_of(finished.outcome))} == {expected}
    assert not origin.ledger().opened


# Deadlines of batches.


@pytest.mark.parametrize("on_error", ["raise", "collect"])
def test_a_deadline(on_error: str, variant: Variant, origin: Origin) -> None:
    """Its end is the batch's: a bare DeadlineExceeded, in time, whatever becomes of the calls."""
    batch = Batch(range(10), LIMIT, on_error=on_error, deadline=A_WHILE)  # type: ignore[arg-type]
    [finished] = run(variant, origin, Plan(otherwise=Step(gate=NEVER)), batch)
    error = error_of(finished.outcome)
    assert type(error) is DeadlineExceeded
    assert isinstance(error, TimeoutError)
    assert str(error) == f"the batch was not done within {A_WHILE:g} s"
    assert A_WHILE - EARLY <= finished.wall < A_WHILE + NO_WAIT
    assert len(origin.ledger().calls) <= LIMIT


def test_a_deadline_cuts_calls_off(
    variant: Variant, origin: Origin, request: pytest.FixtureRequest
) -> None:
    """The origin sees all calls in progress hung up while the program goes on."""
    needs(Ability.CUTS, variant)
    known(variant, NO_HANG_UP, request)
    all_cut = Step(gate=Seen(hung_up=LIMIT))
    first = Batch(range(10), LIMIT, deadline=A_WHILE)
    second = Batch([99], 1, deadline=PATIENCE / 2)
    plan = Plan({99: all_cut}, otherwise=Step(gate=NEVER))
    _, finished = run(variant, origin, plan, first, second)
    assert finished.outcome == outcome.Value(["ANSWER TO 99"]), "not all calls were hung up"


# Batches without an endpoint, and several in one run.


def test_checkpoints(variant: Variant) -> None:
    """Without an endpoint each call gives its argument back, under the same policies."""
    args = [3, 1, 2, 1]
    batches = [
        Batch(iter(args), 2),
        Batch([], 2),
        Batch(args, 9, on_error="collect", call_timeout=PATIENCE, deadline=PATIENCE),
    ]
    assert [finished.outcome for finished in variant.load()(None, batches)] == [
        outcome.Value(args),
        outcome.Value([]),
        outcome.Value([outcome.Value(arg) for arg in args]),
    ]


def test_one_pool(variant: Variant, origin: Origin) -> None:
    """All batches of a run share one pool: the second one finds what the first one opened."""
    first, second = range(4 * LIMIT), range(100, 100 + 4 * LIMIT)
    batches = [Batch(args, LIMIT, deadline=PATIENCE) for args in (first, second)]
    finished = run(variant, origin, Plan(otherwise=WAVE), *batches)
    assert all(isinstance(each.outcome, outcome.Value) for each in finished), finished
    ledger = origin.ledger()
    assert ledger.opened == LIMIT
    carried = [{call.connection for call in ledger.of(args).calls} for args in (first, second)]
    assert carried[0] == carried[1]


@pytest.mark.parametrize("fault", [Fault.CUT, Fault.RESET])
def test_a_connection_closed_while_idle(fault: Fault, variant: Variant, origin: Origin) -> None:
    """All connections of the pool are closed: each call is made over a fresh one, once."""
    if variant.name.startswith("asyncio+rloop/"):
        pytest.skip(f"{RESET_UNHEARD}, as chance has it")
    first, second = range(LIMIT), range(100, 100 + LIMIT)
    closed = Step(gate=Seen(answered=LIMIT), fault=fault, at=At.AFTER)
    batches = [Batch(first, LIMIT, deadline=PATIENCE)]
    batches += [Batch([arg], 1, deadline=PATIENCE) for arg in second]
    finished = run(variant, origin, Plan(dict.fromkeys(first, closed)), *batches)
    assert [each.outcome for each in finished[1:]] == [
        outcome.Value([f"ANSWER TO {arg}"]) for arg in second
    ]
    assert not origin.ledger().not_exactly_once([*first, *second])


def test_what_came_while_idle_is_nobodys_answer(variant: Variant, origin: Origin) -> None:
    """More bytes come after a whole answer: the next call is made over a fresh connection."""
    more = Step(gate=Seen(answered=1), fault=Fault.LARGER, at=At.AFTER)
    finished = run(variant, origin, Plan({1: more}), *(Batch([arg], 1) for arg in (1, 2, 3)))
    assert [each.outcome for each in finished] == [
        outcome.Value([f"ANSWER TO {arg}"]) for arg in (1, 2, 3)
    ]


@pytest.mark.parametrize("fault", [Fault.CUT, Fault.RUBBISH, Fault.OTHER])
def test_a_used_connection_of_no_use_is_replaced_once(
    fault: Fault, variant: Variant, origin: Origin
) -> None:
    """A call that gets no answer of its own is made twice and no more, and then it fails."""
    faulty = Step(fault=fault)
    batches = [Batch([1], 1), Batch([2], 1), Batch([3], 1)]
    finished = run(variant, origin, Plan({2: faulty, 3: faulty}), *batches)
    for arg, each in zip((2, 3), finished[1:], strict=True):
        [leaf] = single_errors(error_of(each.outcome))
        assert_tells(leaf, fault, arg, origin)
        assert not isinstance(leaf.__context__, CallError)
    made = [call.arg for call in by_coming(origin.ledger())]
    assert made == [1, 2, 2, 3]


# The variant's own clock.


def test_the_clock_while_calls_wait(variant: Variant, origin: Origin) -> None:
    """Wall time is no shorter than what the origin took, and waiting costs no processor time."""
    began = time.perf_counter()
    plan = Plan(otherwise=Step(delay=A_WHILE))
    # The first batch also pays for what the runtime imports late; the second one only waits.
    finished = run(variant, origin, plan, *2 * [Batch(range(LIMIT), LIMIT)])
    elapsed = time.perf_counter() - began
    assert all(each.wall >= A_WHILE for each in finished)
    assert sum(each.wall for each in finished) <= elapsed
    assert 0 < finished[1].cpu < finished[1].wall / 2, finished


def test_the_clock_while_calls_work(variant: Variant) -> None:
    """Processor time is what was spent, on no more processors than there are threads."""
    began = time.process_time()
    finished = variant.load()(None, [Batch(range(500), LIMIT), Batch(range(500), LIMIT)])
    elapsed = time.process_time() - began
    assert sum(each.cpu for each in finished) <= elapsed
    assert all(0 < each.cpu <= each.wall * (LIMIT + 1) for each in finished), finished


def test_the_clock_says_when_each_batch_began(variant: Variant) -> None:
    """Each begins after the call, and after the end of the one before, by our clock."""
    began = time.perf_counter()
    finished = variant.load()(None, [Batch(range(50), LIMIT), Batch(range(50), LIMIT)])
    ended = time.perf_counter()
    first, second = finished
    assert began < first.began <= first.began + first.wall <= second.began
    assert second.began + second.wall <= ended


def test_the_clock_tells_both_kinds_of_processor_time(variant: Variant) -> None:
    """Each is at most what the system tells of all batches, and processor time is their sum."""
    before = processor_time()
    finished = variant.load()(None, [Batch(range(500), LIMIT), Batch(range(500), LIMIT)])
    user, system = (now - then for then, now in zip(before, processor_time(), strict=True))
    assert 0 <= sum(each.user for each in finished) <= user
    assert 0 <= sum(each.system for each in finished) <= system
    assert all(each.cpu == each.user + each.system for each in finished)


# Honesty: what is not declared is kept, and what is declared is so.


def test_draws_few_ahead(variant: Variant, origin: Origin) -> None:
    """A variant draws at most twice the limit before any call is answered, unless it declares."""
    needs(Ability.LAZY, variant)
    drawn = 0

    def counted() -> Iterator[int]:
        nonlocal drawn
        for arg in range(1000):
            drawn += 1
            yield arg

    plan = Plan(otherwise=Step(gate=NEVER))
    run(variant, origin, plan, Batch(counted(), LIMIT, deadline=A_WHILE))
    assert not origin.ledger().count(End.ANSWERED)
    assert LIMIT <= drawn <= 2 * LIMIT


@pytest.mark.parametrize(
    "name", [each.name for each in VARIANTS.values() if Ability.CUTS in each.cannot]
)
def test_runs_to_the_end_as_declared(name: str, origin: Origin) -> None:
    """Who declares that it can't cut off calls lets those in progress run to their end."""
    variant = VARIANTS[name]
    if reason := missing(variant):
        pytest.skip(reason)
    runs_on = deviations.known("X15-none_begun_after_an_error", variant)
    made = 10 if runs_on else LIMIT
    fails = {0: Step(gate=ALL_BEGUN, fault=Fault.STATUS)}
    others = Step(gate=Seen(answered=1), delay=A_WHILE)
    [finished] = run(variant, origin, Plan(fails, others), Batch(range(10), LIMIT))
    ledger = origin.ledger(PATIENCE)
    assert [type(leaf) for leaf in single_errors(error_of(finished.outcome))] == [CallError]
    assert ledger.count(End.ANSWERED) == len(ledger.calls) - 1 == made - 1
    assert finished.wall >= A_WHILE
