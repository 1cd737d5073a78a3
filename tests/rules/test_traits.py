"""What the traits are on those where it is known: a trait breaks nothing, so its value is pinned.

Strategy: two tables, of variants and of specimens, with the values that a trait's experiments give,
and who shows each.  An experiment that gives everybody the same, or takes one for another, is seen.
"""

import re

import pytest

from impls.registry import VARIANTS
from origin.process import Origin
from rules.catalogue import RULES, Strength
from rules.checks import all_checks
from rules.specimen import all_specimens
from rules.trial import Trial

pytestmark = pytest.mark.usefixtures("tidied")

GROUPS = "one failure: a group of 1; two: a group of 2"
BARE = "one failure: the bare error; two: the bare error"
TO_ITS_END, CUT_OFF = "it runs to its end", "it is cut off where it first waits"
IN_ORDER, IN_NO_ORDER = "in the order of the arguments", "in no fixed order"
TOLD, HANGS = "is told: RuntimeError: this borrower", "hangs: the outer call holds the slot"

Table = dict[str, dict[str, tuple[str, ...]]]

OF_VARIANTS: Table = {
    "E5-shape_of_errors": {
        GROUPS: ("asyncio/workers", "trio/semaphore", "anyio@asyncio/workers", "threads/workers"),
        BARE: ("asyncio/gather", "curio/wait-any"),
    },
    "C8-unshielded_clean_up": {
        TO_ITS_END: ("asyncio/workers", "curio/workers"),
        CUT_OFF: ("trio/workers", "anyio@asyncio/workers", "anyio@trio/workers"),
    },
    "R2-begun_in_order": {
        IN_ORDER: ("asyncio/semaphore", "trio/workers", "curio/semaphore"),
        IN_NO_ORDER: ("trio/semaphore", "anyio@trio/semaphore"),
    },
    "K2-met": {
        "KeyboardInterrupt": ("asyncio/workers", "curio/workers"),
        "BaseExceptionGroup of KeyboardInterrupt": ("trio/workers", "threads/workers"),
    },
}
OF_SPECIMENS: Table = {
    "E5": {BARE: ("gathered", "curio_group_asked")},
    "R2": {
        IN_ORDER: ("begun_by_gather", "begun_by_curio"),
        IN_NO_ORDER: ("begun_by_as_completed", "begun_by_a_nursery"),
    },
    "L9": {
        TOLD: ("nested_limiter_of_trio", "nested_limiter_of_anyio"),
        HANGS: (
            "nested_on_asyncio",
            "nested_limiter_of_two_tasks_of_trio",
            "nested_limiter_of_two_tasks_of_anyio",
            "nested_semaphore_of_trio",
            "nested_semaphore_of_anyio",
            "nested_semaphore_of_curio",
            "nested_semaphore_of_threads",
            "nested_in_a_pool_of_threads",
        ),
    },
}

TRAITS = [rule.number for rule in RULES.values() if rule.strength is Strength.TRAIT]


def rows(table: Table) -> list[tuple[str, str, str]]:
    """Give each experiment or rule with each who shows it, and the value."""
    return [
        (first, who, value)
        for first, values in table.items()
        for value, several in values.items()
        for who in several
    ]


@pytest.mark.parametrize(("check", "name", "value"), rows(OF_VARIANTS))
def test_of_a_variant(check: str, name: str, value: str, origin: Origin) -> None:
    """The check gives the value that the variant is known to have."""
    assert re.match(value, all_checks()[check].run(Trial(VARIANTS[name], origin)))


@pytest.mark.parametrize(("number", "name", "value"), rows(OF_SPECIMENS))
def test_of_a_specimen(number: str, name: str, value: str, origin: Origin) -> None:
    """The program gives the value that its way is known to have."""
    assert re.match(value, all_specimens()[f"{number}-{name}"].run(origin))


def values(number: str) -> set[str]:
    """Give the values that stand in the tables for this rule."""
    checks = (names for name, names in OF_VARIANTS.items() if name.partition("-")[0] == number)
    return {value for names in (*checks, OF_SPECIMENS.get(number, {})) for value in names}


@pytest.mark.parametrize("number", TRAITS)
def test_every_trait_tells_some_from_others(number: str) -> None:
    """No trait stands that has not been seen with two values."""
    assert len(values(number)) > 1
