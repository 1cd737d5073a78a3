"""The race itself: who is out, and what is kept whatever happens."""

import io
from collections.abc import Callable, Iterable, Sequence

import psutil
import pytest

from bench.cores import Cores
from bench.race import Entry, Racing
from bench.scenarios import PROFILES, SCENARIOS, Profile
from impls.contract import Variant
from impls.registry import VARIANTS
from origin.process import Origin, OriginError, started
from report.results import End, Kind, Mishap, Record, Sample, decode
from tests.bench.unlucky import VARIANTS as UNLUCKY
from tests.broken import VARIANTS as BROKEN

GOOD = VARIANTS["asyncio/workers"]
ANYWHERE = Cores(None, None)


@pytest.fixture(autouse=True)
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Race two blocks of each scenario, with little patience."""
    monkeypatch.setitem(PROFILES, "short", Profile(dict.fromkeys(SCENARIOS, 2)))
    monkeypatch.setattr("bench.race.PATIENCE", 6.0)
    monkeypatch.setattr("bench.rounds.GATED_DEADLINE", 1.0)


def raced(
    variants: Sequence[Variant],
    scenarios: Iterable[str],
    origin: Origin,
    step: Callable[[str], None] = lambda _: None,
    file: io.BytesIO | None = None,
) -> list[Record]:
    """Race, and give the records that came of it."""
    file = file or io.BytesIO()
    entry = Entry(variants, [SCENARIOS[name] for name in scenarios], "short", 1)
    Racing(entry, origin, ANYWHERE, step).run(file)
    return records(file)


def records(file: io.BytesIO) -> list[Record]:
    """Read what was written."""
    return [decode(line) for line in file.getvalue().splitlines()]


def ended(came: list[Record]) -> str:
    """Give when the race ended, by its last record."""
    last = came[-1]
    assert isinstance(last, End)
    return last.ended


def test_every_variant_has_a_sample_in_every_block(origin: Origin) -> None:
    """A race of variants that keep the rules gives each of them each round."""
    other = VARIANTS["trio/workers"]
    samples = [each for each in raced([GOOD, other], SCENARIOS, origin) if isinstance(each, Sample)]
    lanes = {(sample.entrant, sample.course, sample.block) for sample in samples}
    assert len(lanes) == len(samples) == 2 * len(SCENARIOS) * 2
    assert all(sample.wall > 0 and sample.cpu > 0 for sample in samples)


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("one_over_the_limit", "L1: 9 calls in progress at once; the limit is 8"),
        ("one_at_a_time", "L4: its first calls reached 1 in progress within 1 s; the limit is 8"),
        ("a_lost_result", "R1: 7 results of 8 calls"),
        ("two_results_swapped", "R1: 2 of 8 results are not in their place"),
    ],
)
def test_broken_is_disqualified(name: str, why: str, origin: Origin) -> None:
    """A variant that breaks a rule has no sample, and the reason stands in its row."""
    came = raced([GOOD, BROKEN[name]], ["null", "loopback"], origin)
    mishaps = [record for record in came if isinstance(record, Mishap)]
    assert {mishap.course for mishap in mishaps} == {"null", "loopback"}
    assert all(mishap.kind is Kind.BROKE_A_RULE for mishap in mishaps)
    assert all(mishap.why.startswith(why) for mishap in mishaps), mishaps
    assert {record.entrant for record in came if isinstance(record, Sample)} == {GOOD.name}
    assert came[-1] == End(ended(came), None)


@pytest.mark.parametrize(
    ("name", "kind", "why"),
    [
        ("dies", Kind.DIED, "its process ended in the middle"),
        ("hangs", Kind.HUNG, "no reply for 6 s"),
        ("raises", Kind.FAILED, "RuntimeError: no such luck"),
    ],
)
def test_who_is_unlucky_costs_its_own_row(name: str, kind: Kind, why: str, origin: Origin) -> None:
    """Its row says what befell it; the other is raced to the end."""
    came = raced([UNLUCKY[name], GOOD], ["null"], origin)
    assert [record for record in came if isinstance(record, Mishap)] == [
        Mishap(name, "null", -1, kind, why)
    ]
    assert [record.entrant for record in came if isinstance(record, Sample)] == 2 * [GOOD.name]
    assert came[-1] == End(ended(came), None)


def test_rubbish_on_standard_output_harms_nobody(origin: Origin) -> None:
    """Who prints is raced like everybody else."""
    came = raced([UNLUCKY["prints"]], ["loopback"], origin)
    assert sum(isinstance(record, Sample) for record in came) == 2


def test_a_race_leaves_no_process(origin: Origin) -> None:
    """All workers are gone when the race is over, also those that hung."""
    before = set(psutil.Process().children())
    raced([UNLUCKY["hangs"], GOOD], ["null"], origin)
    assert set(psutil.Process().children()) == before


def test_a_lost_origin_ends_the_race_and_keeps_what_was_measured() -> None:
    """Samples taken before are in the file, which says why it ends."""
    file = io.BytesIO()
    others = set(psutil.Process().children())
    with started() as origin:
        [process] = set(psutil.Process().children()) - others

        def end_origin(what: str) -> None:
            if what.startswith("loopback, block 2"):
                process.kill()

        with pytest.raises(OriginError, match="the origin ended in the middle"):
            raced([GOOD], ["loopback"], origin, end_origin, file)
    came = records(file)
    assert sum(isinstance(record, Sample) for record in came) == 1
    assert isinstance(came[-1], End)
    assert came[-1].cut_short
