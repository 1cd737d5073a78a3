"""How the faults of a way are written down."""

from collections.abc import Collection, Sequence

from rules.known import Known

Faults = Sequence[tuple[Known, Collection[str]]]
"""Reasons, each with the names of the checks that show it."""
