"""The verdict claims what the spread supports, and otherwise says that it cannot tell."""

from report.figures import standings
from report.verdict import advice, verdict
from tests.report.conftest import REFERENCE, Make, with_saw


def test_the_cheapest_is_named_with_its_ratio_and_spread(make: Make) -> None:
    """Who charges least is said as a ratio to the reference, with quartiles."""
    made = make({"loopback": {REFERENCE: [20] * 5, "curio/workers": [10, 11, 12, 13, 14]}})
    assert verdict(standings(made.results))[0].says == (
        "Least CPU time per call: curio/workers at 0.60× (0.55–0.65) "
        "of what asyncio/workers charges."
    )


def test_those_who_cannot_be_told_apart_are_named_together(make: Make) -> None:
    """Nobody is called the winner whose lead the spread does not support."""
    made = make(
        {"loopback": {REFERENCE: [20] * 5, "curio/workers": [10] * 5, "trio/workers": [10.1] * 5}}
    )
    says = verdict(standings(made.results))[0].says
    assert "curio/workers" in says
    assert "trio/workers" in says
    assert "this run cannot tell these apart" in says


def test_overlapping_entrants_get_no_winner(make: Make) -> None:
    """If nobody is set apart, the verdict is that it cannot tell."""
    made = make({"loopback": {REFERENCE: [20, 21] * 4, "curio/workers": [21, 20] * 4}})
    assert verdict(standings(made.results))[0].says.startswith("Cannot tell who charges least")


def test_too_few_blocks_get_no_winner(make: Make) -> None:
    """However far apart, four rounds support no claim."""
    made = make({"loopback": {REFERENCE: [20] * 4, "curio/workers": [1] * 4}})
    assert verdict(standings(made.results))[0].says.startswith("Cannot tell who charges least")


def test_a_reference_in_front_is_said_so(make: Make) -> None:
    """If the reference is among the cheapest, nobody is said to be cheaper."""
    made = make(
        {"loopback": {REFERENCE: [10] * 5, "curio/workers": [10.2] * 5, "trio/workers": [90] * 5}}
    )
    assert verdict(standings(made.results))[0].says == (
        "Nobody was shown to charge less than asyncio/workers; not told apart from it: "
        "curio/workers."
    )


def test_strategies_are_compared_on_the_same_runtime(make: Make) -> None:
    """A strategy's cost is told runtime by runtime, and so is where it cannot be told."""
    made = make(
        {
            "loopback": {
                REFERENCE: [10] * 5,
                "asyncio/semaphore": [20] * 5,
                "trio/workers": [30] * 5,
                "trio/semaphore": [30] * 5,
            }
        }
    )
    assert verdict(standings(made.results))[0].says.endswith(
        "By strategy, semaphore against workers: costs more on 1 of 2 runtimes, "
        "2.00× (2.00–2.00) on asyncio; cannot tell on trio."
    )


def test_efficiency_is_judged_against_95_per_cent(make: Make) -> None:
    """Who held it, who stayed below and who straddles it are told apart; threads by themselves."""
    made = make(
        {
            "web": {
                REFERENCE: [0.98] * 5,
                "trio/workers": [0.5] * 5,
                "curio/workers": [0.9, 0.9, 0.95, 0.99, 0.99],
                "threads/workers": [0.97] * 5,
            }
        }
    )
    assert verdict(standings(made.results))[0].says == (
        "Async variants: asyncio/workers held an efficiency of 0.95 or more; trio/workers stayed "
        "below 0.95; curio/workers could not be told from 0.95; "
        "lowest: trio/workers, 0.500 (0.500–0.500). "
        "Threads: threads/workers held an efficiency of 0.95 or more: 0.970 (0.970–0.970)."
    )


def test_an_origin_at_its_limit_leaves_nothing_to_say(make: Make) -> None:
    """No efficiency is judged that measures the origin."""
    made = make({"web": {REFERENCE: [0.5] * 5}})
    says = verdict(standings(with_saw(made, busy=0.9)))[0].says
    assert says == "Cannot tell: no entrant has a round that may be compared."


def test_advice_needs_every_runtime(make: Make) -> None:
    """A strategy is advised if the other costs more on every runtime, and only then."""
    figures = {
        "asyncio/workers": [10.0] * 5,
        "asyncio/semaphore": [20.0] * 5,
        "trio/workers": [10.0] * 5,
        "trio/semaphore": [20.0] * 5,
    }
    told = advice(standings(make({"loopback": figures}).results))
    assert told == "Use workers: semaphore costs more CPU time on every runtime, on loopback."
    figures["trio/semaphore"] = [10.1] * 5
    assert not advice(standings(make({"loopback": figures}).results))


def test_advice_where_everybody_keeps_pace(make: Make) -> None:
    """Where all hold the pace, no runtime is advised for its speed; one who does not ends that."""
    figures = {"asyncio/workers": [0.99] * 5, "trio/workers": [0.98] * 5}
    assert "choose a runtime for what it promises" in advice(
        standings(make({"web": figures}).results)
    )
    figures["trio/workers"] = [0.9] * 5
    assert not advice(standings(make({"web": figures}).results))
