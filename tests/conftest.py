"""What all tests share: one origin for the session, every variant as a parameter, the matrix.

Strategy: the variants are the registry's, or with `--impl FILE.py` those of that file; then only
the tests of the rules run, and the column is printed.
"""

import gc
import os
import platform
import signal
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

import msgspec
import pytest

from impls.contract import Batch, Variant
from impls.registry import VARIANTS, missing
from origin.process import Origin, started
from report import kept
from report.matrix import FOLDER, merged, read
from rules.deviations import known
from rules.trial import uncollected
from tests.rules.outside import NoVariants, must_run, variants_in
from tests.rules.recorder import NOT_OURS, Noted, Recorder, column, matrix

RULES = Path(__file__).parent / "rules"
OFFERED = pytest.StashKey[Mapping[str, Variant]]()
RECORDER = pytest.StashKey[Recorder]()
WARM: set[str] = set()
"""The variants that have run before, in this process."""

NOTED = "bounded-batch noted"
"""What a process of pytest-xdist hands over."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let somebody hold variants of their own against the rules."""
    parser.getgroup("bounded-batch").addoption(
        "--impl",
        metavar="FILE.py",
        type=Path,
        help="hold the variants of this file against the rules, and print their column: "
        "FILE.py has a mapping VARIANTS of names to impls.contract.Variant",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Heed Ctrl-C, and so do children: a shell starts what runs in the background without it."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for name in [each for each in os.environ if each.startswith("PYTEST_XDIST")]:
        del os.environ[name]  # a pytest that a test starts is no process of this one
    outside: Path | None = config.getoption("--impl")
    try:
        config.stash[OFFERED] = variants_in(outside) if outside else VARIANTS
        if outside and not hasattr(config, "workerinput"):
            must_run(config.stash[OFFERED])
    except NoVariants as error:
        raise pytest.UsageError(f"--impl: {error}") from error
    config.stash[RECORDER] = Recorder()
    if outside:  # the column tells it all, and comes last
        config.option.tbstyle, config.option.reportchars = "no", ""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Make every variant a parameter of whatever test asks for one.

    What is not ours is held against the checks alone: strategies that stand on a recipe of ours,
    and whole clients, whose errors have words of their own.
    """
    if "variant" in metafunc.fixturenames:
        whole = metafunc.definition.get_closest_marker("whole_field")
        offered = metafunc.config.stash[OFFERED]
        chosen = {
            name: each for name, each in offered.items() if whole or each.kind not in NOT_OURS
        }
        params = [pytest.param(each, id=name, marks=_marks(each)) for name, each in chosen.items()]
        metafunc.parametrize("variant", params, indirect=True)


def _marks(variant: Variant) -> list[pytest.MarkDecorator]:
    """Overlook what a strategy that is not ours leaves behind and the collector complains of."""
    if variant.kind not in NOT_OURS:
        return []
    return [
        pytest.mark.filterwarnings("ignore::ResourceWarning"),
        pytest.mark.filterwarnings("ignore:coroutine .* was never awaited:RuntimeWarning"),
    ]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """With variants of somebody's own, run what judges a variant, and nothing else."""
    if config.getoption("--impl"):
        ours = [each for each in items if not _judges_a_variant(each)]
        config.hook.pytest_deselected(items=ours)
        items[:] = [each for each in items if _judges_a_variant(each)]


def pytest_collection_finish() -> None:
    """Leave thousands of tests out of each collection of garbage, of which there are as many."""
    set_aside()


def _judges_a_variant(item: pytest.Item) -> bool:
    return RULES in item.path.parents and "variant" in getattr(item, "fixturenames", ())


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Leave the matrix for the report; one of several processes hands over what it saw."""
    gc.unfreeze()  # Hypothesis imports its plugins for its summary, and asks who refers to what
    config = session.config
    if hasattr(config, "workeroutput"):
        config.workeroutput[NOTED] = msgspec.to_builtins(config.stash[RECORDER].noted())
    elif not config.stash[RECORDER].is_empty() and not config.getoption("--impl"):
        minor = platform.python_version().rpartition(".")[0]
        kept.add(matrix(config.stash[RECORDER], VARIANTS), FOLDER / f"py{minor}.json", read, merged)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Take what another process saw."""
    if told := getattr(node, "workeroutput", {}).get(NOTED):
        node.config.stash[RECORDER].take(msgspec.convert(told, Noted))


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Print the column of somebody's own variants."""
    if config.getoption("--impl"):
        for name in config.stash[OFFERED]:
            terminalreporter.section(name)
            why = missing(config.stash[OFFERED][name])
            lines = [why] if why else column(config.stash[RECORDER].cells(), name)
            for line in lines:
                terminalreporter.write_line(line)


@pytest.fixture(scope="session")
def origin() -> Iterator[Origin]:
    """An origin in a process of its own."""
    with started() as origin:
        yield origin


@pytest.fixture
def recorder(request: pytest.FixtureRequest) -> Recorder:
    """What the tests of the rules see."""
    return request.config.stash[RECORDER]


@pytest.fixture
def tidied() -> Iterator[None]:
    """Collect afterwards what the test left behind, which complains then.

    Were that in the middle of pytest's parsing of a source, the parser of Python 3.11 would give up
    (cpython#106905).
    """
    yield
    gc.collect()


def set_aside() -> None:
    """Leave what is alive out of later collections, but for what was let go of since the last."""
    gc.unfreeze()
    gc.collect()
    gc.freeze()


@contextmanager
def left_here() -> Iterator[None]:
    """Collect what is left behind within the block: it would complain within another test.

    All of it is young, since nothing grows old without collections, but for those of the block.
    """
    full = gc.get_stats()[2]["collections"]
    with uncollected():
        yield
    gc.collect(1 if gc.get_stats()[2]["collections"] == full else 2)


def warm_up(variant: Variant) -> None:
    """Let a runtime import what it does on its first run, which no deadline is about."""
    if variant.name not in WARM:
        variant.load()(None, [Batch(range(1), 1)])
        WARM.add(variant.name)
        set_aside()  # what it imported stays, and would be looked at in each collection


@pytest.fixture
def variant(request: pytest.FixtureRequest) -> Iterator[Variant]:
    """Every variant in turn; one that is not installed is skipped with the reason."""
    variant: Variant = request.param
    if reason := missing(variant):
        pytest.skip(reason)
    warm_up(variant)
    with left_here() if variant.kind in NOT_OURS else nullcontext():
        yield variant
    if known("X2-no_descriptor_left", variant):
        gc.collect()  # what it leaked; left to another test's thread, rloop aborts the process
