"""What is to be raced: how much it is, and what the results say of it beforehand."""

import math

import pytest

from bench.cores import Cores
from bench.entrants import Entrant, RaceOfOne
from bench.entry import LOOKS, Entry
from bench.pythons import Python
from bench.scenarios import CALLS, PROFILES, SCENARIOS, Profile
from impls.contract import Ability
from impls.registry import REFERENCE, VARIANTS
from origin.process import Origin
from report import results
from report.results import SCHEMA, decode, encode
from report.statistics import FEWEST_GENERATIONS
from tests.bench.races import ANYWHERE, GOOD, OTHER, SHORT, TWIN, Watcher, enter, raced
from tests.bench.test_entrants import ABSENT

THREADS = VARIANTS["threads/workers"]


def test_all_and_the_starters() -> None:
    """The twin comes by itself; who is missing is among all, and does not start."""
    entrants = [
        Entrant(GOOD.name, GOOD),
        Entrant("absent", ABSENT, missing="why"),
        Entrant("b", OTHER),
    ]
    entry = Entry(entrants, [SCENARIOS["null"]], SHORT, seed=1)
    assert [each.name for each in entry.all] == [GOOD.name, TWIN, "absent", "b"]
    assert [each.name for each in entry.starters] == [GOOD.name, TWIN, "b"]


def test_the_header() -> None:
    """It says who was to race on what, and how much, and can be read back."""
    entrants = [Entrant("a", OTHER), Entrant(GOOD.name, GOOD), Entrant("c", ABSENT, missing="why")]
    entry = Entry(entrants, [SCENARIOS["web"], SCENARIOS["null"]], SHORT, seed=42)
    header = entry.header(Cores(0, 1))
    assert decode(encode(header)) == header
    assert (header.schema, header.profile, header.seed) == (SCHEMA, "short", 42)
    assert (header.reference, header.twin) == (GOOD.name, TWIN)
    assert (header.generations, header.until, header.looks) == (2, None, 1)
    assert [each.name for each in header.entrants] == ["a", GOOD.name, TWIN, "c"]
    assert [each.missing for each in header.entrants] == [None, None, None, "why"]
    assert (header.machine.origin, header.machine.workers) == (0, 1)


def test_the_header_names_the_first_of_several_pythons() -> None:
    """The reference and its twin are those of the interpreter that was named first."""
    pythons = [Python("popen", "py3.13"), Python("popen", "py3.11")]
    entrants = [Entrant(f"{each.label}:{REFERENCE}", GOOD, each) for each in pythons]
    header = Entry(entrants, [SCENARIOS["null"]], SHORT, 1, pythons).header(ANYWHERE)
    assert header.reference == f"py3.13:{REFERENCE}"
    assert header.twin == f"py3.13:{REFERENCE} (twin)"
    assert "py3.13, how it is started" in header.conditions


def test_what_is_declared() -> None:
    """What a variant can't do stands beside it, with the reason."""
    header = enter([GOOD, THREADS], ["null"]).header(ANYWHERE)
    first, _, threads = header.entrants
    assert set(first.cannot) == {Ability.APART.value}
    assert threads.cannot[Ability.CUTS.value] == THREADS.cannot[Ability.CUTS]


def test_the_courses() -> None:
    """Each scenario stands there as it is raced by this profile."""
    web, null = enter([GOOD, OTHER], ["web", "null"]).header(ANYWHERE).courses
    asks, figure = SCENARIOS["web"].asks, SCENARIOS["web"].figure
    assert web == results.Course("web", asks, CALLS, 50, figure, blocks=2, every=2)
    assert (null.name, null.blocks, null.every) == ("null", 2, 1)


def test_until() -> None:
    """A race that goes on until all is told has as many generations as the last look."""
    header = enter([GOOD, OTHER], ["null"], until=0.05).header(ANYWHERE)
    assert (header.until, header.generations, header.looks) == (0.05, LOOKS[-1], len(LOOKS))


def test_nobody_to_compare_with() -> None:
    """A race of one has no starters and no header."""
    with pytest.raises(RaceOfOne):
        enter([GOOD], ["null"]).header(ANYWHERE)


def test_the_time_is_not_limited() -> None:
    """Unless somebody says so."""
    assert enter([GOOD, OTHER], ["null"]).seconds == math.inf


def test_what_is_calibrated() -> None:
    """Where the origin takes its time, a batch is long enough as it is."""
    calibrated = enter([GOOD, OTHER], list(SCENARIOS)).calibrated
    assert [each.name for each in calibrated] == ["null", "loopback"]


@pytest.mark.parametrize("scenarios", [["null"], ["web"], list(SCENARIOS)])
@pytest.mark.usefixtures("short")
def test_the_work_is_that_of_the_race(scenarios: list[str], origin: Origin) -> None:
    """When the last round begins, hardly anything of the work is left: that round."""
    watcher, entry = Watcher(), enter([GOOD, OTHER], scenarios)
    raced(entry, origin, watcher)
    assert 1 - 13 / entry.work <= watcher.steps[-1].share < 1


@pytest.mark.parametrize("profile", PROFILES.values(), ids=PROFILES)
def test_the_profiles(profile: Profile) -> None:
    """Each has an amount for each scenario, and races all of them in its first generation."""
    assert PROFILES[profile.name] is profile
    assert set(profile.blocks) == set(profile.every) == set(SCENARIOS)
    assert all(profile.races(scenario, 0, 0) for scenario in SCENARIOS.values())


@pytest.mark.parametrize(
    ("name", "generations"), [("quick", 5), ("standard", 10), ("thorough", 25)]
)
def test_there_are_generations_enough(name: str, generations: int) -> None:
    """A profile has as many as it promises, and as many as an interval needs."""
    assert PROFILES[name].generations >= max(generations, FEWEST_GENERATIONS)


@pytest.mark.parametrize("name", ["standard", "thorough"])
def test_web_has_an_interval(name: str) -> None:
    """A course that is left out of some generations is still in enough for an interval."""
    profile = PROFILES[name]
    raced = [n for n in range(profile.generations) if profile.races(SCENARIOS["web"], n, 0)]
    assert len(raced) >= FEWEST_GENERATIONS


def test_races() -> None:
    """A scenario is raced in so many blocks of each so many-th generation."""
    profile = Profile("p", 9, {"web": 2}, {"web": 4})
    raced = [(n, m) for n in range(9) for m in range(3) if profile.races(SCENARIOS["web"], n, m)]
    assert raced == [(0, 0), (0, 1), (4, 0), (4, 1), (8, 0), (8, 1)]
