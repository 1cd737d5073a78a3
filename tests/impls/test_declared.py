"""Honesty: what a variant declares that it can't do, it can't.

Strategy: each declaration is put to a check from which it excuses, and must fail there, in a
process of its own, since what the rules never try may hang.  Who declares nothing meets the check
itself, in `tests/rules`.  That calls can't be cut off is seen in `test_policies`.
"""

import pytest

from impls.contract import Ability, Variant
from impls.registry import VARIANTS, missing
from rules.checks import all_checks
from rules.hanging import seen_of

EXCUSED_FROM = {
    Ability.LAZY: ("S1-drawn_lazily", r"S1: 1000 arguments drawn for 5 calls"),
    Ability.APART: ("X6-contexts_apart", r"X6: \d+ calls saw what another had set"),
}
"""By ability, a check that takes it, and what it sees of who lacks it."""

DECLARED = [
    pytest.param(variant, ability, id=f"{variant.name}-{ability.name}")
    for variant in VARIANTS.values()
    for ability in EXCUSED_FROM
    if ability in variant.cannot
    if not (ability is Ability.APART and Ability.OWN in variant.cannot)  # X6 makes its own calls
]


@pytest.mark.parametrize(("declaring", "ability"), DECLARED)
def test_would_fail_what_it_is_excused_from(declaring: Variant, ability: Ability) -> None:
    """Who declares to lack an ability fails a check that takes it, in that check's words."""
    if reason := missing(declaring):
        pytest.skip(reason)
    name, words = EXCUSED_FROM[ability]
    with pytest.raises(AssertionError, match=words):
        seen_of(all_checks()[name], declaring)
