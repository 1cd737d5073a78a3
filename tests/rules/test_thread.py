"""Each way of the well-known thread can be found by its number, and is shown by somebody."""

import pytest

from impls.registry import VARIANTS
from rules.specimen import all_specimens
from rules.thread import WAYS, Asked


def test_each_number_is_there_once() -> None:
    """The thread has twenty ways, in this order."""
    assert [each.number for each in WAYS] == list(range(1, 21))


@pytest.mark.parametrize("asked", WAYS, ids=lambda asked: asked.says)
def test_somebody_shows_it(asked: Asked) -> None:
    """Who is named is a variant of the registry, or the way of a specimen."""
    here = {*VARIANTS, *(each.way for each in all_specimens().values())}
    assert asked.subjects
    assert not set(asked.subjects) - here
