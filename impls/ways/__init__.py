"""Other ways that people are told, of what the runtimes themselves offer: the table."""

from impls.way import Way

WAYS: tuple[Way, ...] = ()
