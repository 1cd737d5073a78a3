"""The race as pytest sees it: options, one race for the session, the report at its end.

Strategy: pytest collects an item for each variant on each scenario.  Whichever items are left
after all selecting are raced, together, when the first of them is about to run; each item then
reports its own rounds to pytest-benchmark.  What befell a variant fails its item.
"""

import secrets
from pathlib import Path

import pytest

from bench.cores import share
from bench.face import Stopwatch
from bench.files import TooFewFiles, allow_open_files
from bench.progress import shown
from bench.race import Entry, Racing
from bench.scenarios import PROFILES, SCENARIOS, Scenario
from impls.contract import Variant
from impls.registry import VARIANTS, choose
from origin.process import OriginError, started
from report.pages import write
from report.results import Results, UnreadableResults, read

LATEST = Path(__file__).parents[1] / "report" / "latest"
RESULTS = "results.jsonl"
RACED = pytest.StashKey[bool]()
FILES_FOR_EACH_WORKER = 8
FILES_FOR_THE_REST = 256


def pytest_addoption(parser: pytest.Parser) -> None:
    """Offer what chooses the race."""
    group = parser.getgroup("race")
    group.addoption(
        "--profile",
        choices=list(PROFILES),
        default="standard",
        help="how much is measured: quick (under a minute) or standard (under five)",
    )
    group.addoption(
        "--variants",
        default="*",
        metavar="PATTERN",
        help="who races: shell-style patterns, separated by commas, such as 'trio/*,*/workers'",
    )
    group.addoption(
        "--scenarios",
        default=",".join(SCENARIOS),
        metavar="NAMES",
        help="on what: names separated by commas (%(default)s)",
    )
    group.addoption(
        "--seed",
        type=int,
        help="of the order and the delays (a new one each time; the results tell it)",
    )
    group.addoption(
        "--report-into",
        type=Path,
        default=LATEST,
        metavar="DIR",
        help="where results and report are written (report/latest)",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Refuse at once, in one line, what can't be raced."""
    chosen_scenarios(config)
    chosen_variants(config)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Make an item for each chosen variant on each chosen scenario."""
    if "stopwatch" not in metafunc.fixturenames:
        return
    lanes = []
    for scenario in chosen_scenarios(metafunc.config):
        for variant in chosen_variants(metafunc.config):
            stopwatch = Stopwatch(scenario)
            mark = pytest.mark.benchmark(group=stopwatch.group, timer=stopwatch)
            name = f"{scenario.name}-{variant.name}"
            lanes.append(pytest.param(scenario, variant, stopwatch, marks=mark, id=name))
    metafunc.parametrize(("scenario", "variant", "stopwatch"), lanes)


def chosen_scenarios(config: pytest.Config) -> list[Scenario]:
    """Give the scenarios that the command line names."""
    names = config.getoption("--scenarios").split(",")
    if unknown := [name for name in names if name not in SCENARIOS]:
        known = ", ".join(SCENARIOS)
        raise pytest.UsageError(f"no scenario is called {unknown[0]!r}; there are: {known}")
    return [SCENARIOS[name] for name in dict.fromkeys(names)]


def chosen_variants(config: pytest.Config) -> list[Variant]:
    """Give the variants that the command line's patterns match."""
    try:
        return choose(config.getoption("--variants").split(","))
    except LookupError as error:
        raise pytest.UsageError(error.args[0]) from None


@pytest.fixture(scope="session")
def results(request: pytest.FixtureRequest) -> Results:
    """Race all selected items once, and give what came of it."""
    config = request.config
    capture = config.pluginmanager.getplugin("capturemanager")
    try:
        with capture.global_and_fixture_disabled():
            race(entry(request.session), config)
    except (OriginError, TooFewFiles, OSError) as error:
        pytest.exit(str(error), returncode=pytest.ExitCode.TESTS_FAILED)
    return read(into(config) / RESULTS)


def entry(session: pytest.Session) -> Entry:
    """Enter the variants and scenarios of the items that are left."""
    lanes = [item.callspec.params for item in session.items if hasattr(item, "callspec")]
    entered = [lane["variant"] for lane in lanes]
    asked = [lane["scenario"] for lane in lanes]
    seed = session.config.getoption("--seed")
    return Entry(
        variants=[each for each in VARIANTS.values() if each in entered],
        scenarios=[each for each in SCENARIOS.values() if each in asked],
        profile=session.config.getoption("--profile"),
        seed=secrets.randbelow(1_000_000) if seed is None else seed,
    )


def into(config: pytest.Config) -> Path:
    """Give the folder that the results and the report go to."""
    folder: Path = config.getoption("--report-into")
    return folder.absolute()


def race(entered: Entry, config: pytest.Config) -> None:
    """Race, with the results in their file as they come."""
    allow_open_files(FILES_FOR_EACH_WORKER * len(entered.variants) + FILES_FOR_THE_REST)
    into(config).mkdir(parents=True, exist_ok=True)
    cores = share()
    with started(cores.origin) as origin, shown(entered.steps) as step:
        racing = Racing(entered, origin, cores, step)
        with (into(config) / RESULTS).open("wb") as file:
            config.stash[RACED] = True
            racing.run(file)


@pytest.hookimpl(trylast=True)
def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Write the report of whatever was raced, and say where it is."""
    if not config.stash.get(RACED, False):
        return
    terminalreporter.section("report")
    file = into(config) / RESULTS
    try:
        results = read(file)
        for page in write(results, RESULTS, into(config)):
            terminalreporter.line(near(page, config))
        if results.cut_short:
            terminalreporter.line(f"not everything was raced: {results.cut_short}", yellow=True)
    except (OSError, UnreadableResults, KeyboardInterrupt) as error:
        why = str(error) or "interrupted"
        terminalreporter.line(f"no report: {why}; make it with: python -m report {file}", red=True)


def near(path: Path, config: pytest.Config) -> str:
    """Name a path as seen from the project's root, where it lies in there."""
    inside = path.is_relative_to(config.rootpath)
    return str(path.relative_to(config.rootpath) if inside else path)
