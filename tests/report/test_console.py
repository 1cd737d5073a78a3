"""What a command says is one line, whatever stands in it."""

import pytest

from report.console import fail, plain, tell


def test_a_text_is_put_on_one_line() -> None:
    """Without what would move a terminal's cursor."""
    assert plain(" a\n b\x07 ") == "a b"
    assert plain("evil\x1b[2J\rname") == "evil [2J name"


def test_it_is_told_after_the_name_of_the_program(capsys: pytest.CaptureFixture[str]) -> None:
    """On the standard error, which a script does not read for paths."""
    tell("report", "cut\nshort")
    told = capsys.readouterr()
    assert (told.out, told.err) == ("", "report: cut short\n")


def test_a_failure_has_its_exit_code(capsys: pytest.CaptureFixture[str]) -> None:
    """So that a command can return what it says."""
    assert fail("compare", "nothing \x1b[1mthere", 2) == 2
    assert capsys.readouterr().err == "compare: nothing [1mthere\n"
