"""F: what a fault of the server does to its call, and what it must not do to the others.

Strategy: two calls of a batch meet the fault, the one on a new connection, the other on one that
has carried calls.  The batch collects its errors.  Whatever the fault and the place where it
strikes, the same must be true, but for the words: the two fail, each naming the endpoint, its
argument and what was wrong; the others have their results, and so has the batch after them.
"""

import math
import re
import socket
import threading
import time
import tracemalloc
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from itertools import pairwise

import outcome

from impls.contract import Batch, CallError, CallTimeout, Endpoint, Finished
from origin.ledger import Ledger
from origin.plan import NEVER, At, Fault, Plan, Seen, Step
from origin.process import LOOPBACK, Origin
from rules.checks import check
from rules.trial import LATER, LIMIT, PATIENCE, Trial, answered_later, texts

CALLS = range(4700, 4720)
FAULTY = (4700, 4711)
"""Numbers that stand in no address by accident."""

BETWEEN = 4720
"""A call of our own, between the two batches: all connections of the first are idle then."""

BROKEN_OFF = (At.BEFORE_HEAD, At.INSIDE_HEAD, At.INSIDE_BODY, At.BEFORE_LAST)
"""Where an answer can be broken off."""

SILENCES = (At.UNREAD, At.HALF_READ, At.BEFORE_HEAD, At.INSIDE_BODY)
"""Where a server can fall silent."""

SOON, LATE = 0.1, 1.0
"""Seconds that a call has; the second, where a busy machine answers nothing within the first."""

DRIPPED = b"HTTP/1.1 200 OK\r\nX-More: " + b" and more" * 5
EVERY, AWHILE = 0.03, 0.5
"""Seconds between two bytes of it, and those that the call has: the bytes take four times those."""

TRIES = 3

MOST_MEMORY = 8
"""MiB that refusing two heads may take: sixty times what heads are worth."""

Found = outcome.Outcome[str]


# What is the same for all faults.


def met(
    rule: str, trial: Trial, steps: Mapping[int, Step], call_timeout: float | None = None
) -> dict[int, Found | None]:
    """Run calls with these steps; give what came of those that fail, when the rest is right."""
    first, second, ledger = run(trial, steps, call_timeout)
    said = f"{rule}: {told(steps)}"
    assert isinstance(first, outcome.Value), f"{said}: the batch ended with {first}"
    found = dict(zip(CALLS, first.value, strict=False))
    fail = {arg for arg, step in steps.items() if step.gate == NEVER or not step.is_good()}
    wrong = spoilt(found, [arg for arg in CALLS if arg not in fail])
    assert not wrong, f"{said}: good calls gave {wrong}"
    wrong = spoilt(dict(zip(LATER, answers(second), strict=False)), LATER)
    assert not wrong, f"{said}: a healthy batch gave {wrong} afterwards"
    often = made_too_often(ledger, steps, fail)
    assert not often, f"{said}: calls were made too often: {often}"
    return {arg: found.get(arg) for arg in sorted(fail)}


def run(
    trial: Trial, steps: Mapping[int, Step], call_timeout: float | None
) -> tuple[outcome.Outcome[list[Found]], outcome.Outcome[list[str]], Ledger]:
    """Run a batch with these steps, and a healthy one over the same pool."""
    trial.origin.plan(Plan({**steps, **answered_later(Step())}))
    deadline = PATIENCE + len(steps) * (call_timeout or 0.0)  # one may wait for the other
    batch = Batch(CALLS, LIMIT, on_error="collect", deadline=deadline, call_timeout=call_timeout)
    healthy = Batch(once_idle(trial.origin), LIMIT, deadline=PATIENCE)
    first, second = trial.variant.load()(trial.endpoint, [batch, healthy])
    return first.outcome, second.outcome, trial.origin.ledger()


def once_idle(origin: Origin) -> Iterator[int]:
    """Give the second batch's arguments, once the origin has done what it does between the two.

    It does one thing after the other: when it gives its ledger, it has done what our call let it
    do.  Nothing else runs in the client meanwhile.
    """
    with socket.create_connection(origin.calls) as ours:
        ours.sendall(b"GET /%d HTTP/1.1\r\n\r\n" % BETWEEN)
        ours.recv(1024)
        origin.ledger()
    yield from LATER


def behind_all(fault: Fault) -> dict[int, Step]:
    """Let the fault strike all connections while they are idle, between the batches."""
    ended = Seen(answered=len(CALLS) + 1)
    return dict.fromkeys(CALLS, Step(ended, fault=fault, at=At.AFTER))


def told(steps: Mapping[int, Step]) -> str:
    """Say what the calls meet, and where."""
    return "; ".join(sorted({f"{step.fault or 'silence'}, {step.at}" for step in steps.values()}))


def answers(ended: outcome.Outcome[list[str]]) -> list[Found]:
    """Give the results of a batch as outcomes; none, if it failed."""
    if isinstance(ended, outcome.Error):
        return []
    return [outcome.Value(result) for result in ended.unwrap()]


def spoilt(found: Mapping[int, Found], args: Sequence[int]) -> dict[int, Found | None]:
    """Give the calls of these arguments that have not their own results."""
    right = dict(zip(args, map(outcome.Value, texts(args)), strict=True))
    return {arg: found.get(arg) for arg in args if found.get(arg) != right[arg]}


def made_too_often(
    ledger: Ledger, steps: Mapping[int, Step], fail: Collection[int]
) -> dict[int, int]:
    """Give how often calls were made that should have been made less often.

    One that fails may be made again, once, since its connection could have been closed while it
    was idle; so may one that finds its connection spoilt, between the batches.
    """
    spoilt_between = any(step.at is At.AFTER for step in steps.values())
    again = {*fail, *(LATER if spoilt_between else ())}
    made = Counter(call.arg for call in ledger.calls)
    return {arg: times for arg, times in made.items() if times > 1 + (arg in again)}


def fails(rule: str, trial: Trial, fault: Fault, places: Sequence[At], words: str) -> str:
    """Let the fault strike at each of these places; its calls must fail, with these words."""
    for at in places:
        found = met(rule, trial, dict.fromkeys(FAULTY, Step(fault=fault, at=at)))
        for arg, each in found.items():
            said = f"{rule}: {fault}, {at}: call {arg}"
            names(said, each, str(trial.endpoint), str(arg), words)
    return "its call fails alone, and says so"


def names(said: str, found: Found | None, *words: str, kind: type[CallError] = CallError) -> None:
    """Tell an error of the right kind, which says these words, from anything else."""
    assert isinstance(found, outcome.Error), f"{said} gave {found}"
    assert isinstance(found.error, kind), (
        f"{said} raised {found.error!r}, which is no {kind.__name__}"
    )
    missing = [word for word in words if not re.search(word, str(found.error), re.IGNORECASE)]
    assert not missing, f"{said} raised {found.error!r}, which does not say {missing}"


# The rules.


@check("F1")
def refused(trial: Trial) -> str:
    """All calls go to a port where nobody listens."""
    with socket.socket() as deaf:
        deaf.bind((LOOPBACK, 0))
        endpoint = Endpoint(*deaf.getsockname())
        batch = Batch(CALLS, LIMIT, on_error="collect", deadline=PATIENCE)
        [ended] = trial.variant.load()(endpoint, [batch])
    assert isinstance(ended.outcome, outcome.Value), f"F1: the batch ended with {ended.outcome}"
    found = dict(zip(CALLS, ended.outcome.value, strict=False))
    for arg in CALLS:
        names(f"F1: call {arg}", found.get(arg), str(endpoint), str(arg), "refused")
    return "each call fails alone, and says so"


@check("F2", gates=True)
def reset(trial: Trial) -> str:
    """The server resets the connections of two calls, before, inside or behind the head."""
    return fails("F2", trial, Fault.RESET, BROKEN_OFF, "reset")


@check("F3", gates=True)
def cut_off(trial: Trial) -> str:
    """The server hangs up on two calls, before, inside or behind the head."""
    return fails("F3", trial, Fault.CUT, BROKEN_OFF, "hung up")


@check("F4")
def silence(trial: Trial) -> str:
    """The server accepts four calls and falls silent; each call has a time limit."""
    try:
        return _silence(trial, SOON)
    except AssertionError:  # a machine so busy that the others had no time, either?
        return _silence(trial, LATE)


def _silence(trial: Trial, seconds: float) -> str:
    steps = {arg: Step(NEVER, at=at) for arg, at in zip(CALLS[::5], SILENCES, strict=True)}
    for arg, found in met("F4", trial, steps, seconds).items():
        words = str(trial.endpoint), str(arg), f"within {seconds:g} s"
        names(f"F4: silence, {steps[arg].at}: call {arg}", found, *words, kind=CallTimeout)
    return "its call runs out of time alone, and says so"


@check("F4")
def dripped_at(trial: Trial) -> str:
    """A server sends a byte of a head now and then, for much longer than the call has."""
    trial.variant.load()  # what it imports takes its time, too
    for _ in range(TRIES):
        ended, sent, pause = dripped(trial)
        if pause < AWHILE:
            break
    [found] = ended.outcome.unwrap()
    names(f"F4: dripped at: call {CALLS[0]}", found, f"within {AWHILE:g} s", kind=CallTimeout)
    assert 0 <= sent < len(DRIPPED), (
        "F4: dripped at: the call ended only when the server did, too late"
    )
    return "its call runs out of time, and says so"


def dripped(trial: Trial) -> tuple[Finished, int, float]:
    """Drip at a call; give what became of it, the bytes sent by then, and the longest pause.

    A limit for each receive ends in a pause of the server, which a busy machine may make long.
    """
    with dripping() as (endpoint, sent):
        batch = Batch(CALLS[:1], 1, on_error="collect", call_timeout=AWHILE)
        [ended] = trial.variant.load()(endpoint, [batch])
        times = [*sent, time.monotonic()]
    pauses = [later - earlier for earlier, later in pairwise(times)]
    return ended, len(times) - 2, max(pauses, default=math.inf)


@contextmanager
def dripping() -> Iterator[tuple[Endpoint, list[float]]]:
    """Give where a server takes one call, and when it did so and sent each byte, as it goes on."""
    sent: list[float] = []
    with socket.create_server((LOOPBACK, 0)) as server:
        thread = threading.Thread(target=drips, args=(server, sent))
        thread.start()
        try:
            yield Endpoint(*server.getsockname()), sent
        finally:
            thread.join()


def drips(server: socket.socket, sent: list[float]) -> None:
    """Take a call, and send it a byte now and then."""
    server.settimeout(PATIENCE)
    with suppress(OSError), server.accept()[0] as connection:
        connection.recv(1024)
        sent.append(time.monotonic())
        for byte in DRIPPED:
            time.sleep(EVERY)
            connection.sendall(bytes([byte]))
            sent.append(time.monotonic())


@check("F5")
def drip(trial: Trial) -> str:
    """Two answers come one byte at a time, from the head on or from the body on."""
    for at in (At.BEFORE_HEAD, At.INSIDE_BODY):
        met("F5", trial, dict.fromkeys(FAULTY, Step(fault=Fault.DRIP, at=at)))
    return "the answer"


@check("F6")
def rubbish(trial: Trial) -> str:
    """Two calls are answered what is not HTTP, at once or in two pieces."""
    return fails("F6", trial, Fault.RUBBISH, (At.BEFORE_HEAD, At.INSIDE_HEAD), "not HTTP")


@check("F7")
def endless_head(trial: Trial) -> str:
    """Two calls are answered with a head that goes on until they hang up."""
    trial.variant.load()  # what it imports is not what we measure
    with memory_watched() as most:
        seen = fails("F7", trial, Fault.ENDLESS_HEAD, (At.BEFORE_HEAD,), "head")
        taken = most() >> 20
    assert taken < MOST_MEMORY, f"F7: a head without end took {taken} MiB of memory"
    return seen


@contextmanager
def memory_watched() -> Iterator[Callable[[], int]]:
    """Give how to ask, within the block, for the most bytes that Python took in it at once."""
    tracing = tracemalloc.is_tracing()
    tracemalloc.start()
    tracemalloc.reset_peak()
    before, _ = tracemalloc.get_traced_memory()
    try:
        yield lambda: tracemalloc.get_traced_memory()[1] - before
    finally:
        if not tracing:
            tracemalloc.stop()


@check("F8")
def larger_body(trial: Trial) -> str:
    """Two answers have more bytes than they announced; then all have, when the batch has ended."""
    for at in (At.BEFORE_HEAD, At.INSIDE_BODY, At.BEFORE_LAST):
        found = met("F8", trial, dict.fromkeys(FAULTY, Step(fault=Fault.LARGER, at=at)))
        values = {arg: each for arg, each in found.items() if isinstance(each, outcome.Value)}
        wrong = spoilt(values, list(values))
        assert not wrong, f"F8: {Fault.LARGER}, {at}: calls gave {wrong}"
    met("F8", trial, behind_all(Fault.LARGER))
    return "no other call is spoilt"


@check("F9")
def closed_while_idle(trial: Trial) -> str:
    """The server closes idle connections when the batch has ended, politely or by a reset."""
    for fault in (Fault.CUT, Fault.RESET):
        met("F9", trial, behind_all(fault))
    return "the caller hears nothing"


@check("F10")
def status(trial: Trial) -> str:
    """Two calls are answered with a status of 500, or of 404."""
    fails("F10", trial, Fault.STATUS, (At.BEFORE_HEAD,), r"\b500\b")
    return fails("F10", trial, Fault.NOT_FOUND, (At.BEFORE_HEAD,), r"\b404\b")


@check("F11", gates=True)
def another_answer(trial: Trial) -> str:
    """Two calls are given the answer for another argument."""
    return fails("F11", trial, Fault.OTHER, (At.BEFORE_HEAD,), "answered for")
