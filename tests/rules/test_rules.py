"""Every check against every variant."""

from functools import partial

import pytest

from impls.contract import Variant
from origin.process import Origin
from report.matrix import Cell, Verdict
from rules.checks import all_checks
from rules.deviations import known
from rules.hanging import held
from rules.trial import Trial
from tests.rules.recorder import Recorder


@pytest.mark.whole_field
@pytest.mark.parametrize("name", all_checks())
def test_rule(name: str, variant: Variant, origin: Origin, recorder: Recorder) -> None:
    """The variant keeps the rule, unless it declares that it can't, or is known not to."""
    check = all_checks()[name]
    if why := check.declared(variant):
        number = check.rule.number
        recorder.note(Cell(name, number, variant.name, Verdict.NOT_APPLICABLE, why=why))
        pytest.skip(f"declared: {why}")
    run = partial(held, check, Trial(variant, origin))
    recorder.hold(check, variant.name, run, known(name, variant))
