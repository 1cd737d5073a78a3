"""Files that are kept beside the results, and that later runs add to: read and written whole.

Strategy: JSON with the version of its shape in front.  A file is replaced only by a whole one.
"""

from pathlib import Path
from typing import TypeVar

import msgspec


class Versioned(msgspec.Struct):
    """As much of a file as every version of it has."""

    schema: int


class Unreadable(Exception):  # noqa: N818 - the file is what is unreadable
    """The file does not hold what this version reads; the message says what to do."""


Kept = TypeVar("Kept", bound=msgspec.Struct)


def write(kept: msgspec.Struct, file: Path) -> None:
    """Write it, into a folder that is made if need be; half of it replaces nothing.

    Raises:
        OSError: it can't be written there.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    new = file.with_name(f"{file.name}.new")
    try:
        new.write_bytes(msgspec.json.format(msgspec.json.encode(kept), indent=1))
        new.replace(file)
    finally:
        new.unlink(missing_ok=True)


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
