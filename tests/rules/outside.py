"""Variants that somebody defines in a file of their own.

Strategy: whatever keeps them from being judged is told once, in a line, before any test runs.
"""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from impls.contract import Variant
from impls.registry import acceptable, housed, missing
from tests.rules.tried import place, tried

AT_IMPORT = (Exception, SystemExit, pytest.skip.Exception)
"""What a file may raise that is no variant's, and not Ctrl-C."""


class NoVariants(Exception):  # noqa: N818 - it says what the file has not
    """The file offers no variants; the message says what it wants."""


def variants_in(file: Path) -> Mapping[str, Variant]:
    """Load a file, and give the variants of its mapping `VARIANTS`.

    Raises:
        NoVariants: it is not there, or raises an error, or has no such mapping.
    """
    if file.suffix != ".py" or not file.is_file():
        raise NoVariants(f"{file} is no Python file, or is not there")
    home = str(file.resolve())
    try:
        offered: object = housed(home)
    except AT_IMPORT as error:
        why = f"{type(error).__name__}: {error}{place(error, home)}"
        raise NoVariants(f"{file} raised {why}") from error
    if not isinstance(offered, Mapping) or not offered:
        raise NoVariants(f"{file} has no VARIANTS, a mapping of names to impls.contract.Variant")
    for name, each in offered.items():
        try:
            acceptable(name, each)
        except (TypeError, ValueError) as error:
            raise NoVariants(f"{file}: {error}") from error
    return {name: replace(each, home=home) for name, each in offered.items()}


def must_run(variants: Mapping[str, Variant]) -> None:
    """Try each of those that can run here on a batch of one call.

    Raises:
        NoVariants: one can't make it.
    """
    for each in variants.values():
        if not missing(each) and (why := tried(each)):
            raise NoVariants(f"{each.name!r} can't run a batch of one call: {why}")
