"""What a batch costs as it grows: measured in real processes, and stopped in good time."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pytest

from bench import growth
from bench.growth import Growing, grown, main
from impls.contract import Ability, Batch, Run, Variant
from impls.registry import REFERENCE, VARIANTS
from report.growth import Grown, Point, read


class Scripted(Growing):
    """Stands for a variant of which each batch takes the next of its size's seconds."""

    def __init__(self, seconds: Mapping[int, Sequence[float]]) -> None:
        super().__init__(VARIANTS[REFERENCE], None)
        self.ran: list[int] = []
        self._seconds = {size: iter(each) for size, each in seconds.items()}

    def run(self) -> str:
        return self._grow()

    def _batch(self, size: int) -> Point:
        self.ran.append(size)
        self._took = next(self._seconds[size])
        return Point(size, self._took, len(self.ran))


@pytest.fixture
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Measure two small sizes."""
    monkeypatch.setattr(growth, "SIZES", (1_000, 20_000))


@pytest.mark.usefixtures("_small")
def test_a_variant_grows() -> None:
    """Each size is measured, in a few processes, and a task for each call is seen in memory."""
    workers, tasks = (grown(VARIANTS[f"asyncio/{each}"], None) for each in ("workers", "semaphore"))
    assert (workers.name, workers.stopped, workers.failed) == (REFERENCE, "", "")
    sizes = [[point.calls for point in points] for points in workers.processes]
    assert sizes == [[1_000, 20_000]] * growth.PROCESSES
    assert all(0 < first.cpu < last.cpu for first, last in workers.processes)
    assert workers.pending
    assert tasks.pending
    assert workers.pending.highest < 300
    assert tasks.pending.lowest > 500


def test_each_size_is_run_as_often() -> None:
    """The quickest of two counts; the memory is that of the first, before larger ones left some."""
    growing = Scripted({1_000: (9, 0.01, 0.008), 10_000: (0.1, 0.2), 100_000: (0.8, 0.7)})
    assert growing.run() == ""
    assert growing.ran == [1_000, *growth.SIZES, *growth.SIZES]
    assert growing.points == [Point(1_000, 0.008, 2), Point(10_000, 0.1, 3), Point(100_000, 0.7, 4)]


def test_what_takes_long_is_run_once() -> None:
    """Each size of it."""
    growing = Scripted({1_000: (9, 0.01), 10_000: (0.1,), 100_000: (1.0,)})
    assert growing.run() == ""
    assert growing.ran == [1_000, *growth.SIZES]


def test_who_would_take_too_long_is_stopped() -> None:
    """The time of the next size is told from the last two, and said."""
    growing = Scripted({1_000: (9, 0.02), 10_000: (2.0,)})
    assert growing.run() == "100,000 calls would take about 200 s"
    assert [point.calls for point in growing.points] == [1_000, 10_000]
    assert Scripted({1_000: (9, 3.0)}).run() == "10,000 calls would take about 30 s"


def test_what_is_not_installed_says_so() -> None:
    """Its row has the reason."""

    def nothing() -> Run:
        raise NotImplementedError

    found = grown(Variant("some/way", ("no_such",), nothing), None)
    assert found == Grown("some/way", missing="not installed: no_such")


@pytest.mark.usefixtures("_small")
def test_memory_that_is_not_to_be_seen_is_not_told() -> None:
    """A variant may declare that it works in other processes."""
    workers = VARIANTS[REFERENCE]
    elsewhere = Variant(REFERENCE, (), workers.load, cannot={Ability.ALONE: "a pool does"})
    found = grown(elsewhere, None)
    assert {point.memory for points in found.processes for point in points} == {None}
    assert Ability.ALONE in VARIANTS["asyncio-executor/processes"].cannot


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
    found = grown(faulty, None)
    assert (found.failed, found.stopped) == ("failed: RuntimeError: 1 batches are too many", "")
    assert found.processes == [[]]


@pytest.fixture
def folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A folder of its own, and small sizes."""
    monkeypatch.setattr(growth, "FOLDER", tmp_path)
    monkeypatch.setattr(growth, "SIZES", (10, 100))
    return tmp_path


def in_the_file(folder: Path) -> list[str]:
    """Give who stands in the only file."""
    [file] = folder.iterdir()
    return [each.name for each in read(file).subjects]


def test_the_command(folder: Path) -> None:
    """It leaves a file, and adds to it when it is run again, for whomever."""
    assert main(["--variants", REFERENCE]) == 0
    assert main(["--variants", "trio/workers"]) == 0
    assert in_the_file(folder) == [REFERENCE, "trio/workers"]


def test_another_versions_file_is_replaced(folder: Path) -> None:
    """It must not cost what was measured."""
    assert main(["--variants", REFERENCE]) == 0
    [file] = folder.iterdir()
    file.write_text('{"schema": 1}')
    assert main(["--variants", REFERENCE]) == 0
    assert in_the_file(folder) == [REFERENCE]


def test_who_was_measured_before_an_interruption_is_kept(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each variant is kept as soon as it is measured."""

    def interrupted(variants: Sequence[Variant]) -> Iterator[Grown]:
        yield Grown(variants[0].name)
        raise KeyboardInterrupt

    monkeypatch.setattr(growth, "all_grown", interrupted)
    assert main([]) == 130
    assert "who was measured before is kept" in capsys.readouterr().err
    assert in_the_file(folder) == [next(iter(VARIANTS))]


def test_an_unknown_variant(capsys: pytest.CaptureFixture[str]) -> None:
    """It is refused, with all that there is."""
    with pytest.raises(SystemExit):
        main(["--variants", "nobody/*"])
    assert "no variant matches 'nobody/*'" in capsys.readouterr().err
