"""Claims: what people say of asyncio, each with a small program that shows whether it is so.

Strategy: like a specimen, a program gives what was seen if the claim holds, and raises
AssertionError with what was seen if not.  On which Pythons it holds is declared beside it, and
strict: what was true of Python 3.5 may be so no longer.
"""

import platform
import sys
from collections.abc import Callable
from importlib import import_module
from typing import NamedTuple

from packaging.specifiers import SpecifierSet

ALWAYS = ""
NEVER = "<3"
"""There was no asyncio."""

Shown = Callable[[], str]


class Claim(NamedTuple):
    """What people say, and where it is so.

    Attributes:
        says: the claim in one sentence.
        holds: the Pythons on which it is so, as a specifier of versions.
        since: the first Python that has what it is about.
        run: the program.
    """

    says: str
    holds: str
    since: tuple[int, int]
    run: Shown

    @property
    def name(self) -> str:
        """The function's name."""
        return getattr(self.run, "__name__", self.says)

    def holds_here(self) -> bool:
        """Tell whether it is said to hold on the Python in use."""
        return SpecifierSet(self.holds).contains(platform.python_version(), prereleases=True)

    def missing(self) -> str | None:
        """Say which Python it needs, if this one is too old for it."""
        if sys.version_info[:2] >= self.since:
            return None
        return "needs Python {}.{}".format(*self.since)


CLAIMS: dict[str, Claim] = {}


def claim(
    says: str, *, holds: str = ALWAYS, since: tuple[int, int] = (3, 11)
) -> Callable[[Shown], Shown]:
    """Enter a program that shows whether this claim holds."""

    def enter(run: Shown) -> Shown:
        entered = Claim(says, holds, since, run)
        if entered.name in CLAIMS:
            raise ValueError(f"there are two programs {entered.name}")
        CLAIMS[entered.name] = entered
        return run

    return enter


def all_claims() -> dict[str, Claim]:
    """Give every claim by the name of its program."""
    import_module("rules.claims")
    return CLAIMS
