"""What all tests share: one origin for the session, and every variant as a parameter."""

import gc
import signal
from collections.abc import Iterator

import pytest

from impls.contract import Variant
from impls.registry import VARIANTS, missing
from origin.process import Origin, started
from tests.rules.deviations import reason_for


def pytest_configure() -> None:
    """Heed Ctrl-C, and so do children: a shell starts what runs in the background without it."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def origin() -> Iterator[Origin]:
    """An origin in a process of its own."""
    with started() as origin:
        yield origin


@pytest.fixture(params=list(VARIANTS.values()), ids=list(VARIANTS))
def variant(request: pytest.FixtureRequest) -> Iterator[Variant]:
    """Every variant in turn; one that is not installed is skipped with the reason."""
    variant: Variant = request.param
    if reason := missing(variant):
        pytest.skip(reason)
    yield variant
    if reason_for("X2-no_descriptor_left", variant):
        gc.collect()  # what it leaked; left to another test's thread, rloop aborts the process
