"""What people say of asyncio is so, or is not, as the claim declares for this Python."""

import pytest

from rules.claim import CLAIMS, all_claims, claim
from tests.rules.recorder import Recorder


@pytest.mark.parametrize("name", all_claims())
def test_claim(name: str, recorder: Recorder) -> None:
    """Where it is said to hold it holds, and nowhere else."""
    recorder.weigh(all_claims()[name])


def test_a_name_is_taken_once() -> None:
    """Of two programs with one name, the first would be lost."""

    def calling_runs_nothing() -> str:
        return "nothing"

    with pytest.raises(ValueError, match="two programs calling_runs_nothing"):
        claim("The same again.")(calling_runs_nothing)
    assert CLAIMS["calling_runs_nothing"].says != "The same again."
