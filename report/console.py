"""What a command says of itself on the standard error: one line, whatever stands in it.

Strategy: such a line quotes results files, exceptions and what other programs said, so nothing in
it may move a terminal's cursor or begin a line of its own.
"""

import sys


def plain(text: str) -> str:
    """Put a text on one line, without what would move a terminal's cursor."""
    return " ".join("".join(each if each.isprintable() else " " for each in text).split())


def tell(program: str, what: str) -> None:
    """Say something in one line, after the program's name."""
    print(f"{program}: {plain(what)}", file=sys.stderr)


def fail(program: str, why: str, code: int) -> int:
    """Say in one line what went wrong, and give the exit code back."""
    tell(program, why)
    return code
