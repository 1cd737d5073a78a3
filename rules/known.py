"""Known faults: why something breaks a rule, in which versions, and who says so.

Strategy: strict.  Where a fault is known to be, the rule must be seen broken; anywhere else, kept.
So a release that mends it turns the suite red until its row goes.
"""

import platform
from collections.abc import Mapping
from importlib.metadata import version
from typing import NamedTuple

from packaging.specifiers import SpecifierSet


class Known(NamedTuple):
    """A known fault.

    Attributes:
        reason: why the rule is broken, as a person would accept it.
        link: the public issue where there is one.
        versions: where the fault is: specifiers by distribution, or by `python`; all must hold.
        seen: what is seen of it, as a regular expression; anything else is another fault.
        hangs: whether a batch that has it never ends, so that its check needs its own process.
    """

    reason: str
    link: str = ""
    versions: Mapping[str, str] = {}
    seen: str = ""
    hangs: bool = False

    def is_here(self) -> bool:
        """Tell whether the versions in use have the fault."""
        return all(
            SpecifierSet(those).contains(in_use(what), prereleases=True)
            for what, those in self.versions.items()
        )


def in_use(what: str) -> str:
    """Give the version of Python, or of a distribution, that is in use."""
    return platform.python_version() if what == "python" else version(what)
