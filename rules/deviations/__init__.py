"""Known deviations: which checks a variant fails, and why.

Strategy: tables of data, strict.  Those of a runtime or a loop stand by check, and hold for
whatever stands on it (`runtimes`).  A way of the field has a row of its own, by its name, with all
that it fails (`of_ways`), since what is wrong with a way is what we want to tell of it.
"""

from collections.abc import Iterator
from fnmatch import fnmatchcase

from impls.contract import Variant
from rules.deviations.of_ways import OF_WAYS
from rules.deviations.runtimes import DEVIATIONS
from rules.known import Known


def known(check: str, variant: Variant) -> Known | None:
    """Give why the variant fails this check with the versions in use, if it is known to."""
    return next((row for row in rows(check, variant) if row.is_here()), None)


def rows(check: str, variant: Variant) -> Iterator[Known]:
    """Give the rows of a variant and a check; of a way that has its own, no others."""
    if variant.name in OF_WAYS:
        yield from (row for row, checks in OF_WAYS[variant.name] if check in checks)
        return
    for pattern, row in DEVIATIONS.get(check, {}).items():
        if fnmatchcase(variant.name, pattern):
            yield row


def tolerated(check: str, variant: Variant) -> Known | None:
    """Give why the variant is known to fail some check of this one's rule, if it is.

    An experiment of many cases, of which only some meet the fault, asks this; that the fault is
    still there is shown by the check that has the row.
    """
    number = check.partition("-")[0]
    names = (name for name in DEVIATIONS if name.partition("-")[0] == number)
    return next((row for name in names if (row := known(name, variant))), None)
