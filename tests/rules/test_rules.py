"""Every rule against every variant."""

import pytest

from impls.contract import Variant
from origin.process import Origin
from tests.rules import cancellation, errors, limit, resources, results  # noqa: F401 - enter rules
from tests.rules.catalogue import RULES, on_trial
from tests.rules.deviations import reason_for


@pytest.mark.parametrize("name", RULES)
def test_rule(name: str, variant: Variant, origin: Origin, request: pytest.FixtureRequest) -> None:
    """The variant keeps the rule, unless it declares that it can't, or is known not to."""
    rule = RULES[name]
    for ability in rule.takes & set(variant.cannot):
        pytest.skip(f"declared: {variant.cannot[ability]}")
    if reason := reason_for(name, variant):
        request.applymarker(pytest.mark.xfail(reason=reason, strict=True, raises=AssertionError))
    rule.check(on_trial(variant, origin))
