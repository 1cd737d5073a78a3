"""The checks are checks: each catches somebody who breaks its rule, and says so."""

import pytest

from origin.process import Origin
from rules.catalogue import RULES, Strength
from rules.checks import all_checks
from rules.specimen import all_specimens
from rules.trial import Trial
from tests.rules.breaking import BROKEN, put
from tests.rules.broken import VARIANTS
from tests.rules.by_hand import BY_HAND

pytestmark = pytest.mark.usefixtures("tidied")

CAUGHT = [(name, *caught) for name in VARIANTS if name in BROKEN for caught in BROKEN[name].caught]


@pytest.mark.parametrize(("name", "check", "words"), CAUGHT)
def test_caught(name: str, check: str, words: str, origin: Origin) -> None:
    """The check fails the broken variant, with its rule's own message."""
    with pytest.raises(AssertionError, match=words):
        put(check, Trial(BROKEN[name].variant, origin))


@pytest.mark.parametrize(("name", "check"), sorted({(name, check) for name, check, _ in CAUGHT}))
def test_mended(name: str, check: str, origin: Origin) -> None:
    """The mended twin of the broken variant passes that check."""
    assert all_checks()[check].run(Trial(BROKEN[name].mended, origin))


def test_each_check_catches_somebody() -> None:
    """No check of a required rule stands that nothing broken has been shown to fail."""
    required = {
        name for name, check in all_checks().items() if check.rule.strength is Strength.REQUIRED
    }
    assert not required - {check for _, check, _ in CAUGHT}


def test_each_rule_is_covered() -> None:
    """Every rule is shown; a required one has been seen broken, and kept by something mended."""
    specimens = all_specimens().values()
    shown = {check.rule.number for check in all_checks().values()}
    shown |= {specimen.rule.number for specimen in specimens}
    broken = {check.partition("-")[0] for _, check, _ in CAUGHT}
    broken |= {words.partition(":")[0] for _, _, words in BY_HAND}
    broken |= {each.rule.number for each in specimens if each.fault and each.fault.is_here()} & {
        each.rule.number for each in specimens if not each.fault
    }
    required = {rule.number for rule in RULES.values() if rule.strength is Strength.REQUIRED}
    assert not RULES.keys() - shown
    assert not required - broken
