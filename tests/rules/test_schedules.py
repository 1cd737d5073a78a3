"""Random schedules: every variant is held against the model, and the model against broken ones."""

import os
import re
import shlex
import subprocess
import sys
from functools import cache, partial
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, find, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from impls.contract import Variant
from impls.registry import REFERENCE
from origin.plan import At, Fault
from origin.process import ROOT, Origin
from rules.acts import MOST, Act, Schedule, safe
from rules.schedules import command, hold, main, read
from rules.trial import Trial
from tests.rules.broken import VARIANTS
from tests.rules.recorder import Recorder

EXAMPLES = int(os.environ.get("SCHEDULES", "25"))
"""Schedules for each variant; `SCHEDULES=3000` for a long search."""

COUNTS = st.integers(0, MOST)
PLACES = st.sampled_from(At)
PLAIN = st.just(Act())
LATE = st.builds(Act, delay=st.integers(1, 10), at=PLACES)
HELD = st.builds(Act, received=COUNTS, answered=st.just(0) | COUNTS, at=PLACES)
SILENT = st.builds(Act, silent=st.just(True), at=PLACES)
STRUCK = st.builds(Act, received=st.just(0) | COUNTS, fault=st.sampled_from(Fault), at=PLACES)
DRAWN = st.builds(
    Schedule,
    calls=st.lists(PLAIN | STRUCK | HELD | LATE | SILENT, min_size=1, max_size=MOST).map(tuple),
    limit=st.integers(1, 6),
    on_error=st.sampled_from(["collect", "raise"]),
    timed=st.booleans(),
    deadline=st.sampled_from([False] * 3 + [True]),
    abort=st.sampled_from([False] * 3 + [True]),
    received=COUNTS,
    answered=COUNTS,
)
SCHEDULES = DRAWN.map(safe)

searching = settings(
    max_examples=EXAMPLES,
    deadline=None,  # a schedule has time limits of its own
    suppress_health_check=[
        HealthCheck.function_scoped_fixture,  # the variant is the same in all examples
    ],
)


@searching
@given(schedule=SCHEDULES)
def test_schedules(
    schedule: Schedule, variant: Variant, origin: Origin, recorder: Recorder
) -> None:
    """Whatever the origin does, the variant keeps to the model."""
    try:
        assert hold(schedule, Trial(variant, origin))
    except AssertionError as broken:
        told = f"{broken}\n{command(schedule, variant)}"
        recorder.found(variant.name, told)
        raise AssertionError(told) from None


@settings(deadline=None)  # the machine may be busy
@given(schedule=SCHEDULES)
def test_what_is_safe_stays_so(schedule: Schedule) -> None:
    """Nothing is left to lower, and what is printed can be read."""
    assert safe(schedule) == schedule
    assert read(msgspec.json.encode(schedule).decode()) == schedule


FOUND = {
    "TriesThreeTimes": (r"R1: calls were made too often: \{47\d\d: 3", 1),
    "SwallowsErrors": (r"F3: call 47\d\d gave Value\(''\); it may give an error", 1),
    "one_over_the_limit": (r"L1: \d calls in progress at once; the limit is \d", 5),
}
"""What breaks on purpose, what the model says of it, and how often it is tried.

The last one shows when calls overlap: for sure only if they are silent, and a deadline ends them.
On a busy machine they may come too late for that, so what was shown once counts as shown.
"""


def of_one_kind(schedule: Schedule, *, deadline: bool) -> Schedule:
    """Give a schedule that does not depend on who comes first, but for the deadline."""
    calls = tuple(replace(act, delay=0) for act in schedule.calls)
    return safe(replace(schedule, calls=calls, timed=False, abort=False, deadline=deadline))


@pytest.mark.timeout(300)
@pytest.mark.parametrize("name", FOUND)
def test_finds_shrinks_and_replays(name: str, origin: Origin) -> None:
    """The search finds a schedule, makes it small, and the printed command runs it again."""
    variant, (words, tries) = VARIANTS[name], FOUND[name]

    @cache  # the search takes one that is told in two ways for unreliable
    def says(schedule: Schedule) -> bool:
        return any(shown(schedule) for _ in range(tries))

    def shown(schedule: Schedule) -> bool:
        try:
            hold(schedule, Trial(variant, origin))
        except AssertionError as broken:
            return bool(re.match(words, str(broken)))
        return False

    search = settings(max_examples=100, derandomize=True, database=None, deadline=None)
    schedules = DRAWN.map(partial(of_one_kind, deadline=tries > 1))
    found = find(schedules, says, settings=search)
    assert sum(act != Act() for act in found.calls) <= 2
    again = command(found, variant)
    tried = (replayed(again) for _ in range(tries))
    assert any(code == 1 and re.match(words, said) for code, said in tried), again


def replayed(command: str) -> tuple[int, str]:
    """Run what was printed; give its exit code, and what it said."""
    [_, *words] = shlex.split(command)
    ran = subprocess.run(
        [sys.executable, *words], check=False, cwd=ROOT, capture_output=True, text=True
    )
    return ran.returncode, ran.stdout + ran.stderr


def run_again(*words: str) -> int:
    try:
        return main(["--variant", REFERENCE, *words])
    except SystemExit as ended:
        return int(ended.code or 0)


def test_a_variant_of_a_file_is_found(tmp_path: Path) -> None:
    """The command that is printed for a variant of somebody's own runs it again, too."""
    file = tmp_path / "mine.py"
    file.write_text("from tests.rules.broken import VARIANTS")
    assert main(["--variant", "PutsBack, mended", "--home", str(file), '{"calls": [{}]}']) == 0


def test_a_command_that_finds_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    """A schedule that breaks no rule ends well, and says what came of it."""
    assert run_again('{"calls": [{}, {"fault": "status 500"}], "limit": 2}') == 0
    assert capsys.readouterr().out == "2 calls ended with results\n"


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["{"], "JSON is malformed|Input data was truncated"),
        (["{}"], "missing required field `calls`"),
        (['{"calls": [{"wait": 1}]}'], "unknown field `wait` - at `\\$.calls\\[0\\]`"),
        (
            ['{"calls": [{"silent": true}]}'],
            r'for ever; the nearest that can\'t is {"calls":\[{}\]}',
        ),
        (["{}", "--variant", "nobody"], "there is no variant 'nobody'; there are asyncio/workers"),
        (["{}", "--home", "nowhere"], "No module named 'nowhere'"),
    ],
)
def test_a_command_that_makes_no_sense(
    words: list[str], complaint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """What can't be run is refused, with the reason."""
    assert run_again(*words) == 2
    assert re.search(complaint, capsys.readouterr().err)
