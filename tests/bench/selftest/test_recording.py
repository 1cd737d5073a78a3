"""The recording: real races leave what can be judged, or are refused."""

from pathlib import Path

import pytest

from bench.cores import share
from bench.scenarios import Profile
from bench.selftest.parts import Parts
from bench.selftest.recording import complete, forget, record_races, recorded_races
from bench.selftest.size import COURSES, ONCE, SHORT
from bench.selftest.verdicts import Unmeasured
from impls.registry import REFERENCE
from origin.process import Origin
from report.results import Kind, Mishap
from tests.bench.selftest.recordings import FIVE, SAME, TEN, Recording, Silent, written
from tests.report.conftest import Make


def test_a_race_is_recorded_with_all_its_copies(tmp_path: Path, origin: Origin) -> None:
    """Real races leave files that can be judged, and their parts follow each other."""
    profile = Profile("tiny", 1, ONCE, ONCE)
    size = SHORT._replace(variants=[REFERENCE], profile=profile, calibration=profile)
    watch = Silent()
    record_races(tmp_path, size, origin, share(), Parts(watch, 2))
    [race] = recorded_races(tmp_path)
    raced = {(each.entrant, each.course) for each in race.samples}
    assert raced == {(each, course) for each in [*SAME, TEN, FIVE] for course in COURSES}
    shares = [step.share for step in watch.steps]
    assert shares == sorted(shares)
    assert watch.steps[-1].what == f"race 1 of 1: {REFERENCE}"


def test_nothing_is_left_of_another_recording(recording: Recording, tmp_path: Path) -> None:
    """Races of another day would be judged with those of today."""
    written(tmp_path, [recording()])
    (tmp_path / "notes").write_text("somebody's own")
    forget(tmp_path)
    assert [each.name for each in tmp_path.iterdir()] == ["notes"]


def test_a_mishap_makes_a_race_unusable(make: Make, tmp_path: Path) -> None:
    """Whatever befell a copy is named, with the file that tells of it."""
    mishap = Mishap(REFERENCE, "null", 0, 0, Kind.HUNG, "no reply for 60 s")
    file = make({"null": {REFERENCE: [1.0]}}, mishaps=[mishap]).file(tmp_path)
    with pytest.raises(Unmeasured, match=r"workers on null: no reply for 60 s \(.*jsonl\)"):
        complete(file)


def test_an_interrupted_race_is_unusable(make: Make, tmp_path: Path) -> None:
    """Half a race would be judged as if it were a whole one."""
    file = make({"null": {REFERENCE: [1.0]}}, cut_short="the race was interrupted").file(tmp_path)
    with pytest.raises(Unmeasured, match="the race was interrupted"):
        complete(file)
