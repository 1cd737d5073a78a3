"""Which variants there are, and what each declares.

Strategy: one table.  A recipe is imported only when somebody loads a variant of it, so a worker
process imports nothing but its own runtime, and a runtime that is not installed is a row with a
reason rather than an error.
"""

import importlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from functools import partial
from importlib.util import find_spec
from typing import Any, NamedTuple

from impls.contract import Ability, Run, Variant

REFERENCE = "asyncio/workers"
"""What every ratio is taken against: what the standard library offers."""

EVERYWHERE = ("workers", "semaphore")
"""The strategies that every recipe has."""

LACKS: Mapping[str, Mapping[Ability, str]] = {
    "semaphore": {Ability.LAZY: "makes a task for each call, so it draws all arguments at once"},
}
"""What a strategy cannot do, on whatever runtime."""


class Runtime(NamedTuple):
    """A recipe with what it runs on; `options` are given to its `run` when it is loaded."""

    name: str
    recipe: str
    needs: tuple[str, ...] = ()
    options: Callable[[], dict[str, Any]] = dict
    cannot: Mapping[Ability, str] = {}
    strategies: tuple[str, ...] = EVERYWHERE


def loop(module: str) -> dict[str, Any]:
    """Give asyncio another event loop."""
    return {"loop_factory": importlib.import_module(module).new_event_loop}


def anyio_on(backend: str, backend_options: Callable[[], dict[str, Any]] = dict) -> dict[str, Any]:
    """Choose what anyio stands on."""
    return {"backend": backend, "backend_options": backend_options()}


uvloop, rloop = partial(loop, "uvloop"), partial(loop, "rloop")

RUNTIMES = (
    Runtime("asyncio", "on_asyncio"),
    Runtime("asyncio+uvloop", "on_asyncio", ("uvloop",), uvloop),
    Runtime("asyncio+rloop", "on_asyncio", ("rloop",), rloop),
    Runtime("trio", "on_trio", ("trio",)),
    Runtime("anyio@asyncio", "on_anyio", ("anyio",), partial(anyio_on, "asyncio")),
    Runtime(
        "anyio@asyncio+uvloop",
        "on_anyio",
        ("anyio", "uvloop"),
        partial(anyio_on, "asyncio", uvloop),
    ),
    Runtime("anyio@trio", "on_anyio", ("anyio", "trio"), partial(anyio_on, "trio")),
    Runtime("curio", "on_curio", ("curio",)),
    Runtime(
        "threads",
        "on_threads",
        cannot={Ability.CUTS: "a thread can't be cancelled: a call in progress runs to its end"},
    ),
)


def load(runtime: Runtime, strategy: str) -> Run:
    """Import the recipe and what it runs on, and give its way in."""
    recipe = importlib.import_module(f"impls.{runtime.recipe}")
    run: Run = partial(recipe.run, strategy=getattr(recipe, strategy), **runtime.options())
    return run


def variants(runtime: Runtime) -> Iterator[Variant]:
    """Give the runtime's variants, one for each of its strategies."""
    for strategy in runtime.strategies:
        yield Variant(
            name=f"{runtime.name}/{strategy}",
            needs=runtime.needs,
            load=partial(load, runtime, strategy),
            cannot={**LACKS.get(strategy, {}), **runtime.cannot},
        )


VARIANTS: Mapping[str, Variant] = {
    variant.name: variant for runtime in RUNTIMES for variant in variants(runtime)
}


def missing(variant: Variant) -> str | None:
    """Say what the variant needs and does not find here, if anything."""
    lacking = [module for module in variant.needs if find_spec(module) is None]
    return f"not installed: {', '.join(lacking)}" if lacking else None


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
