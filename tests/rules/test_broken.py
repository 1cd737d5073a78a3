"""The rules are rules: each catches somebody who breaks it, and says so."""

import pytest

from origin.process import Origin
from tests.broken import VARIANTS
from tests.rules import all_rules
from tests.rules.catalogue import on_trial

CAUGHT = [
    # who, by which rule, with which words
    ("one_over_the_limit", "L1-never_more", "L1: 6 calls in progress at once; the limit is 5"),
    ("one_over_the_limit", "L1-while_calls_time_out", "L1: 6 calls in progress at once"),
    ("one_at_a_time", "L4-never_less", "L4: at most 1 calls in progress; the limit is 5"),
    ("one_at_a_time", "L4-beside_a_slow_call", "L4: beside a slow call only 0 calls"),
    ("in_chunks", "L4-beside_a_slow_call", "L4: beside a slow call only 4 calls"),
    ("a_lost_result", "R1-in_order", "R1: 2 results of 3 calls"),
    ("a_lost_result", "R1-duplicates_kept", "R1: 5 results of 6 calls"),
    ("keyed_by_argument", "R1-duplicates_kept", "R1: 3 results of 6 calls"),
    ("two_results_swapped", "R1-in_order", "R1: the results are not in order"),
    ("in_order_of_completion", "R1-in_order", "R1: the results are not in order"),
    ("not_without_arguments", "R3-empty", "R3: an empty batch gave Error"),
    ("drawn_up_front", "S1-drawn_lazily", "S1: 1000 arguments drawn for 5 calls"),
    ("gather_behind_a_semaphore", "E1-none_begun_after_an_error", "E1: .* calls began after"),
    ("gather_behind_a_semaphore", "E2-none_begun_by_the_failure", "E2: .* queued calls began"),
    ("gather_behind_a_semaphore", "E3-cut_off_by_an_error", "E3: not all calls were cut off"),
    ("ready_made_coroutines", "E12-all_awaited", "E12: .* was never awaited"),
    ("cancellation_swallowed", "C1-passed_on", r"C1: the batch gave Value\(\[\]\)"),
    ("tasks_left_behind", "C2-none_begun_after_a_cancellation", "C2: .* calls began after"),
    ("tasks_left_behind", "C2-cut_off_by_a_cancellation", "C2: not all calls were cut off"),
    ("shielded", "C2-cut_off_by_a_cancellation", "C2: not all calls were cut off"),
    ("hangs_up_at_the_end", "X2-no_descriptor_left", "X2: .* more descriptors"),
    ("puts_back", "X4-own_answers_after_a_cancellation", "X4: "),
]


@pytest.mark.parametrize(("name", "rule", "words"), CAUGHT)
def test_caught(name: str, rule: str, words: str, origin: Origin) -> None:
    """The rule fails the broken batch, with the rule's own message."""
    with pytest.raises(AssertionError, match=words):
        all_rules()[rule].check(on_trial(VARIANTS[name], origin))


def test_each_rule_catches_somebody() -> None:
    """No rule stands that nothing broken has been shown to fail."""
    not_shown = all_rules().keys() - {rule for _, rule, _ in CAUGHT}
    assert not_shown == {"L8-below_one"}  # the batch itself refuses: no variant can break it
