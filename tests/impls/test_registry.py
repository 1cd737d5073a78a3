"""The registry: which variants there are, how they are chosen, and what each of them loads."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from impls import registry
from impls.contract import Ability, Run, Variant
from impls.registry import EVERYWHERE, REFERENCE, RUNTIMES, VARIANTS, choose, missing

ROOT = Path(__file__).parents[2]

# What a process has loaded that has made checkpoints under each runtime.  curio imports asyncio
# by itself.
LOADS = {
    "asyncio": {"asyncio"},
    "asyncio+uvloop": {"asyncio", "uvloop"},
    "asyncio+rloop": {"asyncio", "rloop"},
    "trio": {"trio"},
    "anyio@asyncio": {"anyio", "asyncio"},
    "anyio@asyncio+uvloop": {"anyio", "asyncio", "uvloop"},
    "anyio@trio": {"anyio", "trio"},
    "curio": {"curio", "asyncio"},
    "threads": set(),
}
FOREIGN = set().union(*LOADS.values())
HOUSE = {"bench", "origin", "report", "tests"}

REPORTS_WHAT_IS_LOADED = """
import json, sys
from impls.contract import Batch
from impls.registry import VARIANTS
run = VARIANTS[sys.argv[1]].load()
run(None, [Batch(range(5), 2)])
print(json.dumps(sorted(sys.modules)))
"""


def nothing() -> Run:
    """Stand for a variant that nobody loads."""
    raise NotImplementedError


def lacking(*modules: str) -> Variant:
    """Give a variant that needs these modules."""
    return Variant("some/variant", modules, nothing)


def names(patterns: str) -> list[str]:
    """Give the names of the variants that the patterns choose."""
    return [variant.name for variant in choose(patterns.split(","))]


# The table.


def test_the_names() -> None:
    """A variant is called by its runtime, with loop or backend, and its strategy."""
    assert len(VARIANTS) >= 16
    assert {
        "asyncio/workers",
        "asyncio+uvloop/workers",
        "asyncio+rloop/workers",
        "trio/workers",
        "anyio@asyncio/workers",
        "anyio@trio/semaphore",
        "curio/workers",
        "threads/workers",
    } <= set(VARIANTS)
    assert {name: variant.name for name, variant in VARIANTS.items()} == {
        name: name for name in VARIANTS
    }


@pytest.mark.parametrize("runtime", RUNTIMES, ids=[runtime.name for runtime in RUNTIMES])
def test_the_strategies_of_a_runtime(runtime: registry.Runtime) -> None:
    """Every runtime has the strategies that are to be had everywhere, and its own."""
    assert set(EVERYWHERE) <= set(runtime.strategies)
    assert names(f"{runtime.name}/*") == [f"{runtime.name}/{each}" for each in runtime.strategies]


def test_the_reference() -> None:
    """What ratios are taken against is there, wherever Python is."""
    assert missing(VARIANTS[REFERENCE]) is None
    assert not VARIANTS[REFERENCE].needs


@pytest.mark.parametrize("variant", VARIANTS.values(), ids=VARIANTS)
def test_what_is_declared(variant: Variant) -> None:
    """An inability has a reason that can be read, and its home can give the variant again."""
    assert all(isinstance(ability, Ability) for ability in variant.cannot)
    assert all(" " in reason for reason in variant.cannot.values())
    assert sys.modules[variant.home].VARIANTS[variant.name] is variant


# Choosing.


@pytest.mark.parametrize(
    ("patterns", "chosen"),
    [
        ("asyncio/workers", ["asyncio/workers"]),
        ("trio/s?maphore,tri*/worker[s]", ["trio/workers", "trio/semaphore"]),
        ("trio/workers,asyncio/workers", ["asyncio/workers", "trio/workers"]),
        ("curio/workers,curio/[w]*,curio/w*", ["curio/workers"]),
        ("*", list(VARIANTS)),
    ],
)
def test_choose(patterns: str, chosen: list[str]) -> None:
    """Patterns choose each variant once, in the table's order."""
    assert names(patterns) == chosen


def test_patterns_match_whole_names() -> None:
    """A pattern speaks of the whole name, and of upper and lower case."""
    assert "anyio@trio/workers" not in names("trio/workers")
    with pytest.raises(LookupError):
        names("Trio/workers")


@pytest.mark.parametrize("patterns", ["twisted/*", "asyncio/workers,twisted/*", ""])
def test_an_unknown_pattern(patterns: str) -> None:
    """A pattern that matches nothing is named, also beside one that does, with all there is."""
    with pytest.raises(LookupError) as caught:
        names(patterns)
    said = str(caught.value)
    assert f"no variant matches {patterns.rsplit(',', maxsplit=1)[-1]!r}" in said
    assert [line.strip() for line in said.splitlines()[1:]] == list(VARIANTS)


# What is installed.


def test_missing() -> None:
    """It names what is not installed, and nothing else."""
    assert missing(lacking()) is None
    assert missing(lacking("json")) is None
    assert missing(lacking("no_such_loop")) == "not installed: no_such_loop"
    both = lacking("no_such_runtime", "json", "no_such_loop")
    assert missing(both) == "not installed: no_such_runtime, no_such_loop"


def test_missing_imports_nothing() -> None:
    """To ask what is installed is not to load it."""
    asks = "from impls.registry import *; any(map(missing, VARIANTS.values()))"
    loaded = in_a_process(f"{asks}\nimport json, sys; print(json.dumps(sorted(sys.modules)))")
    assert not loaded & FOREIGN


# What is loaded.


def in_a_process(code: str, *args: str) -> set[str]:
    """Run the code in a fresh interpreter; give the top-level modules and recipes it names."""
    done = subprocess.run(
        [sys.executable, "-c", code, *args], cwd=ROOT, capture_output=True, text=True, check=True
    )
    modules: list[str] = json.loads(done.stdout)
    recipes = {module for module in modules if module.startswith("impls.on_")}
    return {module.partition(".")[0] for module in modules} | recipes


def test_every_runtime_has_a_row_here() -> None:
    """A new runtime says which foreign modules it loads."""
    assert set(LOADS) == {runtime.name for runtime in RUNTIMES}


@pytest.mark.parametrize("runtime", RUNTIMES, ids=[runtime.name for runtime in RUNTIMES])
def test_a_variant_loads_its_own_runtime_alone(runtime: registry.Runtime) -> None:
    """A process that has run a variant has no other runtime, no other recipe and no judge."""
    variant = VARIANTS[f"{runtime.name}/workers"]
    if reason := missing(variant):
        pytest.skip(reason)
    loaded = in_a_process(REPORTS_WHAT_IS_LOADED, variant.name)
    assert loaded & FOREIGN == LOADS[runtime.name]
    assert {name for name in loaded if name.startswith("impls.")} == {f"impls.{runtime.recipe}"}
    assert not loaded & HOUSE
