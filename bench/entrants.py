"""Who races: each chosen variant on each interpreter, and the reference once more as its own twin.

Strategy: the machinery knows entrants by their names alone.  The twin is one of them, and only its
name and the results' first record say that it is the reference again.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from bench.pythons import HERE, Python, UnusablePython
from impls.contract import Variant
from impls.registry import REFERENCE, missing
from report.results import TWIN


@dataclass(frozen=True)
class Entrant:
    """A variant on an interpreter.

    Attributes:
        name: as the results tell it, such as `py3.13:trio/workers`.
        missing: why it can't take part, if so.
    """

    name: str
    variant: Variant
    python: Python = HERE
    missing: str | None = None

    @property
    def code(self) -> tuple[str, str]:
        """What those share who run the same code: variant and interpreter."""
        return self.variant.name, self.python.label


class RaceOfOne(Exception):  # noqa: N818 - it is the race that is of one
    """There is nobody to compare with; the message says who is alone."""


def enter(variants: Sequence[Variant], pythons: Iterable[Python]) -> list[Entrant]:
    """Enter each variant on each interpreter; on this one alone, if none was named.

    Raises:
        UnusablePython: one lacks what a variant needs.
    """
    entered = [on(variant, python) for python in pythons for variant in variants]
    return entered or [Entrant(each.name, each, HERE, missing(each)) for each in variants]


def on(variant: Variant, python: Python) -> Entrant:
    """Enter a variant on an interpreter that was named."""
    if lacking := [module for module in variant.needs if module in python.lacks]:
        raise UnusablePython(
            f"{python.label} lacks {', '.join(lacking)}, which {variant.name} needs; install it "
            f"there, or leave the variant out with --variants ({python.spec})"
        )
    return Entrant(f"{python.label}:{variant.name}", variant, python)


def reference(entrants: Sequence[Entrant]) -> Entrant:
    """Choose whom every ratio is taken against.

    Raises:
        RaceOfOne: fewer than two can race.
    """
    starters = [each for each in entrants if each.missing is None]
    if len(starters) < 2:  # noqa: PLR2004 - it takes two to compare
        alone = starters[0].name if starters else "nobody"
        raise RaceOfOne(f"a race needs two entrants, and {alone} is alone; choose more of them")
    usual = [each for each in starters if each.variant.name == REFERENCE]
    return [*usual, *starters][0]


def with_twin(entrants: Sequence[Entrant]) -> list[Entrant]:
    """Enter the reference a second time, next to the first."""
    first = reference(entrants)
    at = entrants.index(first) + 1
    return [*entrants[:at], twin(first), *entrants[at:]]


def twin(first: Entrant) -> Entrant:
    """Enter an entrant a second time."""
    return replace(first, name=first.name + TWIN)
