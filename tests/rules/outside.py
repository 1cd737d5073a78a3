"""Variants that somebody defines in a file of their own."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from impls.contract import Variant
from impls.field import FURTHER, RUNTIMES
from impls.registry import housed

SPOKEN = {each.name: each.speaks for each in (*RUNTIMES, *FURTHER)}
"""Those that there are, each with the language of its calls."""


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
    for name, each in offered.items():
        _check(name, each)
    return {name: replace(each, home=home) for name, each in offered.items()}


def _fits(each: object) -> bool:
    return isinstance(each, Variant)


def _check(name: str, variant: Variant) -> None:
    """Refuse a name that is not its own, or says another runtime than its calls are written for."""
    if variant.name != name:
        raise NoVariants(f"VARIANTS has a {name!r} whose name is {variant.name!r}")
    runtime, _, strategy = name.partition("/")
    if runtime not in SPOKEN or not strategy:
        known = ", ".join(SPOKEN)
        raise NoVariants(f"{name!r} is not RUNTIME/STRATEGY, where RUNTIME is one of {known}")
    if variant.speaks != SPOKEN[runtime]:
        wanted = f"Variant({name!r}, …, speaks={SPOKEN[runtime]!r})"
        raise NoVariants(f"{name!r} says that it speaks {variant.speaks}; make it {wanted}")
