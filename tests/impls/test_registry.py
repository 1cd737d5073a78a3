"""The registry: which variants there are, how they are chosen, and what each of them loads."""

import json
import os
import subprocess
import sys
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from impls import registry
from impls.contract import Ability, Kind, Run, Variant
from impls.field import EVERYWHERE, OURS, RUNTIMES, Runtime
from impls.registry import REFERENCE, VARIANTS, choose, missing

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
    "selectors": set(),
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
def test_the_strategies_of_a_runtime(runtime: Runtime) -> None:
    """Every runtime has the strategies that are to be had everywhere; the floor has `workers`.

    Ways and rivals that stand on it come beside them.
    """
    assert set(EVERYWHERE) <= set(runtime.strategies) or runtime.name == "selectors"
    main = [each.name for each in choose([f"{runtime.name}/*"]) if each.kind is Kind.MAIN]
    assert main == [f"{runtime.name}/{each}" for each in runtime.strategies]


def test_the_reference() -> None:
    """What ratios are taken against is there, wherever Python is."""
    assert missing(VARIANTS[REFERENCE]) is None
    assert not VARIANTS[REFERENCE].needs


@pytest.mark.parametrize("row", VARIANTS.values(), ids=VARIANTS)
def test_what_is_declared(row: Variant) -> None:
    """An inability has a reason that can be read, and its home can give the variant again."""
    assert all(isinstance(ability, Ability) for ability in row.cannot)
    assert all(" " in reason for reason in row.cannot.values())
    assert sys.modules[row.home].VARIANTS[row.name] is row


# Choosing.


@pytest.mark.parametrize(
    ("patterns", "chosen"),
    [
        ("asyncio/workers", ["asyncio/workers"]),
        ("trio/s?maphore,tri[o]/worker[s]", ["trio/workers", "trio/semaphore"]),
        ("trio/workers,asyncio/workers", ["asyncio/workers", "trio/workers"]),
        ("curio/workers,curio/[w]o*,curio/wo*", ["curio/workers"]),
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


@pytest.mark.parametrize(
    ("pattern", "meant"),
    [("trio/wrokers", "trio/workers or "), ("rivals", "rival"), ("rloop", r"'\*rloop\*'\?$")],
)
def test_a_pattern_that_is_nearly_right(pattern: str, meant: str) -> None:
    """It is told in a line what was meant, rather than all that there is."""
    with pytest.raises(LookupError, match=f"^no variant matches .*; did you mean {meant}"):
        names(pattern)


# What is installed.


def test_missing() -> None:
    """It names what is not installed, and nothing else."""
    assert missing(lacking()) is None
    assert missing(lacking("json")) is None
    assert missing(lacking("no_such_loop")) == "not installed: no_such_loop"
    both = lacking("no_such_runtime", "json", "no_such_loop")
    assert missing(both) == "not installed: no_such_runtime, no_such_loop"
    assert missing(lacking("no_such_runtime.loops")) == "not installed: no_such_runtime.loops"


def test_missing_imports_nothing() -> None:
    """To ask what is installed is not to load it."""
    asks = "from impls.registry import *; any(map(missing, VARIANTS.values()))"
    loaded = in_a_process(f"{asks}\nimport json, sys; print(json.dumps(sorted(sys.modules)))")
    assert not loaded & FOREIGN


# What others offer.


GOOD_OFFER = """
from impls.contract import Variant
from impls.field import RUNTIMES
VARIANTS = {"asyncio+theirs/window": Variant("asyncio+theirs/window", (), print)}
"""
WITHOUT_VARIANTS = "VARIANTS = {'theirs/x': print}"
A_NAME_OF_OURS = GOOD_OFFER.replace("asyncio+theirs/window", "asyncio/workers")
WITHOUT_A_RUNTIME = GOOD_OFFER.replace("asyncio+theirs/", "theirs/")
TELLS = """
import json
from impls.registry import BROKEN, VARIANTS, missing
print(json.dumps([list(VARIANTS), BROKEN, [missing(VARIANTS[name]) for name in BROKEN]]))
"""


def offer(where: Path, code: str, value: str = "theirs_variants") -> None:
    """Install a package that offers variants, as pip would leave it."""
    (where / "theirs_variants.py").write_text(code)
    info = where / "theirs-1.2.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: theirs\nVersion: 1.2\n")
    (info / "entry_points.txt").write_text(f"[bounded_batch.variants]\nwindow = {value}\n")


def told(where: Path) -> tuple[list[str], dict[str, str], list[str]]:
    """Give all names, and the offers that are of no use, as a fresh interpreter finds them."""
    done = subprocess.run(
        [sys.executable, "-c", TELLS],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": f"{ROOT}:{where}"},
        capture_output=True,
        text=True,
        check=True,
    )
    names, broken, reasons = json.loads(done.stdout)
    return names, broken, reasons


@pytest.mark.parametrize("value", ["theirs_variants", "theirs_variants:VARIANTS"])
def test_an_offer(value: str, tmp_path: Path) -> None:
    """Variants of an installed package come after ours, from a module or a mapping."""
    offer(tmp_path, GOOD_OFFER, value)
    names, broken, _ = told(tmp_path)
    assert names == [*OURS, "asyncio+theirs/window"]
    assert not broken


@pytest.mark.parametrize(
    ("code", "value", "why"),
    [
        ("raise RuntimeError('oh')", "theirs_variants", "RuntimeError: oh"),
        ("", "no_such_module", "ModuleNotFoundError: No module named 'no_such_module'"),
        ("", "theirs_variants:NOTHING", "AttributeError: "),
        ("", "theirs_variants", "AttributeError: "),
        (WITHOUT_VARIANTS, "theirs_variants", "TypeError: 'theirs/x' is not the name of a Variant"),
        (A_NAME_OF_OURS, "theirs_variants", "ValueError: there is a variant 'asyncio/workers'"),
        (WITHOUT_A_RUNTIME, "theirs_variants", "ValueError: 'theirs/window' is not RUNTIME/"),
    ],
)
def test_an_offer_that_is_of_no_use(code: str, value: str, why: str, tmp_path: Path) -> None:
    """It is a row with a reason that names the package; all others are there."""
    offer(tmp_path, code, value)
    names, broken, [reason] = told(tmp_path)
    assert names == [*OURS, "theirs/window"]
    assert list(broken) == ["theirs/window"]
    assert reason.startswith(f"theirs offers no variants by window = {value} ({why}")


def test_an_offer_that_is_of_no_use_can_not_be_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who loads it all the same is told why."""
    entry = EntryPoint("window", "no_such_module", registry.OFFERS)
    monkeypatch.setattr(registry, "BROKEN", {})
    [(name, variant)] = registry.offered([entry])
    assert name == variant.name == "unknown/window"
    with pytest.raises(ImportError, match="unknown offers no variants by window"):
        variant.load()


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
def test_a_variant_loads_its_own_runtime_alone(runtime: Runtime) -> None:
    """A process that has run a variant has no other runtime, no other recipe and no judge."""
    variant = VARIANTS[f"{runtime.name}/workers"]
    if reason := missing(variant):
        pytest.skip(reason)
    loaded = in_a_process(REPORTS_WHAT_IS_LOADED, variant.name)
    assert loaded & FOREIGN == LOADS[runtime.name]
    assert {name for name in loaded if name.startswith("impls.")} == {runtime.module}
    assert not loaded & HOUSE
