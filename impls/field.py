"""The field: every variant of this project, and what each declares.

Strategy: tables.  A runtime is a recipe with what it runs on, and has the strategies of its
recipe.  A way is a strategy that stands in a file of its own, and runs under the recipe of each
runtime that it names: of what the runtimes offer (`impls/ways`), or of a library
(`impls/rivals`).  A module is imported only when somebody loads a variant of it, so a worker
process imports nothing but its own runtime, and a runtime that is not installed is a row with a
reason rather than an error.
"""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from importlib import import_module
from typing import Any, NamedTuple

from impls.contract import Ability, Kind, Language, Run, Variant
from impls.rivals import RIVALS
from impls.told import TOLD, TOLD_OF
from impls.way import ALL_AT_ONCE, ONE_TASK, Way
from impls.ways import WAYS

EVERYWHERE = ("workers", "semaphore")
"""The strategies that every recipe has."""

UNCUT = "a thread can't be cancelled: a call in progress runs to its end"

ALL_SUBMITTED = "submits all calls to the pool, so it draws all arguments at once"

LACKS: Mapping[str, Mapping[Ability, str]] = {
    "workers": {Ability.APART: ONE_TASK},
    "semaphore": {Ability.LAZY: ALL_AT_ONCE},
    "threads": {Ability.LAZY: ALL_SUBMITTED},
    "processes": {
        Ability.LAZY: ALL_SUBMITTED,
        Ability.OWN: "a call goes to another process pickled, and one of one's own can't be",
        Ability.ALONE: "its calls run in a pool of processes, each with memory of its own",
    },
}
"""What a strategy of a recipe cannot do, on whatever runtime."""


class Runtime(NamedTuple):
    """A recipe with what it runs on.

    Attributes:
        name: as the variants' names begin.
        speaks: the language of its calls.
        needs: the modules that must be installed for it.
        options: what is given to the recipe's `run`, when a variant is loaded.
        cannot: what it is unable to do, whatever the strategy.
        strategies: those of its recipe.
        recipe: the module, if it is not the one that is named by the language.
        kind: why it is in the field.
        since: the first Python that has it.
    """

    name: str
    speaks: Language
    needs: tuple[str, ...] = ()
    options: Callable[[], dict[str, Any]] = dict
    cannot: Mapping[Ability, str] = {}
    strategies: tuple[str, ...] = EVERYWHERE
    recipe: str = ""
    kind: Kind = Kind.MAIN
    since: tuple[int, int] = (3, 11)

    @property
    def module(self) -> str:
        """Where its recipe stands."""
        return self.recipe or f"impls.on_{self.speaks}"


def loop(module: str) -> dict[str, Any]:
    """Give asyncio another event loop."""
    return {"loop_factory": import_module(module).new_event_loop}


def eager() -> dict[str, Any]:
    """Give asyncio's own loop tasks that begin at once."""
    import asyncio

    def new_event_loop() -> asyncio.AbstractEventLoop:
        made = asyncio.new_event_loop()
        made.set_task_factory(asyncio.eager_task_factory)  # type: ignore[attr-defined] # since 3.12
        return made

    return {"loop_factory": new_event_loop}


def client(module: str) -> dict[str, Any]:
    """Give a recipe another client."""
    return {"new_client": import_module(f"impls.clients.{module}").Client}


def client_on(module: str, loop_module: str) -> dict[str, Any]:
    """Give asyncio another client, and another loop."""
    return client(module) | loop(loop_module)


def anyio_on(backend: str, backend_options: Callable[[], dict[str, Any]] = dict) -> dict[str, Any]:
    """Choose what anyio stands on."""
    return {"backend": backend, "backend_options": backend_options()}


uvloop = partial(loop, "uvloop")

THREADS_CANNOT = {
    Ability.CUTS: UNCUT,
    Ability.APART: "a thread of a pool makes many calls, and a thread has one context",
}

EXECUTOR_CANNOT = {
    Ability.CUTS: "what an executor has begun can't be cancelled: a call runs to its end",
    Ability.APART: "run_in_executor takes no context along, and a worker of a pool has one",
}

FLOOR_CANNOT = {
    Ability.OWN: "there is one thread and no runtime: such a call would hold up all others",
    Ability.APART: "all calls are made from one thread, and a thread has one context",
}

RUNTIMES = (
    Runtime("asyncio", "asyncio"),
    Runtime("asyncio+uvloop", "asyncio", ("uvloop",), uvloop),
    Runtime("asyncio+rloop", "asyncio", ("rloop",), partial(loop, "rloop")),
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
    Runtime("threads", "threads", cannot=THREADS_CANNOT),
    Runtime(
        "selectors",
        "threads",
        cannot=FLOOR_CANNOT,
        strategies=("workers",),
        recipe="impls.on_selectors",
    ),
)
"""What every race is about."""

FURTHER = (
    Runtime("asyncio+eager", "asyncio", (), eager, kind=Kind.LOOP, since=(3, 12)),
    Runtime("asyncio+rsloop", "asyncio", ("rsloop",), partial(loop, "rsloop"), kind=Kind.LOOP),
    Runtime(
        "asyncio+zuvloop",
        "asyncio",
        ("zuvloop",),
        partial(loop, "zuvloop"),
        kind=Kind.LOOP,
        since=(3, 14),
    ),
    Runtime(
        "asyncio-protocol",
        "asyncio",
        options=partial(client, "protocol"),
        strategies=("workers",),
        kind=Kind.LOOP,
    ),
    Runtime(
        "asyncio-protocol+uvloop",
        "asyncio",
        ("uvloop",),
        partial(client_on, "protocol", "uvloop"),
        strategies=("workers",),
        kind=Kind.LOOP,
    ),
    Runtime(
        "asyncio-aiohttp",
        "asyncio",
        ("aiohttp",),
        partial(client, "aiohttp"),
        strategies=("workers",),
        kind=Kind.CLIENT,
    ),
    Runtime(
        "asyncio-httpx",
        "asyncio",
        ("httpx",),
        partial(client, "httpx"),
        strategies=("workers",),
        kind=Kind.CLIENT,
    ),
    Runtime(
        "trio-httpx",
        "trio",
        ("trio", "httpx"),
        partial(client, "httpx"),
        strategies=("workers",),
        kind=Kind.CLIENT,
    ),
    Runtime(
        "threads-urllib3",
        "threads",
        ("urllib3",),
        partial(client, "urllib3"),
        cannot=THREADS_CANNOT,
        strategies=("workers",),
        kind=Kind.CLIENT,
    ),
    Runtime(
        "asyncio-executor",
        "threads",
        cannot=EXECUTOR_CANNOT,
        strategies=("threads", "processes"),
        recipe="impls.ways.executors",
        kind=Kind.WAY,
    ),
)
"""Other loops, other tasks, and other clients."""


def of_recipe(runtime: Runtime) -> Iterator[Variant]:
    """Give the runtime's variants, one for each strategy of its recipe."""
    for strategy in runtime.strategies:
        yield Variant(
            name=f"{runtime.name}/{strategy}",
            needs=runtime.needs,
            load=partial(load, runtime, runtime.module, strategy),
            speaks=runtime.speaks,
            cannot={**LACKS.get(strategy, {}), **runtime.cannot},
            kind=runtime.kind,
            told=TOLD_OF.get(runtime.name) or TOLD.get((runtime.module, strategy)),
            since=runtime.since,
        )


def of_way(way: Way) -> Iterator[Variant]:
    """Give the way's variants, one for each runtime that it names."""
    for runtime in (each for each in (*RUNTIMES, *FURTHER) if each.name in way.runtimes):
        yield Variant(
            name=f"{runtime.name}/{way.strategy}",
            needs=(*runtime.needs, *way.needs),
            load=partial(load, runtime, way.home, way.strategy),
            speaks=runtime.speaks,
            cannot={**way.cannot, **runtime.cannot},
            kind=way.kind,
            told=way.told,
            since=runtime.since,
        )


def load(runtime: Runtime, home: str, strategy: str) -> Run:
    """Import the recipe, the strategy and what they run on, and give their way in."""
    recipe = import_module(runtime.module)
    function = getattr(import_module(home), strategy.replace("-", "_"))
    run: Run = partial(recipe.run, strategy=function, **runtime.options())
    return run


OURS = {
    variant.name: variant
    for made in (*map(of_recipe, (*RUNTIMES, *FURTHER)), *map(of_way, (*WAYS, *RIVALS)))
    for variant in made
}
