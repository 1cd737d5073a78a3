"""The bounded maps of libraries: the table."""

from impls.way import Way

RIVALS: tuple[Way, ...] = ()
