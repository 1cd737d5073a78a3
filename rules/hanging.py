"""A check in a process of its own, since it hangs: `python -m rules.hanging HOME VARIANT CHECK`.

Strategy: some batches never end, and hold their runtime, so that not even the exception of a
signal gets out: a kernel of curio that is left waits for its tasks.  So a watchdog outside Python
ends the process, and what it had not said by then is what was seen.  Whoever holds a variant
against a check does it through `held`, which knows from the known faults where that is needed.
"""

import faulthandler
import re
import subprocess
import sys
from enum import StrEnum

from impls.contract import Variant
from impls.registry import housed
from origin.process import ROOT, started
from rules.checks import Check, all_checks
from rules.deviations import known
from rules.trial import PATIENCE, DoesNotApply, Trial

WATCHED = 2 * PATIENCE
"""Seconds that a check has; each that is run so ends in a moment, or never."""

NEVER_ENDED = "the batch never ended"
TIME_IS_UP = re.compile(r"^Timeout \(", re.MULTILINE)
"""What the watchdog writes, before the traces of all threads."""


class End(StrEnum):
    """How a check ended that was watched; the first line of what its process says of it."""

    KEPT = "kept"
    BROKEN = "broken"
    DOES_NOT_APPLY = "does not apply"


def held(check: Check, trial: Trial) -> str:
    """Hold the trial's variant against the check, out of reach where that is known to hang.

    Raises:
        AssertionError: the rule is broken.
        DoesNotApply: the check means nothing to this variant.
    """
    fault = known(check.name, trial.variant)
    return seen_of(check, trial.variant) if fault and fault.hangs else check.run(trial)


def seen_of(check: Check, variant: Variant) -> str:
    """Hold the variant against the check in a process of its own.

    Raises:
        AssertionError: the rule is broken, for instance by a batch that never ended.
        DoesNotApply: the check means nothing to this variant.
        ChildProcessError: the check itself failed.
    """
    command = [sys.executable, "-m", "rules.hanging", variant.home, variant.name, check.name]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    end, _, seen = done.stdout.rstrip().partition("\n")
    if end == End.DOES_NOT_APPLY:
        raise DoesNotApply(seen)
    assert end != End.BROKEN, seen
    if end != End.KEPT:
        assert not TIME_IS_UP.search(done.stderr), f"{check.rule.number}: {NEVER_ENDED}"
        raise ChildProcessError(done.stderr)
    return seen


def main(home: str, name: str, check: str) -> None:
    """Hold this variant against this check, and say how that ended."""
    variant, asked = housed(home)[name], all_checks()[check]
    variant.load()  # what is imported first takes its time
    with started() as origin:
        faulthandler.dump_traceback_later(WATCHED, exit=True)
        end, seen = ended(asked, Trial(variant, origin))
        print(f"{end}\n{seen}", flush=True)  # what was left running may keep us from leaving


def ended(check: Check, trial: Trial) -> tuple[End, str]:
    """Run the check; give how it ended, and what it saw."""
    try:
        return End.KEPT, check.run(trial)
    except AssertionError as broken:
        return End.BROKEN, str(broken)
    except DoesNotApply as why:
        return End.DOES_NOT_APPLY, str(why)


if __name__ == "__main__":
    main(*sys.argv[1:])
