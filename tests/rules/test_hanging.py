"""A check in a process of its own says there what it would have said here."""

import pytest

from impls.contract import Variant
from impls.registry import REFERENCE, VARIANTS
from rules.checks import all_checks
from rules.hanging import seen_of
from rules.trial import DoesNotApply
from tests.rules.broken import VARIANTS as BROKEN

NEVER_MORE = "L1-never_more"
OWN_TIMEOUT = "C14-own_timeout_error"


def held_apart(check: str, variant: Variant) -> str:
    return seen_of(all_checks()[check], variant)


def test_what_was_seen() -> None:
    """What keeps a rule is told."""
    assert held_apart(NEVER_MORE, VARIANTS[REFERENCE]) == "at most 5 in progress; the limit is 5"


def test_what_is_broken() -> None:
    """A rule that is broken without hanging raises as the check itself does."""
    with pytest.raises(AssertionError, match="L1: 6 calls in progress at once"):
        held_apart(NEVER_MORE, BROKEN["one_over_the_limit"])


def test_what_does_not_apply() -> None:
    """So does a check that means nothing to the variant."""
    with pytest.raises(DoesNotApply):
        held_apart(OWN_TIMEOUT, VARIANTS["selectors/workers"])


def test_what_is_no_verdict() -> None:
    """A check that can't be run is no batch that never ended."""
    check = all_checks()[NEVER_MORE]._replace(name="L1-nothing")
    with pytest.raises(ChildProcessError, match="KeyError: 'L1-nothing'"):
        seen_of(check, VARIANTS[REFERENCE])
