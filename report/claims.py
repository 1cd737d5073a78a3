"""What people say of asyncio, and what came of each claim on every Python.

Strategy: a line for each claim, with a verdict for each Python.  What was seen is told once for
all Pythons that showed the same, and a Python is named only where they differ.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from report.matrix import Claim, Matrix, Truth
from report.words import one_line


@dataclass(frozen=True)
class Weighed:
    """A claim.

    Attributes:
        verdicts: what came of it, by Python; None where it was not tried.
        seen: what was seen, and on which Pythons if not on all.
    """

    says: str
    verdicts: Mapping[str, Truth | None]
    seen: tuple[tuple[str, str], ...]


def weighed(matrices: Sequence[Matrix], pythons: Sequence[str]) -> tuple[Weighed, ...]:
    """Put together what was seen of the claims on all Pythons, whose names these are."""
    on: dict[str, dict[str, Claim]] = {}
    for python, matrix in zip(pythons, matrices, strict=True):
        for claim in matrix.claims:
            on.setdefault(claim.says, {})[python] = claim
    return tuple(_weighed(says, found, pythons) for says, found in on.items())


def _weighed(says: str, found: Mapping[str, Claim], pythons: Sequence[str]) -> Weighed:
    verdicts = {each: found[each].verdict if each in found else None for each in pythons}
    return Weighed(one_line(says), verdicts, tuple(_seen(found)))


def _seen(found: Mapping[str, Claim]) -> Iterator[tuple[str, str]]:
    alike: dict[str, list[str]] = {}
    for python, claim in found.items():
        alike.setdefault(one_line(claim.seen), []).append(python)
    for seen, pythons in alike.items():
        yield ", ".join(pythons) if alike.keys() - {seen} else "", seen
