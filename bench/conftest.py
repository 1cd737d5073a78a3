"""The race as pytest sees it: options, one race for the session, the report at its end.

Strategy: pytest collects an item for each entrant on each scenario.  Whichever items are left
after all selecting are raced, together, when the first of them is about to run; each item then
reports its own rounds to pytest-benchmark.  What befell an entrant fails its item.
"""

import math
import secrets
from pathlib import Path

import pytest

from bench.conditions import ALWAYS
from bench.cores import share
from bench.entrants import Entrant, RaceOfOne, enter, reference
from bench.entry import Entry, TooLittleTime
from bench.face import Stopwatch
from bench.files import TooFewFiles, allow_open_files
from bench.onlooker import Spectator
from bench.options import margin, seconds
from bench.progress import shown
from bench.pythons import Python, UnusablePython, asked, distinct, named
from bench.race import Racing
from bench.scenarios import PROFILES, SCENARIOS, Scenario
from impls.registry import choose
from origin.process import LOOPBACK, OriginError, started
from report.pages import write
from report.results import Results, UnreadableResults, read

LATEST = Path(__file__).parents[1] / "report" / "latest"
RESULTS = "results.jsonl"
RACED = pytest.StashKey[bool]()
PYTHONS = pytest.StashKey[list[Python]]()
ENTRANTS = pytest.StashKey[list[Entrant]]()
FILES_FOR_EACH_WORKER = 8
FILES_FOR_THE_REST = 256
CANNOT_BE_RACED = (OriginError, TooFewFiles, TooLittleTime, UnusablePython)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Offer what chooses the race."""
    group = parser.getgroup("race")
    group.addoption(
        "--profile",
        choices=list(PROFILES),
        default="standard",
        help="how much is measured: quick (under a minute; tells little), standard (under five "
        "minutes), thorough (under twenty)",
    )
    group.addoption(
        "--until",
        type=margin,
        metavar="PERCENT",
        help="instead of as many generations as the profile has: go on until each pair is told "
        "apart, or shown to be within this margin, such as 5%%",
    )
    group.addoption(
        "--time-limit",
        type=seconds,
        default=math.inf,
        metavar="TIME",
        help="begin no generation that would end later than after this time, such as 90s or 20m",
    )
    group.addoption(
        "--python",
        action="append",
        default=[],
        metavar="PATH",
        help="race on this interpreter instead of the one that runs pytest; repeat it to race "
        "several in one race, whose entrants are then called py3.13:trio/workers. Also an "
        "execnet specification: ssh=host//python=/path/python//chdir=/path/checkout",
    )
    group.addoption(
        "--origin-address",
        default=LOOPBACK,
        metavar="HOST",
        help="where the origin listens, for workers on other machines (%(default)s)",
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
    try:
        variants = choose(config.getoption("--variants").split(","))
        modules = sorted({module for each in variants for module in each.needs})
        told_of = [*ALWAYS, *modules]
        found = [asked(named(each), modules, told_of) for each in config.getoption("--python")]
        pythons = distinct(found)
        entrants = enter(variants, pythons)
        reference(entrants)
    except LookupError as error:
        raise pytest.UsageError(error.args[0]) from None
    except (RaceOfOne, UnusablePython) as error:
        raise pytest.UsageError(str(error)) from None
    config.stash[PYTHONS], config.stash[ENTRANTS] = pythons, entrants


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Make an item for each entrant on each chosen scenario."""
    if "stopwatch" not in metafunc.fixturenames:
        return
    lanes = []
    for scenario in chosen_scenarios(metafunc.config):
        for entrant in metafunc.config.stash[ENTRANTS]:
            stopwatch = Stopwatch(scenario)
            mark = pytest.mark.benchmark(group=stopwatch.group, timer=stopwatch)
            name = f"{scenario.name}-{entrant.name}"
            lanes.append(pytest.param(scenario, entrant, stopwatch, marks=mark, id=name))
    metafunc.parametrize(("scenario", "entrant", "stopwatch"), lanes)


def chosen_scenarios(config: pytest.Config) -> list[Scenario]:
    """Give the scenarios that the command line names."""
    names = config.getoption("--scenarios").split(",")
    if unknown := [name for name in names if name not in SCENARIOS]:
        known = ", ".join(SCENARIOS)
        raise pytest.UsageError(f"no scenario is called {unknown[0]!r}; there are: {known}")
    return [SCENARIOS[name] for name in dict.fromkeys(names)]


@pytest.fixture(scope="session")
def results(request: pytest.FixtureRequest) -> Results:
    """Race all selected items once, and give what came of it."""
    config = request.config
    capture = config.pluginmanager.getplugin("capturemanager")
    try:
        with capture.global_and_fixture_disabled():
            race(entry(request.session), config)
    except RaceOfOne as error:
        pytest.exit(str(error), returncode=pytest.ExitCode.USAGE_ERROR)
    except CANNOT_BE_RACED as error:
        pytest.exit(str(error), returncode=pytest.ExitCode.TESTS_FAILED)
    except OSError as error:
        what = error.filename or into(config) / RESULTS  # an open file does not tell its name
        pytest.exit(f"{error.strerror}: {what}", returncode=pytest.ExitCode.TESTS_FAILED)
    except KeyboardInterrupt:
        # Its summary imports the whole of it, which takes longer than all the rest of the end.
        if config.pluginmanager.has_plugin("hypothesispytest"):
            config.pluginmanager.unregister(name="hypothesispytest")
        raise
    return read(into(config) / RESULTS)


def entry(session: pytest.Session) -> Entry:
    """Enter the entrants and scenarios of the items that are left.

    Raises:
        RaceOfOne: there are not two of them.
    """
    config = session.config
    pythons = config.stash[PYTHONS]
    lanes = [item.callspec.params for item in session.items if hasattr(item, "callspec")]
    entered = {lane["entrant"].name for lane in lanes}
    asked_for = [lane["scenario"] for lane in lanes]
    seed = config.getoption("--seed")
    return Entry(
        entrants=[each for each in config.stash[ENTRANTS] if each.name in entered],
        scenarios=[each for each in SCENARIOS.values() if each in asked_for],
        profile=PROFILES[config.getoption("--profile")],
        seed=secrets.randbelow(1_000_000) if seed is None else seed,
        pythons=pythons,
        until=config.getoption("--until"),
        seconds=config.getoption("--time-limit"),
    )


def into(config: pytest.Config) -> Path:
    """Give the folder that the results and the report go to."""
    folder: Path = config.getoption("--report-into")
    return folder.absolute()


def race(entered: Entry, config: pytest.Config) -> None:
    """Race, with the results in their file as they come."""
    allow_open_files(FILES_FOR_EACH_WORKER * len(entered.starters) + FILES_FOR_THE_REST)
    into(config).mkdir(parents=True, exist_ok=True)
    cores = share()
    host = config.getoption("--origin-address")
    with started(cores.origin, host) as origin, shown() as watch:
        racing = Racing(entered, origin, cores, Spectator(watch, entered.until))
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
        session = config.pluginmanager.getplugin("session")
        session.exitstatus = session.exitstatus or pytest.ExitCode.TESTS_FAILED


def near(path: Path, config: pytest.Config) -> str:
    """Name a path as seen from the project's root, where it lies in there."""
    inside = path.is_relative_to(config.rootpath)
    return str(path.relative_to(config.rootpath) if inside else path)
