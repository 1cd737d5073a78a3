"""The ledger's questions, answered from rows made by hand."""

from typing import NamedTuple

import pytest

from origin.ledger import CallSeen, End, Ledger


def call(
    received: float, ended: float, *, arg: int = 0, on: int = 0, end: End = End.ANSWERED
) -> CallSeen:
    return CallSeen(arg, on, received, ended, end)


class Row(NamedTuple):
    """Calls, and what the ledger makes of them."""

    name: str
    calls: list[CallSeen]
    most: int
    connections: int
    delays: list[float]
    span: float


ROWS = [
    Row("none", [], 0, 0, [], 0),
    Row("one", [call(1, 3)], 1, 1, [2], 2),
    Row("apart", [call(1, 2), call(4, 6)], 1, 1, [1, 2], 5),
    Row("one after the other", [call(1, 2), call(2, 3)], 1, 1, [1, 1], 2),
    Row("overlapping", [call(1, 3), call(2, 4, on=1)], 2, 2, [2, 2], 3),
    Row("nested, in the order of their ends", [call(2, 3, on=1), call(1, 5)], 2, 2, [4, 1], 4),
    Row("three, two at once", [call(1, 4), call(2, 3), call(3, 5)], 2, 1, [3, 1, 2], 4),
    Row("still open", [call(1, 9, end=End.OPEN), call(2, 3)], 2, 1, [8, 1], 8),
    Row("open, told at one time", [call(n, 9, end=End.OPEN) for n in (1, 2)], 2, 1, [8, 7], 8),
    Row("hung up", [call(1, 2, end=End.HUNG_UP), call(2, 3)], 1, 1, [1, 1], 2),
    Row("faulted", [call(1, 3, end=End.FAULTED), call(2, 4)], 2, 1, [2, 2], 3),
    Row("answered at once", [call(1, 1)], 1, 1, [0], 0),
    Row("answered at once, in turn", [call(1, 1), call(2, 2)], 1, 1, [0, 0], 1),
    Row("answered at once, beside another", [call(2, 2), call(1, 3, on=1)], 2, 2, [2, 0], 2),
    Row("answered at once, after another", [call(1, 2), call(2, 2)], 1, 1, [1, 0], 1),
]
rows = pytest.mark.parametrize("row", ROWS, ids=[row.name for row in ROWS])


@rows
def test_most_in_progress(row: Row) -> None:
    """The most calls in progress at once are those whose times overlap, of no length or some."""
    assert Ledger(row.calls, 0, 0.0).most_in_progress() == row.most


@rows
def test_connections(row: Row) -> None:
    """Connections are counted that carried a call, each once."""
    assert Ledger(row.calls, 9, 0.0).connections() == row.connections


@rows
def test_delays(row: Row) -> None:
    """Delays stand in the order in which the calls came, not in which they ended."""
    assert Ledger(row.calls, 0, 0.0).delays() == row.delays


@rows
def test_span(row: Row) -> None:
    """The span reaches from the first call's coming to the last one's end."""
    assert Ledger(row.calls, 0, 0.0).span() == row.span


@pytest.mark.parametrize(
    ("calls", "seconds"),
    [
        ([], []),
        ([call(1, 3)], []),
        ([call(1, 3), call(3, 4)], [0]),
        ([call(1, 3), call(2, 5, on=1)], []),
        ([call(1, 2), call(2, 4, on=1), call(5, 6), call(7, 8, on=1), call(6.5, 9)], [3, 0.5, 3]),
        ([call(2, 3), call(1, 5, on=1), call(3.25, 4)], [0.25]),
        ([call(7, 8), call(1, 2), call(4, 6)], [2, 1]),
    ],
)
def test_idle(calls: list[CallSeen], seconds: list[float]) -> None:
    """It is the time from an answer to the next call of the same connection; a first has none."""
    assert Ledger(calls, 0, 0.0).idle() == seconds


@rows
def test_since(row: Row) -> None:
    """Each call's end is told from when the first came, and the last one's is the span."""
    since = Ledger(row.calls, 0, 0.0).since()
    first = min((call.received for call in row.calls), default=0)
    assert since == [call.ended - first for call in row.calls]
    assert max(since, default=0) == row.span


@pytest.mark.parametrize(
    ("seen", "asked", "wrong"),
    [
        ([], [], {}),
        ([1, 2, 3], [3, 2, 1], {}),
        ([1, 1, 2], [1, 2], {1: 1}),
        ([1], [1, 2, 3], {2: -1, 3: -1}),
        ([1, 7], [1], {7: 1}),
        ([5, 5, 5], [5, 5, 5], {}),
        ([5, 5], [5, 5, 5, 6], {5: -1, 6: -1}),
        ([1, 1], [2], {1: 2, 2: -1}),
    ],
)
def test_not_exactly_once(seen: list[int], asked: list[int], wrong: dict[int, int]) -> None:
    """What was called too often counts above zero, what was called too seldom below."""
    ledger = Ledger([call(0, 1, arg=arg) for arg in seen], 0, 0.0)
    assert ledger.not_exactly_once(asked) == wrong


@pytest.mark.parametrize("end", End)
def test_count(end: End) -> None:
    """Each way to end is counted for itself."""
    ends = [End.ANSWERED, End.FAULTED, End.FAULTED, *[End.HUNG_UP] * 3, *[End.OPEN] * 4]
    ledger = Ledger([call(0, 1, end=end) for end in ends], 0, 0.0)
    assert ledger.count(end) == ends.count(end)


def test_a_part_of_the_ledger() -> None:
    """The ledger of some arguments has their calls alone, and all else as it was."""
    calls = [call(0, 1, arg=arg) for arg in (1, 2, 3)]
    assert Ledger(calls, 5, 0.5).of({1, 3}) == Ledger([calls[0], calls[2]], 5, 0.5)


@pytest.mark.parametrize(
    ("calls", "share"), [([], 0.0), ([call(1, 1)], 0.0), ([call(1, 2), call(3, 5)], 0.5)]
)
def test_busy(calls: list[CallSeen], share: float) -> None:
    """The origin was busy for its processor time's share of the span; of no span, for none."""
    assert Ledger(calls, 0, 2.0).busy() == share
