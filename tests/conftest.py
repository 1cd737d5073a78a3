"""What all tests share: one origin for the session, and every variant as a parameter."""

from collections.abc import Iterator

import pytest

from impls.contract import Variant
from impls.registry import VARIANTS, missing
from origin.process import Origin, started


@pytest.fixture(scope="session")
def origin() -> Iterator[Origin]:
    """An origin in a process of its own."""
    with started() as origin:
        yield origin


@pytest.fixture(params=list(VARIANTS.values()), ids=list(VARIANTS))
def variant(request: pytest.FixtureRequest) -> Variant:
    """Every variant in turn; one that is not installed is skipped with the reason."""
    variant: Variant = request.param
    if reason := missing(variant):
        pytest.skip(reason)
    return variant
