"""Which variants there are: ours, and what is offered; which of them can run here, and choosing.

An installed package offers variants of its own by entry points in the group `OFFERS`: each names a
mapping of names to `Variant`s, or a module whose `VARIANTS` is one.  That module is imported
whenever this one is, so what it needs is imported by its variants' `load`.  They come after ours,
and keep this module as their `home`.
An offer that is of no use is a row too, `package/entry point`, with its reason.
"""

import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from fnmatch import fnmatchcase
from functools import partial
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from importlib.util import find_spec, module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import cast

from impls.contract import Kind, Run, Variant
from impls.field import OURS, RUNTIMES

REFERENCE = "asyncio/workers"
"""What every ratio is taken against: what the standard library offers."""

OFFERS = "bounded_batch.variants"
"""The group of entry points by which installed packages offer variants."""

SPEAKS = {each.name: each.speaks for each in RUNTIMES if "+" not in each.name}
"""With what the name of a runtime begins, and the language of calls that is spoken there."""

NAME = re.compile(r"(?P<begins>\w+(@\w+)?)([+-]\w+)*/[\w.-]+")
"""That of a variant: a runtime, with another loop or client, and a strategy."""

BROKEN: dict[str, str] = {}
"""Why an offer is of no use, by the name of its row."""


def offered_by(entry: EntryPoint) -> dict[str, Variant]:
    """Load what one entry point offers.

    Raises:
        Exception: its module did, or what it offers is not `acceptable`, or has a name of another.
    """
    offer = entry.load()
    table = dict(offer.VARIANTS if isinstance(offer, ModuleType) else offer)
    for name, variant in table.items():
        acceptable(name, variant)
    if taken := table.keys() & VARIANTS.keys():
        raise ValueError(f"there is a variant {min(taken)!r} already")
    return table


def acceptable(name: str, variant: object) -> None:
    """Refuse what is no variant of that name, is called like one of ours, or speaks for another.

    Raises:
        TypeError: it is no variant.
        ValueError: its name is not its own, or does not say what it runs on.
    """
    if not isinstance(variant, Variant):
        raise TypeError(f"{name!r} is not the name of a Variant, but of {variant!r}")
    if not isinstance(variant.needs, tuple):
        raise TypeError(f"{name!r} needs {variant.needs!r}; make it a tuple, such as ('trio',)")
    if variant.name != name:
        raise ValueError(f"there is a {name!r} whose name is {variant.name!r}")
    if name in OURS:
        raise ValueError(f"there is a variant {name!r} already; another name makes it yours")
    made = NAME.fullmatch(name)
    if made is None or made["begins"] not in SPEAKS:
        known = ", ".join(SPEAKS)
        raise ValueError(f"{name!r} is not RUNTIME/STRATEGY, where RUNTIME begins with {known}")
    if variant.speaks != (speaks := SPEAKS[made["begins"]]):
        wanted = f"Variant({name!r}, …, speaks={speaks!r})"
        raise ValueError(f"{name!r} says that it speaks {variant.speaks}; make it {wanted}")


def offered(entries: Iterable[EntryPoint]) -> Iterator[tuple[str, Variant]]:
    """Give all that is offered, and a row with a reason for each offer that is of no use."""
    for entry in entries:
        try:
            yield from offered_by(entry).items()
        except Exception as error:  # noqa: BLE001 - what others' code raises must not stop ours
            package = entry.dist.name if entry.dist else "unknown"
            row = f"{package}/{entry.name}"
            what = f"{package} offers no variants by {entry.name} = {entry.value}"
            BROKEN[row] = f"{what} ({type(error).__name__}: {error})"
            yield row, Variant(row, (), partial(refuse, row))


def refuse(name: str) -> Run:
    """Say why there is nothing to load.

    Raises:
        ImportError: always.
    """
    raise ImportError(BROKEN[name])


VARIANTS: dict[str, Variant] = dict(OURS)
VARIANTS.update(offered(entry_points(group=OFFERS)))


def housed(home: str) -> Mapping[str, Variant]:
    """Give the `VARIANTS` of a module by its name, or of a file by its path; none if it has none.

    Raises:
        ImportError: it is not there.
        Exception: it raised that itself.
    """
    if home.endswith(".py"):
        return cast("Mapping[str, Variant]", getattr(loaded(home), "VARIANTS", {}))
    return cast("Mapping[str, Variant]", import_module(home).VARIANTS)


def loaded(home: str) -> ModuleType:
    """Import a file by its path."""
    spec = spec_from_file_location(f"variants of {home}", home)
    if spec is None or spec.loader is None or not Path(home).is_file():
        raise ImportError(f"{home} is not there")
    module = sys.modules[spec.name] = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def missing(variant: Variant) -> str | None:
    """Say what the variant needs and does not find here, or what is wrong with it, if anything."""
    if variant.name in BROKEN:
        return BROKEN[variant.name]
    return too_old(variant, sys.version_info[:2]) or lacking(variant.needs)


def too_old(variant: Variant, python: tuple[int, int]) -> str | None:
    """Say which Python the variant needs, if this one is too old for it."""
    return None if python >= variant.since else "needs Python {}.{}".format(*variant.since)


def lacking(needs: Iterable[str]) -> str | None:
    """Say which of these modules are not installed, if any."""
    absent = [module for module in needs if not found(module)]
    return f"not installed: {', '.join(absent)}" if absent else None


def found(module: str) -> bool:
    """Tell whether there is such a module; the packages that a dotted name is in are imported."""
    try:
        return find_spec(module) is not None
    except (ImportError, ValueError):  # there is no such package, or it can have no such name
        return False


EVERYBODY = "all"
"""Chooses the whole field; a kind, such as `main` or `rival`, chooses all of its kind."""


def choose(patterns: Sequence[str]) -> list[Variant]:
    """Give the variants that match any of the shell-style patterns, in the table's order.

    Raises:
        LookupError: a pattern matches none; the message lists what there is.
    """
    for pattern in patterns:
        if not any(matches(each, pattern) for each in VARIANTS.values()):
            raise LookupError(f"no variant matches {pattern!r}; {nearest(pattern)}")
    return [
        variant
        for variant in VARIANTS.values()
        if any(matches(variant, pattern) for pattern in patterns)
    ]


def nearest(pattern: str) -> str:
    """Say what was meant, if that is likely, or else what there is."""
    if pattern and any(pattern in name for name in VARIANTS):
        return f"did you mean '*{pattern}*'?"
    if close := get_close_matches(pattern, [EVERYBODY, *Kind, *VARIANTS]):
        return f"did you mean {' or '.join(close)}?"
    return "there are:\n  " + "\n  ".join(VARIANTS)


def matches(variant: Variant, pattern: str) -> bool:
    """Tell whether a pattern chooses the variant."""
    return pattern in (EVERYBODY, variant.kind) or fnmatchcase(variant.name, pattern)
