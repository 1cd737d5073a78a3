"""What each tool says of the same two entrants."""

import numpy as np
import pytest

from bench.selftest import verdicts
from bench.selftest.drawing import only
from bench.selftest.verdicts import OTHERS, Unmeasured, ours
from impls.registry import REFERENCE
from report.comparison import Tell
from tests.bench.selftest.recordings import BLOCKS, GENERATIONS, SAME, TEN, Recording, standing
from tests.report.conftest import Make

ALL = [ours, *(judge for judges in OTHERS.values() for judge in judges.values())]


@pytest.mark.parametrize("judge", ALL)
def test_everybody_tells_a_large_difference(recording: Recording, judge: verdicts.Judge) -> None:
    """The second is what is judged, and the first what it is compared with; in both orders."""
    found = standing(recording(ten=1.5))
    assert judge(found, REFERENCE, TEN) is Tell.SLOWER
    assert judge(found, TEN, REFERENCE) is Tell.FASTER


@pytest.mark.parametrize("judge", ALL)
def test_nobody_tells_copies_apart(recording: Recording, judge: verdicts.Judge) -> None:
    """Where nothing differs but a little noise."""
    assert judge(standing(recording()), *SAME[:2]) is Tell.CANNOT_TELL


def test_pyperf_is_silent_below_what_we_would_name(make: Make) -> None:
    """1 % is significant here, and worth naming to nobody."""
    rng = np.random.default_rng(0)
    figures = {
        each: [list(map(float, cost * rng.normal(20, 0.01, 3))) for _ in range(10)]
        for each, cost in zip(SAME, [1.0, 1.01, 1.03], strict=True)
    }
    found = standing(make({"loopback": figures}).results)
    assert verdicts.by_pyperf(found, SAME[0], SAME[1]) is Tell.CANNOT_TELL
    assert verdicts.by_pyperf(found, SAME[0], SAME[2]) is Tell.SLOWER


def test_pytest_benchmark_is_asked_with_both_thresholds(recording: Recording) -> None:
    """Its documentation's, and ours."""
    found = standing(recording(ten=1.035))
    told = [judge(found, REFERENCE, TEN) for judge in OTHERS["pytest_benchmark"].values()]
    assert list(OTHERS["pytest_benchmark"]) == ["min:5% ", "min:2% "]
    assert told == [Tell.CANNOT_TELL, Tell.SLOWER]


def test_pyperf_takes_rounds_and_not_ratios(recording: Recording) -> None:
    """It is given what it would have measured: each entrant's own rounds, by process."""
    rounds = verdicts.by_generation(standing(recording()), TEN)
    assert len(rounds) == GENERATIONS
    assert all(len(each) == BLOCKS for each in rounds.values())


def test_who_did_not_race_is_not_judged(recording: Recording) -> None:
    """A verdict that is not there is not counted as one that says nothing."""
    with pytest.raises(Unmeasured, match="could not be compared"):
        ours(standing(only(recording(), SAME)), REFERENCE, TEN)
