"""What the tests of the race share: little patience, and short rounds."""

import pytest


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Race with little patience, and with batches as they are, however short."""
    shorten(monkeypatch)


def shorten(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take little time over everything."""
    monkeypatch.setattr("bench.race.PATIENCE", 6.0)
    monkeypatch.setattr("bench.race.ENOUGH", 0.0001)
    monkeypatch.setattr("bench.rounds.GATED_DEADLINE", 2.0)
    monkeypatch.setattr("bench.stable.START_PATIENCE", 7.0)
