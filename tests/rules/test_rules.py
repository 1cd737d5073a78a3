"""Every rule against every variant."""

import pytest

from impls.contract import Variant
from origin.process import Origin
from tests.rules import all_rules
from tests.rules.catalogue import on_trial
from tests.rules.deviations import reason_for


@pytest.mark.parametrize("name", all_rules())
def test_rule(name: str, variant: Variant, origin: Origin, request: pytest.FixtureRequest) -> None:
    """The variant keeps the rule, unless it declares that it can't, or is known not to."""
    rule = all_rules()[name]
    for ability in rule.takes & set(variant.cannot):
        pytest.skip(f"declared: {variant.cannot[ability]}")
    if reason := reason_for(name, variant):
        request.applymarker(pytest.mark.xfail(reason=reason, strict=True, raises=AssertionError))
    rule.check(on_trial(variant, origin))
