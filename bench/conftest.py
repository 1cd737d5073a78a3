"""The race as pytest sees it: options, one race for the session, the report at its end.

Strategy: pytest collects an item for each entrant on each scenario.  Whichever items are left
after all selecting are raced, together, when the first of them is about to run; each item then
reports its own rounds to pytest-benchmark.  What befell an entrant fails its item.
"""

import secrets
import warnings
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from pathlib import Path

import pytest

from bench.choices import Chosen, chosen, chosen_scenarios, origin_host
from bench.cores import share
from bench.entrants import RaceOfOne
from bench.entry import Entry, TooLittleTime
from bench.face import Stopwatch
from bench.files import TooFewFiles, allow_open_files
from bench.gate import held
from bench.onlooker import Spectator
from bench.options import OPTIONS, RESULTS
from bench.progress import shown
from bench.pythons import UnusablePython
from bench.race import Racing
from bench.records import Claimed, begun, claim
from bench.scenarios import PROFILES, SCENARIOS
from origin.process import OriginError, started
from report.pages import write
from report.results import Results, UnreadableResults, read

RACED = pytest.StashKey[bool]()
REPORT = pytest.StashKey[list[tuple[str, dict[str, bool]]]]()
CHOSEN = pytest.StashKey[Chosen]()
FILES_FOR_EACH_WORKER = 8
FILES_FOR_THE_REST = 256
CANNOT_BE_RACED = (Claimed, OriginError, TooFewFiles, TooLittleTime, UnusablePython)

REPORT_WITH = ".venv/bin/python -m report"
"""What writes the report, as it is typed in the project's root."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Offer what chooses the race."""
    group = parser.getgroup("race")
    for name, settings in OPTIONS.items():
        group.addoption(name, **settings)


def pytest_configure(config: pytest.Config) -> None:
    """Refuse at once, in one line, what can't be raced."""
    config.stash[CHOSEN] = chosen(config)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Make an item for each entrant on each chosen scenario."""
    if "stopwatch" not in metafunc.fixturenames:
        return
    lanes = []
    for scenario in chosen_scenarios(metafunc.config):
        for entrant in metafunc.config.stash[CHOSEN].entrants:
            stopwatch = Stopwatch(scenario)
            mark = pytest.mark.benchmark(group=stopwatch.group, timer=stopwatch)
            name = f"{scenario.name}-{entrant.name}"
            lanes.append(pytest.param(scenario, entrant, stopwatch, marks=mark, id=name))
    metafunc.parametrize(("scenario", "entrant", "stopwatch"), lanes)


@pytest.fixture(scope="session")
def results(request: pytest.FixtureRequest) -> Results:
    """Race all selected items once, and give what came of it."""
    config = request.config
    try:
        with uncaptured(config):
            race(entry(request.session), config)
    except RaceOfOne as error:
        pytest.exit(str(error), returncode=pytest.ExitCode.USAGE_ERROR)
    except CANNOT_BE_RACED as error:
        pytest.exit(str(error), returncode=pytest.ExitCode.TESTS_FAILED)
    except OSError as error:
        why = ": ".join(str(part) for part in (error.strerror, error.filename) if part)
        pytest.exit(why, returncode=pytest.ExitCode.TESTS_FAILED)
    except KeyboardInterrupt:
        if not config.stash.get(RACED, False):
            said = f"nothing was raced, and nothing written into {near(into(config), config)}"
            config.stash.setdefault(REPORT, []).append((said, {"yellow": True}))
        # Its summary imports the whole of it, which takes longer than all the rest of the end.
        if config.pluginmanager.has_plugin("hypothesispytest"):
            config.pluginmanager.unregister(name="hypothesispytest")
        raise
    return read(into(config) / RESULTS)


def uncaptured(config: pytest.Config) -> AbstractContextManager[None]:
    """Let what is printed within the block be seen."""
    manager = config.pluginmanager.getplugin("capturemanager")  # none with -p no:capture
    disabled: AbstractContextManager[None] = (
        manager.global_and_fixture_disabled() if manager else nullcontext()
    )
    return disabled


def entry(session: pytest.Session) -> Entry:
    """Enter the entrants and scenarios of the items that are left.

    Raises:
        RaceOfOne: there are not two of them.
    """
    config = session.config
    pythons, entrants = config.stash[CHOSEN]
    parameters = [item.callspec.params for item in session.items if hasattr(item, "callspec")]
    lanes = [each for each in parameters if "stopwatch" in each]  # tests may be run beside it
    entered = {lane["entrant"].name for lane in lanes}
    asked_for = [lane["scenario"] for lane in lanes]
    seed = config.getoption("--seed")
    return Entry(
        entrants=[each for each in entrants if each.name in entered],
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
    cores, path = share(), into(config) / RESULTS
    with started(cores.origin, origin_host(config)) as origin:
        path.parent.mkdir(parents=True, exist_ok=True)
        config.add_cleanup(claim(path).close)  # not before the report of it is written
        with shown() as watch:
            spectator = Spectator(watch, entered.until)
            entered = replace(entered, broke=held(entered.starters, spectator.gate))
            with begun(path) as file:
                config.stash[RACED] = True
                Racing(entered, origin, cores, spectator).run(file)


def pytest_keyboard_interrupt(excinfo: pytest.ExceptionInfo[BaseException]) -> None:
    """Don't tell of a file that Ctrl-C kept from being closed: it may strike in any library."""
    if excinfo.errisinstance(KeyboardInterrupt):  # and not pytest.exit, which comes here, too
        unclosed = r"(?s).*ResourceWarning: unclosed"
        warnings.filterwarnings("ignore", unclosed, pytest.PytestUnraisableExceptionWarning)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Write the report of whatever was raced, also where nobody reads any more what is printed."""
    config = session.config
    if not config.stash.get(RACED, False):
        return
    lines = config.stash.setdefault(REPORT, [])
    file = into(config) / RESULTS
    try:
        results = read(file)
        written = write(results, RESULTS, into(config))
        pages = [near(page, config) for page in written.pages]
        lines += [(each, {}) for each in (*written.says, *pages)]
        if results.cut_short:
            lines.append((f"not everything was raced: {results.cut_short}", {"yellow": True}))
    except (OSError, UnreadableResults, KeyboardInterrupt) as error:
        why = str(error) or "interrupted"
        again = f"{REPORT_WITH} {near(file, config)}"
        lines.append((f"no report: {why}; make it with: {again}", {"red": True}))
        session.exitstatus = session.exitstatus or pytest.ExitCode.TESTS_FAILED


@pytest.hookimpl(trylast=True)
def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Say the verdict, and where the report is."""
    if lines := config.stash.get(REPORT, []):
        terminalreporter.section("report")
    for line, colour in lines:
        terminalreporter.line(line, **colour)


def near(path: Path, config: pytest.Config) -> str:
    """Name a path as seen from the project's root, where it lies in there."""
    inside = path.is_relative_to(config.rootpath)
    return str(path.relative_to(config.rootpath) if inside else path)
