"""A check in a process of its own, since it hangs: `python -m rules.hanging HOME VARIANT CHECK`.

Strategy: some batches never end, and hold their runtime, so that not even the exception of a
signal gets out: a kernel of curio that is left waits for its tasks.  So a watchdog outside Python
ends the process, and what it had not said by then is what was seen.
"""

import faulthandler
import sys

from impls.contract import Variant
from impls.registry import housed
from origin.process import started
from rules.chapters.errors_within import said_by
from rules.checks import Check, all_checks
from rules.trial import PATIENCE, Trial

WATCHED = 2 * PATIENCE
"""Seconds that a check has; each that is run so ends in a moment, or never."""


def seen_of(check: Check, variant: Variant) -> str:
    """Give what the check saw, whatever that is; a batch that never ends breaks it."""
    _, *seen = said_by("rules.hanging", variant.home, variant.name, check.name)
    assert seen, f"{check.rule.number}: the batch never ended"
    return seen[0]


def main(home: str, name: str, check: str) -> None:
    """Hold this variant against this check."""
    variant = housed(home)[name]
    print(f"{name} is held against {check}", flush=True)
    with started() as origin:
        faulthandler.dump_traceback_later(WATCHED, exit=True)
        try:
            print(all_checks()[check].run(Trial(variant, origin)))
        except AssertionError as broken:
            print(broken)
        faulthandler.cancel_dump_traceback_later()


if __name__ == "__main__":
    main(*sys.argv[1:])
