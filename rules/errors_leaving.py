"""A process whose calls raise what ends programs: `python -m rules.errors_leaving HOME VARIANT`.

Strategy: it says on its standard output, one line for each experiment, what became of that.  A
runtime that ends by nothing but a signal can hang here, so a watchdog outside Python ends it.
"""

import faulthandler
import sys

from impls.contract import Variant
from impls.registry import housed
from rules.chapters.errors import reported
from rules.chapters.errors_within import EXITS, LEFT, one_raises
from rules.trial import PATIENCE

WATCHED = 2 * PATIENCE
"""Seconds that an experiment has; its batch has a deadline of half of them."""


def main(home: str, name: str) -> None:
    """Do what is asked of this variant."""
    variant: Variant = housed(home)[name]
    variant.load()  # what is imported first takes its time
    print(f"{name} is to be left", flush=True)
    for leave, policy in EXITS:
        faulthandler.dump_traceback_later(WATCHED, exit=True)
        seen = one_raises(variant, leave, policy)
        faulthandler.cancel_dump_traceback_later()
        left = any(isinstance(error, leave) for error in reported(seen))
        print(LEFT if left else seen, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
