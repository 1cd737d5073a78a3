"""An origin to judge, and clients that aren't ours to judge it with.

Nothing here sleeps.  What must have happened before a test goes on is seen in the ledger or comes
as an answer, and every socket has a timeout.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from origin.plan import Plan
from origin.process import Origin, started
from tests.origin.clients import Raw
from tests.origin.commanded import Commanded


@pytest.fixture(scope="session")
def one_origin() -> Iterator[Origin]:
    """An origin for all tests that do it no harm."""
    with started() as origin:
        yield origin


@pytest.fixture
def origin(one_origin: Origin) -> Origin:
    """An origin that has seen nothing, and answers every call at once."""
    one_origin.plan(Plan())
    return one_origin


@pytest.fixture
def leaving() -> Iterator[ExitStack]:
    """What ends with the test."""
    with ExitStack() as stack:
        yield stack


@pytest.fixture
def connect(origin: Origin, leaving: ExitStack) -> Callable[[], Raw]:
    """Connect another client to the origin."""
    return lambda: leaving.enter_context(Raw(origin.calls))


@pytest.fixture
def client(connect: Callable[[], Raw]) -> Raw:
    """One client of the origin."""
    return connect()


@pytest.fixture
def commanded(leaving: ExitStack) -> Callable[..., Commanded]:
    """Start an origin by hand, as its own process."""
    return lambda *options: leaving.enter_context(Commanded(*options))
