"""Variants that somebody defines in a file of their own."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from impls.contract import Variant
from impls.registry import housed


class NoVariants(Exception):  # noqa: N818 - it says what the file has not
    """The file offers no variants; the message says what it wants."""


def variants_in(file: Path) -> Mapping[str, Variant]:
    """Load a file, and give the variants of its mapping `VARIANTS`.

    Raises:
        NoVariants: it is not there, or has no such mapping.
    """
    home = str(file.resolve())
    try:
        offered: object = housed(home)
    except ImportError as error:
        raise NoVariants(str(error)) from error
    if not (isinstance(offered, Mapping) and offered and all(map(_fits, offered.values()))):
        raise NoVariants(f"{file} has no VARIANTS, a mapping of names to impls.contract.Variant")
    return {name: replace(each, home=home) for name, each in offered.items()}


def _fits(each: object) -> bool:
    return isinstance(each, Variant)
