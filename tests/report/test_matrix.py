"""The matrix file keeps what test runs saw, and a run of a few tests takes nothing away."""

from pathlib import Path

import msgspec
import pytest

from report.kept import Unreadable
from report.matrix import Claim, Matrix, Truth, merged, read, write
from tests.report.matrices import BROKEN, KEPT, NOT_RUN, WAY, cell, matrix

FIRST = cell("L1-never_more", "trio/workers", KEPT, seen="at most 5")
SECOND = cell("E2-none_begun", "trio/workers", BROKEN, seen="E2: 1 begun", why="in line")


SAID = Claim("gather_wraps", "gather wraps coroutines.", Truth.HOLDS, "in a task of its own")
ALSO = Claim("wait_wraps", "wait wraps coroutines.", Truth.FAILS, "TypeError")


def cells(made: Matrix) -> list[tuple[str, str, str]]:
    """Give what the cells say."""
    return [(each.check, each.subject, each.verdict) for each in made.cells]


def test_what_was_written_is_read(tmp_path: Path) -> None:
    """A folder that is not there is made, and nothing else is left in it."""
    file = tmp_path / "matrix" / "py3.11.json"
    made = matrix(FIRST, SECOND, claims=[SAID], trio="0.35")
    write(made, file)
    assert read(file) == made
    assert list(file.parent.iterdir()) == [file]


def test_a_failed_write_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half a file replaces nothing."""
    file = tmp_path / "py3.11.json"
    write(matrix(FIRST), file)

    def full(path: Path, text: bytes) -> None:
        path.touch()
        raise OSError(f"no room for {len(text)} bytes")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(OSError, match="no room"):
        write(matrix(SECOND), file)
    assert read(file) == matrix(FIRST)
    assert list(tmp_path.iterdir()) == [file]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"a love letter", "is no matrix of rules; remove it, and make one with: make test"),
        (b"\xff\xfe", "is no matrix of rules"),
        (b'{"schema": 3}', "is no matrix of rules"),
        (b'{"schema": 99}', "is of version 99, this reads version 3; make another with: make test"),
        (None, "can't read"),
    ],
    ids=["something else", "no text", "half of it", "another version", "not there"],
)
def test_what_cannot_be_read_says_what_to_do(
    tmp_path: Path, content: bytes | None, says: str
) -> None:
    """The message names the file."""
    file = tmp_path / "py3.11.json"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(Unreadable, match=says) as caught:
        read(file)
    assert str(file) in str(caught.value)


def test_a_run_of_a_few_tests_takes_nothing_away() -> None:
    """Its cells replace those of the same experiment on the same subject, in their places."""
    later = cell("L1-never_more", "trio/workers", BROKEN, seen="L1: 6 at once")
    specimen = cell("L2-threads", WAY, BROKEN)
    made = merged(matrix(FIRST, SECOND), matrix(later, specimen))
    assert made.cells == [later, SECOND, specimen]
    assert [each.name for each in made.checks] == ["L1-never_more", "E2-none_begun", "L2-threads"]
    assert made.subjects == matrix(later, specimen).subjects


def test_claims_of_an_earlier_run_stay() -> None:
    """A later run of the same claim replaces it in its place."""
    again = msgspec.structs.replace(SAID, verdict=Truth.FAILS)
    assert merged(matrix(claims=[SAID, ALSO]), matrix(FIRST)).claims == [SAID, ALSO]
    assert merged(matrix(claims=[SAID, ALSO]), matrix(claims=[again])).claims == [again, ALSO]


def test_the_thread_is_told_by_the_later_run() -> None:
    """The table is of the code, and not of what was run."""
    later = msgspec.structs.replace(matrix(), thread=[])
    assert merged(matrix(FIRST), later).thread == []


def test_the_later_run_says_when_it_was_made() -> None:
    """Everything but the lists is the later one's."""
    later = msgspec.structs.replace(matrix(SECOND), made="later", machine="a large one")
    assert (merged(matrix(FIRST), later).made, merged(matrix(FIRST), later).machine) == (
        "later",
        "a large one",
    )


def test_not_run_this_time_is_no_news() -> None:
    """It stands only where nothing is known."""
    skipped = cell("L1-never_more", "trio/workers", NOT_RUN, why="not installed")
    assert merged(matrix(FIRST), matrix(skipped)).cells == [FIRST]
    assert merged(matrix(skipped), matrix(FIRST)).cells == [FIRST]
    assert merged(matrix(SECOND), matrix(skipped)).cells == [SECOND, skipped]


@pytest.mark.parametrize(
    "later",
    [matrix(FIRST, commit="def"), matrix(FIRST, python="3.13.0"), matrix(FIRST, trio="0.36")],
    ids=["commit", "python", "versions"],
)
def test_what_was_seen_of_other_code_does_not_count(later: Matrix) -> None:
    """A run of another commit, Python or version stands alone."""
    assert merged(matrix(FIRST, SECOND, trio="0.35"), later) == later
    assert cells(later) == [("L1-never_more", "trio/workers", "kept")]
