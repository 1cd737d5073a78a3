"""Which variants there are, and what each declares.

Strategy: one table.  A recipe is imported only when somebody loads a variant of it, so a worker
process imports nothing but its own runtime, and a runtime that is not installed is a row with a
reason rather than an error.

An installed package offers variants of its own by entry points in the group `OFFERS`: each names a
mapping of names to `Variant`s, or a module whose `VARIANTS` is one.  That module is imported
whenever this one is, so what it needs is imported by its variants' `load`.  They come after ours,
and keep this module as their `home`.
An offer that is of no use is a row too, `package/entry point`, with its reason.
"""

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from functools import partial
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from importlib.util import find_spec, module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple, cast

from impls.contract import Ability, Language, Run, Variant

REFERENCE = "asyncio/workers"
"""What every ratio is taken against: what the standard library offers."""

EVERYWHERE = ("workers", "semaphore")
"""The strategies that every recipe has."""

OFFERS = "bounded_batch.variants"
"""The group of entry points by which installed packages offer variants."""

LACKS: Mapping[str, Mapping[Ability, str]] = {
    "workers": {Ability.APART: "a worker is one task for many calls, and a task has one context"},
    "semaphore": {Ability.LAZY: "makes a task for each call, so it draws all arguments at once"},
}
"""What a strategy cannot do, on whatever runtime."""


class Runtime(NamedTuple):
    """A recipe with what it runs on; `options` are given to its `run` when it is loaded."""

    name: str
    speaks: Language
    needs: tuple[str, ...] = ()
    options: Callable[[], dict[str, Any]] = dict
    cannot: Mapping[Ability, str] = {}
    strategies: tuple[str, ...] = EVERYWHERE


def loop(module: str) -> dict[str, Any]:
    """Give asyncio another event loop."""
    return {"loop_factory": import_module(module).new_event_loop}


def anyio_on(backend: str, backend_options: Callable[[], dict[str, Any]] = dict) -> dict[str, Any]:
    """Choose what anyio stands on."""
    return {"backend": backend, "backend_options": backend_options()}


uvloop, rloop = partial(loop, "uvloop"), partial(loop, "rloop")

RUNTIMES = (
    Runtime("asyncio", "asyncio"),
    Runtime("asyncio+uvloop", "asyncio", ("uvloop",), uvloop),
    Runtime("asyncio+rloop", "asyncio", ("rloop",), rloop),
    Runtime("trio", "trio", ("trio",)),
    Runtime("anyio@asyncio", "anyio", ("anyio",), partial(anyio_on, "asyncio")),
    Runtime(
        "anyio@asyncio+uvloop",
        "anyio",
        ("anyio", "uvloop"),
        partial(anyio_on, "asyncio", uvloop),
    ),
    Runtime("anyio@trio", "anyio", ("anyio", "trio"), partial(anyio_on, "trio")),
    Runtime("curio", "curio", ("curio",)),
    Runtime(
        "threads",
        "threads",
        cannot={
            Ability.CUTS: "a thread can't be cancelled: a call in progress runs to its end",
            Ability.APART: "a thread of a pool makes many calls, and a thread has one context",
        },
    ),
)


def load(runtime: Runtime, strategy: str) -> Run:
    """Import the recipe and what it runs on, and give its way in."""
    recipe = import_module(f"impls.on_{runtime.speaks}")
    run: Run = partial(recipe.run, strategy=getattr(recipe, strategy), **runtime.options())
    return run


def variants(runtime: Runtime) -> Iterator[Variant]:
    """Give the runtime's variants, one for each of its strategies."""
    for strategy in runtime.strategies:
        yield Variant(
            name=f"{runtime.name}/{strategy}",
            needs=runtime.needs,
            load=partial(load, runtime, strategy),
            speaks=runtime.speaks,
            cannot={**LACKS.get(strategy, {}), **runtime.cannot},
        )


OURS = {variant.name: variant for runtime in RUNTIMES for variant in variants(runtime)}

BROKEN: dict[str, str] = {}
"""Why an offer is of no use, by the name of its row."""


def offered_by(entry: EntryPoint) -> dict[str, Variant]:
    """Load what one entry point offers.

    Raises:
        Exception: its module did, or what it offers are no variants, or it has a name of ours.
    """
    offer = entry.load()
    table = dict(offer.VARIANTS if isinstance(offer, ModuleType) else offer)
    for name, variant in table.items():
        if not isinstance(variant, Variant) or variant.name != name:
            raise TypeError(f"{name!r} is not the name of a Variant, but of {variant!r}")
    if taken := table.keys() & VARIANTS.keys():
        raise ValueError(f"there is a variant {min(taken)!r} already")
    return table


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
    """
    if home.endswith(".py"):
        return cast("Mapping[str, Variant]", getattr(loaded(home), "VARIANTS", {}))
    return cast("Mapping[str, Variant]", import_module(home).VARIANTS)


def loaded(home: str) -> ModuleType:
    """Import a file by its path."""
    spec = spec_from_file_location(f"variants of {home}", home)
    if spec is None or spec.loader is None or not Path(home).is_file():
        raise ImportError(f"{home} is no Python file")
    module = sys.modules[spec.name] = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def missing(variant: Variant) -> str | None:
    """Say what the variant needs and does not find here, or what is wrong with it, if anything."""
    if variant.name in BROKEN:
        return BROKEN[variant.name]
    return lacking(variant.needs)


def lacking(needs: Iterable[str]) -> str | None:
    """Say which of these modules are not installed, if any."""
    absent = [module for module in needs if not found(module)]
    return f"not installed: {', '.join(absent)}" if absent else None


def found(module: str) -> bool:
    """Tell whether there is such a module; the packages that a dotted name is in are imported."""
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:  # of such a package
        return False


def choose(patterns: Sequence[str]) -> list[Variant]:
    """Give the variants that match any of the shell-style patterns, in the table's order.

    Raises:
        LookupError: a pattern matches none; the message lists what there is.
    """
    for pattern in patterns:
        if not any(fnmatchcase(name, pattern) for name in VARIANTS):
            known = "\n  ".join(VARIANTS)
            raise LookupError(f"no variant matches {pattern!r}; there are:\n  {known}")
    return [
        variant
        for name, variant in VARIANTS.items()
        if any(fnmatchcase(name, pattern) for pattern in patterns)
    ]
