"""Files that are kept beside the results, and that later runs add to: read and written whole.

Strategy: JSON with the version of its shape in front.  A file is replaced only by a whole one.
"""

import re
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import Protocol, TypeVar

import msgspec

from report.replaced import replace


class Versioned(msgspec.Struct):
    """As much of a file as every version of it has."""

    schema: int


class Unreadable(Exception):  # noqa: N818 - the file is what is unreadable
    """The file does not hold what this version reads; the message says what to do."""


class OfAPython(Protocol):
    """What was seen on one Python."""

    @property
    def python(self) -> str:
        """Its version, such as `3.11.7`."""


Kept = TypeVar("Kept", bound=msgspec.Struct)
Seen = TypeVar("Seen", bound=OfAPython)


def write(kept: msgspec.Struct, file: Path) -> None:
    """Write it, into a folder that is made if need be; half of it replaces nothing.

    Raises:
        OSError: it can't be written there.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    replace(file, msgspec.json.format(msgspec.json.encode(kept), indent=1))


def add(
    new: Kept, file: Path, read: Callable[[Path], Kept], merged: Callable[[Kept, Kept], Kept]
) -> None:
    """Add to what the file keeps; what is not there, or of another version, adds nothing.

    Raises:
        OSError: it can't be written there.
    """
    with suppress(Unreadable):
        new = merged(read(file), new)
    write(new, file)


def folder(path: Path, read: Callable[[Path], Seen]) -> tuple[list[Seen], list[str]]:
    """Read all files of a folder, from the oldest Python to the newest.

    Returns:
        The files, and what is to be said of those that can't be read.
    """
    files, doubts = [], []
    for file in sorted(path.glob("*.json")):
        try:
            files.append(read(file))
        except Unreadable as error:
            doubts.append(f"Left out: {error}.")
    return sorted(files, key=lambda each: version(each.python)), doubts


def version(python: str) -> list[int]:
    """Give the numbers of a version, by which Pythons are put in order."""
    return [int(part) for part in re.findall(r"\d+", python)]


def in_order(pythons: Iterable[str]) -> list[str]:
    """Give each Python once, from the oldest to the newest."""
    return sorted(set(pythons), key=version)


def read(file: Path, kind: type[Kept], schema: int, what: str, made_with: str) -> Kept:
    """Read it.

    Args:
        file: where it is.
        kind: what it holds.
        schema: the version that is read.
        what: what it should be, in words.
        made_with: the command that makes another.

    Raises:
        Unreadable: it is not there, is something else, or is of another version.
    """
    try:
        text = file.read_bytes()
    except OSError as error:
        raise Unreadable(f"can't read {file}: {error.strerror}") from error
    try:
        version = msgspec.json.decode(text, type=Versioned).schema
        if version == schema:
            return msgspec.json.decode(text, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        made = f"make one with: {made_with}"
        raise Unreadable(f"{file} is no {what}; remove it, and {made}") from error
    told = f"{file} is of version {version}, this reads version {schema}"
    raise Unreadable(f"{told}; make another with: {made_with}")
