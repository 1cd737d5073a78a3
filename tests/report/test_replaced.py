"""A file is replaced by a whole one, or stays as it was."""

from pathlib import Path

import pytest

from report.replaced import replace


@pytest.mark.parametrize("before", [None, b"old"])
def test_the_file_holds_what_is_new(before: bytes | None, tmp_path: Path) -> None:
    """And nothing is left beside it."""
    file = tmp_path / "file"
    if before:
        file.write_bytes(before)
    replace(file, b"new")
    assert [(each.name, each.read_bytes()) for each in tmp_path.iterdir()] == [("file", b"new")]


def test_half_of_it_replaces_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the disk is full, the old one stays, and the half is removed."""
    file = tmp_path / "file"
    file.write_bytes(b"old")

    def written_by_half(new: Path, content: bytes) -> None:
        with new.open("wb") as opened:
            opened.write(content[:1])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", written_by_half)
    with pytest.raises(OSError, match="No space left"):
        replace(file, b"new")
    assert [(each.name, each.read_bytes()) for each in tmp_path.iterdir()] == [("file", b"old")]


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    """The error says so, whatever is done afterwards."""
    with pytest.raises(FileNotFoundError):
        replace(tmp_path / "nowhere" / "file", b"new")
