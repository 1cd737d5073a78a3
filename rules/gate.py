"""The short form: the few checks that a variant meets before it races.

Strategy: those that are quick and tell most, in a process that nothing else needs, against an
origin of its own.  Who breaks a rule races still, and carries the mark.
"""

from collections.abc import Iterator

from impls.contract import Variant
from origin.process import started
from rules.checks import Check, all_checks
from rules.hanging import held
from rules.trial import DoesNotApply, Trial


def broken(variant: Variant) -> list[tuple[str, str]]:
    """Give the rules that the variant breaks, by number, each with what was seen."""
    with started() as origin:
        trial = Trial(variant, origin)
        return [
            (check.rule.number, seen) for check in gates(variant) if (seen := _seen(check, trial))
        ]


def gates(variant: Variant) -> Iterator[Check]:
    """Give the checks of the short form that the variant does not declare itself unable to meet."""
    for check in all_checks().values():
        if check.gates and not check.declared(variant):
            yield check


def _seen(check: Check, trial: Trial) -> str:
    """Say what breaks the rule, if it is broken; an error that is no verdict breaks it, too."""
    try:
        held(check, trial)
    except AssertionError as broke:
        return str(broke)
    except DoesNotApply:
        return ""
    except Exception as error:  # noqa: BLE001 - whatever a variant does, the others race
        return f"{check.rule.number}: {type(error).__name__}: {error}"
    return ""
