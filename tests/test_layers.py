"""Who may import whom: the lines between the rooms of the house, read from the sources."""

import ast
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
RUNTIMES = {"anyio", "asyncio", "curio", "rloop", "trio", "uvloop", "concurrent", "threading"}
CONTRACT = ("impls.contract", "impls.http1")
RACE = ("bench.*", "impls.*", "origin.*", "report.results", "report.times")
ANY = ("*",)

# By module as a shell-style pattern, the first that matches: which modules of the project it may
# import, and which runtimes.  Threads are a runtime here.
MAY_IMPORT: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "impls": ((), ()),
    "impls.contract": ((), ()),
    "impls.http1": (("impls.contract",), ()),
    "impls.way": (("impls.contract",), ()),
    "impls.told": (("impls.contract",), ()),
    "impls.field": (
        ("impls.contract", "impls.told", "impls.way", "impls.ways", "impls.rivals"),
        ("asyncio",),
    ),
    "impls.registry": (("impls.contract", "impls.field"), ()),
    "impls.on_asyncio": (CONTRACT, ("asyncio",)),
    "impls.on_trio": (CONTRACT, ("trio",)),
    "impls.on_anyio": (CONTRACT, ("anyio",)),
    "impls.on_curio": (CONTRACT, ("curio",)),
    "impls.on_threads": (CONTRACT, ("threading", "concurrent")),
    "impls.on_selectors": (CONTRACT, ()),
    "impls.ways": (("impls.contract", "impls.way"), ()),
    "impls.ways.*": ((*CONTRACT, "impls.on_*"), ANY),
    "impls.rivals": (("impls.contract", "impls.way"), ()),
    "impls.rivals.*": ((*CONTRACT, "impls.on_*"), ANY),
    "impls.clients*": ((*CONTRACT, "impls.on_*"), ANY),
    "origin*": (("origin*",), ()),
    "rules*": (("rules*", "impls.*", "origin.*"), ANY),
    "report*": (("report*",), ()),
    "bench.about": ((), ()),
    "bench.conftest": ((*RACE, "report.pages"), ()),
    "bench.growth": ((*RACE, "report.console", "report.growth", "report.kept"), ()),
    "bench.onlooker": ((*RACE, "report.comparison", "report.figures"), ()),
    "bench.selftest*": (("bench.*", "impls.*", "origin.*", "report.*"), ("threading",)),
    "bench.yardsticks*": ((*RACE, "report.console"), ANY),
    "bench.gatekeeper": ((*RACE, "rules.*"), ()),
    "bench*": (RACE, ()),
    "tests*": (ANY, ANY),
}


def sources() -> dict[str, Path]:
    """Give every module of the project, by its dotted name."""
    folders = [each for each in ROOT.iterdir() if each.is_dir() and each.name[0] != "."]
    files = [*ROOT.glob("*.py"), *(file for each in folders for file in each.rglob("*.py"))]
    return {name_of(file.relative_to(ROOT)): file for file in files}


def name_of(file: Path) -> str:
    """Give a module's dotted name; a package's is its folder's."""
    return ".".join(file.with_suffix("").parts).removesuffix(".__init__")


MODULES = sources()
HOUSE = {name.partition(".")[0] for name in MODULES}


def imported(module: str, source: str) -> Iterator[str]:
    """Give what the source imports, wherever it stands in it.

    `from package import name` is an import of the module `package.name`, if there is one.
    """
    package = module if MODULES.get(module, Path()).name == "__init__.py" else parent(module)
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = absolute(package, node)
            inner = [f"{base}.{alias.name}" for alias in node.names]
            yield from (each if each in MODULES else base for each in inner)


def parent(module: str) -> str:
    """Give the package that the module is in."""
    return module.rpartition(".")[0]


def absolute(package: str, node: ast.ImportFrom) -> str:
    """Give the module that a `from` names, seen from this package."""
    if not node.level:
        return node.module or ""
    for _ in range(node.level - 1):
        package = parent(package)
    return f"{package}.{node.module}" if node.module else package


def row_of(module: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Give what the module may import."""
    rows = [row for pattern, row in MAY_IMPORT.items() if fnmatchcase(module, pattern)]
    assert rows, f"{module} has no row in MAY_IMPORT"
    return rows[0]


def violations(module: str, source: str) -> list[str]:
    """Name everything that the module imports and may not."""
    house, runtimes = row_of(module)
    may = {True: house, False: runtimes}
    return [
        f"{module} imports {name}"
        for name in sorted(set(imported(module, source)))
        if (top := name.partition(".")[0]) in HOUSE | RUNTIMES
        and not any(fnmatchcase(name if top in HOUSE else top, each) for each in may[top in HOUSE])
    ]


@pytest.mark.parametrize("module", sorted(MODULES))
def test_imports(module: str) -> None:
    """The module imports what its row allows, and nothing else of the project or the runtimes."""
    assert not violations(module, MODULES[module].read_text(encoding="utf-8"))


def test_every_row_has_a_module() -> None:
    """No row speaks of what is not there."""
    assert {
        row for row in MAY_IMPORT if not any(fnmatchcase(each, row) for each in MODULES)
    } == set()


@pytest.mark.parametrize(
    ("module", "source", "found"),
    [
        ("impls.contract", "import trio", "imports trio"),
        ("impls.http1", "import asyncio.streams as streams", "imports asyncio.streams"),
        ("impls.on_trio", "from impls.on_asyncio import workers", "imports impls.on_asyncio"),
        ("impls.on_trio", "from impls import on_asyncio", "imports impls.on_asyncio"),
        ("impls.on_trio", "from . import on_asyncio", "imports impls.on_asyncio"),
        ("impls.on_trio", "from .on_asyncio import workers", "imports impls.on_asyncio"),
        ("impls.on_trio", "def late():\n    import anyio", "imports anyio"),
        ("impls.on_asyncio", "from concurrent.futures import Future", "imports concurrent.futures"),
        ("impls.on_asyncio", "import impls.registry", "imports impls.registry"),
        ("impls.registry", "from impls import on_curio", "imports impls.on_curio"),
        ("origin.wire", "from impls.http1 import Exchange", "imports impls.http1"),
        ("report.pages", "from bench.scenarios import CALLS", "imports bench.scenarios"),
        ("report.pages", "if True:\n    import origin", "imports origin"),
        ("bench.race", "from report.pages import write", "imports report.pages"),
        ("bench.race", "from report import figures", "imports report.figures"),
        ("bench.race", "from report import names", "imports report.names"),
        ("bench.race", "import trio", "imports trio"),
        ("bench.worker", "from concurrent.futures import Future", "imports concurrent.futures"),
        ("bench.about", "from bench.cores import pin", "imports bench.cores"),
        ("bench.conftest", "from report.figures import Row", "imports report.figures"),
        ("bench.onlooker", "from report.pages import write", "imports report.pages"),
        ("bench.onlooker", "from report import words", "imports report.words"),
        ("bench.selftest.noise", "import tests.rules", "imports tests.rules"),
        ("bench.selftest.noise", "import asyncio", "imports asyncio"),
        ("bench.yardsticks.tasks", "from report import figures", "imports report.figures"),
        ("bench.worker", "from tests.rules.broken import VARIANTS", "imports tests.rules.broken"),
    ],
)
def test_a_violation_is_found(module: str, source: str, found: str) -> None:
    """A planted import that crosses a line is named."""
    assert violations(module, source) == [f"{module} {found}"]


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("impls.on_trio", "import trio.testing, json\nfrom impls.contract import Batch"),
        ("origin.server", "from origin import wire\nimport selectors"),
        ("bench.race", "from bench import rounds\nfrom report.results import Sample"),
        ("bench.rounds", "from report.times import counted"),
        ("bench.conftest", "from report.pages import write"),
        ("bench.onlooker", "from report.figures import Row, standings"),
        ("bench.selftest.noise", "from report import method\nfrom report.statistics import ALPHA"),
        ("bench.yardsticks.bare", "import trio, asyncio\nfrom report.results import Sample"),
        ("tests.rules.broken", "from impls import on_asyncio\nimport asyncio, report.pages"),
    ],
)
def test_what_is_allowed_is_not_found(module: str, source: str) -> None:
    """An import within the lines is no violation."""
    assert not violations(module, source)


def test_a_module_without_a_row_is_found() -> None:
    """Who opens a new room says what it may import."""
    with pytest.raises(AssertionError, match=r"attic\.trunk has no row"):
        violations("attic.trunk", "")
