"""What a batch costs as it grows: measured in real processes, and stopped in good time."""

from pathlib import Path

import pytest

from bench import growth
from bench.growth import Growing, grown, main
from impls.contract import Batch, Run, Variant
from impls.registry import REFERENCE, VARIANTS
from report.growth import Point, read


class Quadratic(Growing):
    """Stands for a variant of which ten times the calls take a hundred times as long."""

    def __init__(self) -> None:
        self.points = []

    def _batch(self, size: int) -> Point:
        return Point(size, (size / 10_000) ** 2, 0)


def test_a_variant_grows(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each size is measured, in a process of its own."""
    monkeypatch.setattr(growth, "SIZES", (10, 1_000))
    found = grown(VARIANTS[REFERENCE], None)
    assert (found.name, found.stopped) == (REFERENCE, "")
    assert [point.calls for point in found.points] == [10, 1_000]
    assert 0 < found.points[0].cpu < found.points[1].cpu


def test_who_would_take_too_long_is_stopped() -> None:
    """The time of the next size is told from the last two, and said."""
    growing = Quadratic()
    assert growing.run() == "100,000 calls would take about 81 s"
    assert [point.calls for point in growing.points] == [1_000, 3_000, 10_000, 30_000]


def test_what_is_not_installed_says_so() -> None:
    """Its row has the reason."""

    def nothing() -> Run:
        raise NotImplementedError

    assert grown(Variant("some/way", ("no_such",), nothing), None).stopped == (
        "not installed: no_such"
    )


def short(_target: object, batches: list[Batch]) -> list[object]:
    """Stand for a variant that gives no results at all."""
    raise RuntimeError(f"{len(batches)} batches are too many")


def load_short() -> object:
    return short


FAULTY = Variant("asyncio/faulty", (), load_short, home="tests.bench.test_growth")  # type: ignore[arg-type] # on purpose
VARIANTS_HERE = {FAULTY.name: FAULTY}


def test_one_that_fails_says_so(tmp_path: Path) -> None:
    """What it raised stands in its row, and the others are measured."""
    home = tmp_path / "faulty.py"
    home.write_text(
        "from tests.bench.test_growth import VARIANTS_HERE as VARIANTS\n", encoding="utf-8"
    )
    faulty = Variant(FAULTY.name, (), FAULTY.load, home=str(home))
    assert grown(faulty, None).stopped == "failed: RuntimeError: 1 batches are too many"


def test_the_command(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """It leaves a file, and adds to it when it is run again."""
    monkeypatch.setattr(growth, "FOLDER", tmp_path)
    monkeypatch.setattr(growth, "SIZES", (10, 100))
    assert main(["--variants", REFERENCE]) == 0
    assert main(["--variants", "trio/workers"]) == 0
    [file] = tmp_path.iterdir()
    names = {each.name for each in read(file).subjects}
    assert "trio/workers" in names


def test_an_unknown_variant(capsys: pytest.CaptureFixture[str]) -> None:
    """It is refused, with all that there is."""
    with pytest.raises(SystemExit):
        main(["--variants", "nobody/*"])
    assert "no variant matches 'nobody/*'" in capsys.readouterr().err
