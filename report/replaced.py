"""A file that is replaced by a whole one, or not at all.

Strategy: what is new is written beside the old one, and takes its place by a rename, which the
system does at once.  So whoever is interrupted, or finds the disk full, leaves the old one as it
was, and whoever reads meanwhile reads one or the other.
"""

from pathlib import Path


def replace(file: Path, content: bytes) -> None:
    """Put this into the file, in place of what was there.

    Raises:
        OSError: it can't be written; then the file is as before, and nothing is left beside it.
    """
    new = file.with_name(f"{file.name}.new")
    try:
        new.write_bytes(content)
        new.replace(file)
    finally:
        new.unlink(missing_ok=True)
