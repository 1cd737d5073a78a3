"""Files beside the results: added to, and read folder by folder."""

from pathlib import Path

from report import growth, kept
from report.growth import SCHEMA, Grown, Growth


def of(python: str, *names: str) -> Growth:
    """Make a file of a Python."""
    return Growth(SCHEMA, "", "abc", python, {}, "", [Grown(each) for each in names])


def names(file: Path) -> list[str]:
    """Give whom the file is about."""
    return [each.name for each in growth.read(file).subjects]


def test_a_later_run_adds(tmp_path: Path) -> None:
    """To what is there."""
    file = tmp_path / "kept" / "py3.11.json"
    for name in ("a", "b"):
        kept.add(of("3.11.7", name), file, growth.read, growth.merged)
    assert names(file) == ["a", "b"]


def test_what_can_not_be_read_is_replaced(tmp_path: Path) -> None:
    """What another version left must not cost what was measured now."""
    file = tmp_path / "py3.11.json"
    for left in ('{"schema": 1}', "a love letter"):
        file.write_text(left)
        kept.add(of("3.11.7", "a"), file, growth.read, growth.merged)
        assert names(file) == ["a"]


def test_a_folder_is_read_by_version(tmp_path: Path) -> None:
    """As numbers; who can't be read is told of."""
    for python in ("3.9.1", "3.13.0", "3.11.7"):
        kept.write(of(python), tmp_path / f"py{python}.json")
    (tmp_path / "py3.12.json").write_text("a love letter")
    files, [doubt] = kept.folder(tmp_path, growth.read)
    assert [each.python for each in files] == ["3.9.1", "3.11.7", "3.13.0"]
    assert doubt.startswith("Left out: ")
    assert "py3.12.json is no growth file" in doubt


def test_a_folder_that_is_not_there_is_empty(tmp_path: Path) -> None:
    """Nobody has measured yet."""
    assert kept.folder(tmp_path / "nowhere", growth.read) == ([], [])
