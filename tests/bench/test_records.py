"""What is kept whatever ends a race, and that it ends: no process is left."""

import errno
import io
import os
import re
import subprocess
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

import psutil
import pytest

from bench.entrants import Entrant
from bench.entry import TooLittleTime
from bench.progress import Step
from bench.race import Racing
from bench.records import Claimed, Records, begun, claim, previous
from bench.stable import Stable, Worker
from origin.process import Origin, OriginError, started
from report.results import Block, End, Kind, Mishap, Results, encode, read
from tests.bench.races import ANYWHERE, GOOD, OTHER, Watcher, children, enter, written

pytestmark = pytest.mark.usefixtures("short")

HEADER = enter([GOOD, OTHER], ["null"]).header(ANYWHERE)


class Full(io.RawIOBase):
    """A file on a disk that is full after so many bytes."""

    def __init__(self, room: int) -> None:
        super().__init__()
        self.data = b""
        self._room = room

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        """Take as much as there is room for."""
        some = bytes(data)[: self._room - len(self.data)]  # type: ignore[call-overload]  # bytes-like
        if not some:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        self.data += some
        return len(some)


@pytest.fixture(autouse=True)
def no_process_is_left(origin: Origin) -> Iterator[None]:
    """Whatever a test does, all processes that it started have ended."""
    before = children()
    yield
    assert children() == before


def race_until(
    ends: Callable[[Step], object], origin: Origin, path: Path, error: type[BaseException]
) -> Results:
    """Race into a file until the watcher ends it by this error; give what is in the file."""
    racing = Racing(enter([GOOD, OTHER], ["null", "loopback"]), origin, ANYWHERE, Watcher(ends))
    with path.open("wb") as file, pytest.raises(error):
        racing.run(file)
    return read(path)


def raising(error: BaseException, what: str) -> Callable[[Step], None]:
    """Raise this once that is about to be done."""

    def maybe(step: Step) -> None:
        if what in f"{step.what}, {step.who}":
            raise error

    return maybe


# Interrupted.


@pytest.mark.parametrize(
    ("moment", "samples"),
    [
        ("generation 1 of 2: starting", 0),
        ("generation 1 of 2: qualifying, trio/workers", 0),
        ("generation 1 of 2: warming up for loopback, trio/workers", 0),
        ("generation 1 of 2: loopback, block 1 of 2", 3),
        ("generation 2 of 2: starting", 12),
        ("generation 2 of 2: null, block 2 of 2", 18),
    ],
)
def test_ctrl_c(moment: str, samples: int, origin: Origin, tmp_path: Path) -> None:
    """It is passed on; the file holds each round before it, and says what ended the race."""
    ends = raising(KeyboardInterrupt(), moment)
    results = race_until(ends, origin, tmp_path / "results.jsonl", KeyboardInterrupt)
    assert len(results.samples) == samples
    assert (results.ended, results.cut_short) == (True, "the race was interrupted")
    assert not results.mishaps


def test_ctrl_c_while_processes_start(
    origin: Origin, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those that have begun, and have not yet said who they are, end too."""
    start = Stable.worker

    def interrupted(stable: Stable, entrant: Entrant) -> Worker:
        if entrant.name == OTHER.name:
            raise KeyboardInterrupt
        return start(stable, entrant)

    monkeypatch.setattr(Stable, "worker", interrupted)
    ends: Callable[[Step], None] = lambda _: None  # noqa: E731 - as short as it can be
    results = race_until(ends, origin, tmp_path / "results.jsonl", KeyboardInterrupt)
    assert results.cut_short == "the race was interrupted"


def test_whatever_fails(origin: Origin, tmp_path: Path) -> None:
    """A fault of our own is passed on as it is, and the file says that there was one."""
    ends = raising(ZeroDivisionError(), "loopback, block 1 of 2")
    results = race_until(ends, origin, tmp_path / "results.jsonl", ZeroDivisionError)
    assert (len(results.samples), results.ended, results.cut_short) == (3, True, "the race failed")


# The origin is gone.


@pytest.mark.parametrize(
    ("moment", "samples"), [("null, block 1", 0), ("loopback, block 1", 3), ("qualifying", 0)]
)
def test_a_lost_origin(moment: str, samples: int, tmp_path: Path) -> None:
    """The race ends when it needs the origin next; what was measured is kept, nobody is blamed."""
    others = children()
    with started() as origin:
        [process] = children() - others

        def kill(step: Step) -> None:
            if moment in step.what and process.is_running():
                process.kill()
                process.wait()

        results = race_until(kill, origin, tmp_path / "results.jsonl", OriginError)
    assert len(results.samples) >= samples
    assert {each.course for each in results.samples} <= {"null"}
    assert results.cut_short is not None
    assert "origin" in results.cut_short
    assert not results.mishaps


# A full disk.


@contextmanager
def buffered(disk: io.RawIOBase) -> Iterator[IO[bytes]]:
    """Write to this disk through a buffer, as an open file does, and close it as a race does."""
    file = io.BufferedWriter(disk)
    try:
        yield file
    finally:
        with suppress(OSError):
            file.close()


@pytest.mark.parametrize("room", [0, 100])
def test_a_disk_that_is_full_at_once(room: int, origin: Origin) -> None:
    """Nothing is raced where nothing can be written."""
    watcher = Watcher()
    racing = Racing(enter([GOOD, OTHER], ["null"]), origin, ANYWHERE, watcher)
    with buffered(Full(room)) as file, pytest.raises(OSError, match="No space left on device"):
        racing.run(file)
    assert not watcher.steps


def test_a_disk_that_becomes_full(origin: Origin, tmp_path: Path) -> None:
    """The race ends; the file holds what found room, the last line cut off, and reads as such."""
    whole = io.BytesIO()
    entry = enter([GOOD, OTHER], ["null"])
    Racing(entry, origin, ANYWHERE, Watcher()).run(whole)
    disk, watcher = Full(len(whole.getvalue()) // 2), Watcher()
    with buffered(disk) as file, pytest.raises(OSError, match="No space left on device"):
        Racing(entry, origin, ANYWHERE, watcher).run(file)
    path = tmp_path / "results.jsonl"
    path.write_bytes(disk.data)
    results = read(path)
    assert 0 < len(results.samples) < len(written(whole.getvalue()).samples)
    assert not results.ended
    assert "cut off in line" in (results.cut_short or "")
    assert not children() & set.union(*watcher.processes.values())


# The records themselves.


class FullOnce(io.BytesIO):
    """A file on a disk that has no room for the second record only."""

    records = 0

    def writelines(self, lines: Iterable[Any]) -> None:
        """Take what comes, but once."""
        self.records += 1
        if self.records == 2:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        super().writelines(lines)


def test_the_end_says_why_it_could_not_be_written() -> None:
    """A disk that has room again has the reason in its last record."""
    file = FullOnce()
    records = Records(file, HEADER)
    with pytest.raises(OSError, match="No space"), records.to_the_end():
        records.write(Block(0, 0, "null", [GOOD.name]))
    why = "the results could not be written: No space left on device"
    assert written(file.getvalue()).cut_short == why


def test_what_else_the_system_refuses() -> None:
    """An error that is not of the results is not blamed on them."""
    file = io.BytesIO()
    with pytest.raises(BrokenPipeError), Records(file, HEADER).to_the_end():
        raise BrokenPipeError(errno.EPIPE, os.strerror(errno.EPIPE))
    assert written(file.getvalue()).cut_short == "the race failed"


def test_an_error_names_the_file(tmp_path: Path) -> None:
    """What could not be written says where."""
    path = tmp_path / "results.jsonl"
    path.touch()
    with path.open("rb") as file, pytest.raises(OSError, match=re.escape(str(path))):
        Records(file, HEADER)


# The file.


def test_a_claim(tmp_path: Path) -> None:
    """A file is one race's until it is closed; who claims it does not touch what stands in it."""
    path = tmp_path / "results.jsonl"
    path.write_bytes(b"something")
    with claim(path), pytest.raises(Claimed, match=f"another race writes into {tmp_path}; wait"):
        claim(path)
    claim(path).close()
    assert path.read_bytes() == b"something"


def test_the_previous_results(tmp_path: Path) -> None:
    """A race that left samples is kept when the next one begins, and one that did not is not."""
    path = tmp_path / "results.jsonl"
    earlier = b'{"type":"race"}\n{"type":"sample","wall":1}\n'
    path.write_bytes(earlier)
    for _ in range(2):
        with begun(path) as file:
            assert path.read_bytes() == b""
            Records(file, HEADER)
        assert previous(path).read_bytes() == earlier
    assert read(path).race == HEADER


def test_a_full_disk_hides_nothing() -> None:
    """What ended the race is passed on, also where its last record can't be written."""
    with buffered(Full(len(encode(HEADER)) + 1)) as file:
        records = Records(file, HEADER)
        with pytest.raises(KeyboardInterrupt), records.to_the_end():
            raise KeyboardInterrupt


@pytest.mark.parametrize("error", [OriginError("it is gone"), TooLittleTime("it is gone")])
def test_the_end_says_what_ended_it(error: Exception) -> None:
    """What has a message is told by it."""
    file = io.BytesIO()
    records = Records(file, HEADER)
    with pytest.raises(type(error)), records.to_the_end():
        raise error
    assert written(file.getvalue()).cut_short == "it is gone"


@pytest.mark.parametrize("why", [None, "the time was up"])
def test_a_good_end(why: str | None) -> None:
    """A race that was not ended by an error says itself whether it was cut short."""
    file = io.BytesIO()
    records = Records(file, HEADER)
    with records.to_the_end():
        records.cut_short = why
    assert written(file.getvalue()).cut_short == why


def test_each_record_is_in_the_file_at_once(tmp_path: Path) -> None:
    """Who reads the file while the race runs finds all that was written, and no end."""
    path = tmp_path / "results.jsonl"
    mishap = Mishap(GOOD.name, "null", 0, 0, Kind.DIED, "why")
    with path.open("wb") as file:
        records = Records(file, HEADER)
        records.write(Block(0, 0, "null", [GOOD.name]))
        records.write(mishap)
        results = read(path)
        assert (results.race, results.mishaps, results.ended) == (HEADER, [mishap], False)
        assert (records.so_far.race, records.so_far.mishaps) == (HEADER, [mishap])


def test_so_far_is_what_is_read(origin: Origin, tmp_path: Path) -> None:
    """Who looks while the race runs sees the same samples as who reads the file afterwards."""
    path, seen = tmp_path / "results.jsonl", list[Results]()

    class Looks(Watcher):
        def look(self, so_far: Results) -> None:
            seen.append(so_far)

    with path.open("wb") as file:
        Racing(enter([GOOD, OTHER], ["loopback"]), origin, ANYWHERE, Looks()).run(file)
    results = read(path)
    assert (seen[-1].race, seen[-1].samples) == (results.race, results.samples)
    assert isinstance(written(path.read_bytes())[-1], End)


def test_zombies_are_seen() -> None:
    """The check of this file sees a process that has ended and that nobody waited for."""
    before = children()
    with subprocess.Popen(["true"]) as ended:
        os.waitid(os.P_PID, ended.pid, os.WEXITED | os.WNOWAIT)
        assert children() - before == {psutil.Process(ended.pid)}
