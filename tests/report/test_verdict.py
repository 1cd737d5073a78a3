"""The verdict claims what the intervals support, and otherwise says that it cannot tell."""

from report.figures import standings
from report.results import Results
from report.verdict import advice, noise, twins, verdict
from report.words import ranged
from tests.report.conftest import ITS_TWIN, REFERENCE, Make, with_saw


def said(results: Results, *, noisy: bool = False) -> str:
    """Give what the first course says."""
    return verdict(standings(results), noisy=noisy)[0].says


# Nobody with these figures can be told from anybody with the other ones.
RESTLESS, AS_RESTLESS = [20.0, 21.0] * 4, [21.0, 20.0] * 4


def test_the_cheapest_is_named_with_its_ratio_and_interval(make: Make) -> None:
    """Who charges least is said as a ratio to the reference."""
    made = make({"loopback": {REFERENCE: [20] * 5, "curio/workers": [12] * 5}})
    assert said(made.results) == (
        "Least CPU time per call: curio/workers at 0.60× (0.60–0.60) "
        "of what asyncio/workers charges."
    )


def test_the_floor_is_told_apart(make: Make) -> None:
    """Who wants a runtime hears of the cheapest of those, and of the floor besides."""
    made = make(
        {
            "loopback": {
                REFERENCE: [20] * 5,
                "curio/workers": [16] * 5,
                "selectors/workers": [12] * 5,
            }
        }
    )
    assert said(made.results) == (
        "Least CPU time per call: curio/workers at 0.80× (0.80–0.80) "
        "of what asyncio/workers charges. "
        "The floor, without a runtime: selectors/workers at 0.60× (0.60–0.60)."
    )


def test_those_who_cannot_be_told_apart_are_named_together(make: Make) -> None:
    """Nobody is called the winner whose lead the intervals do not support."""
    made = make(
        {"loopback": {REFERENCE: [20] * 5, "curio/workers": [10] * 5, "trio/workers": [10.1] * 5}}
    )
    says = said(made.results)
    assert "curio/workers" in says
    assert "trio/workers" in says
    assert "this run cannot tell these apart" in says


def test_overlapping_entrants_get_no_winner(make: Make) -> None:
    """If nobody is set apart, the verdict is that it cannot tell."""
    made = make({"loopback": {REFERENCE: RESTLESS, "curio/workers": AS_RESTLESS}})
    assert said(made.results).startswith("Cannot tell who charges least")


def test_too_few_generations_get_no_winner(make: Make) -> None:
    """However far apart, four generations support no claim."""
    made = make({"loopback": {REFERENCE: [20] * 4, "curio/workers": [1] * 4}})
    assert said(made.results).startswith("Cannot tell who charges least")


def test_a_reference_in_front_is_said_so(make: Make) -> None:
    """If the reference is among the cheapest, nobody is said to be cheaper."""
    made = make(
        {"loopback": {REFERENCE: [10] * 5, "curio/workers": [10.2] * 5, "trio/workers": [90] * 5}}
    )
    assert said(made.results) == (
        "Nobody was shown to charge less than asyncio/workers; not told apart from it: "
        "curio/workers; more: trio/workers at 9.00× (9.00–9.00)."
    )


def test_who_is_behind_another_may_not_be_behind_the_reference(make: Make) -> None:
    """Only who was shown to charge more than the reference is said to."""
    field = {
        REFERENCE: [8.0, 12.0, 14.0, 9.0, 11.0],
        "curio/workers": [10] * 5,
        "trio/workers": [10.4] * 5,
    }
    assert said(make({"loopback": field}).results) == (
        "Nobody was shown to charge less than asyncio/workers; not told apart from it: "
        "curio/workers."
    )


def test_among_many_only_the_cheapest_are_named(make: Make) -> None:
    """Of a whole field the dearer ones stand in the table."""
    dearer = {f"{each}/workers": [90] * 5 for each in ("trio", "curio", "threads", "anyio@trio")}
    made = make({"loopback": {REFERENCE: [10] * 5, **dearer}})
    assert said(made.results) == "Nobody was shown to charge less than asyncio/workers."


def test_who_may_be_as_cheap_is_not_given_a_ratio(make: Make) -> None:
    """An interval that takes in 1 is no lead, for all that nobody is shown to be ahead of it."""
    restless = [4.0, 12.0, 30.0, 8.0, 5.0]
    field = {REFERENCE: [20] * 5, "curio/workers": [16] * 5, "asyncio+rloop/workers": restless}
    assert said(make({"loopback": field}).results) == (
        "Least CPU time per call: curio/workers at 0.80× (0.80–0.80) "
        "of what asyncio/workers charges; perhaps as little: asyncio+rloop/workers."
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
    assert said(made.results).endswith(
        "By strategy, semaphore against workers: costs more on 1 of 2 runtimes, "
        "2.00× (2.00–2.00) on asyncio; cannot tell on trio."
    )


def test_efficiency_is_judged_against_95_per_cent(make: Make) -> None:
    """Who averages it, who less and who straddles it are told apart; threads by themselves."""
    made = make(
        {
            "web": {
                REFERENCE: [0.98] * 5,
                "trio/workers": [0.5] * 5,
                "curio/workers": [0.9, 0.93, 0.95, 0.97, 0.99],
                "threads/workers": [0.97] * 5,
            }
        }
    )
    assert said(made.results) == (
        "Async variants: asyncio/workers averaged an efficiency of 0.95 or more; trio/workers "
        "averaged less than 0.95; curio/workers could not be told from 0.95; "
        "lowest estimate: trio/workers, 0.500 (0.500–0.500). "
        "Threads: threads/workers averaged an efficiency of 0.95 or more: 0.970 (0.970–0.970)."
    )


def test_what_is_not_async_is_not_called_so(make: Make) -> None:
    """Threads, also with another client; asyncio's executors; and the floor, without a runtime."""
    others = {
        "asyncio-aiohttp/workers": [0.97] * 5,
        "threads-urllib3/workers": [0.96] * 5,
        "asyncio-executor/threads": [0.9] * 5,
        "selectors/workers": [0.99] * 5,
    }
    says = said(make({"web": {REFERENCE: [0.98] * 5, **others}}).results)
    enough = "averaged an efficiency of 0.95 or more"
    assert says == (
        f"Async variants: asyncio/workers and asyncio-aiohttp/workers {enough}; "
        "lowest estimate: asyncio-aiohttp/workers, 0.970 (0.970–0.970). "
        f"Threads: threads-urllib3/workers {enough}: 0.960 (0.960–0.960). "
        "Executors: asyncio-executor/threads averaged less than 0.95: 0.900 (0.900–0.900). "
        f"Without a runtime: selectors/workers {enough}: 0.990 (0.990–0.990)."
    )


def test_a_low_efficiency_on_a_noisy_machine_may_be_the_machines(make: Make) -> None:
    """That is said where somebody is low and the machine was noisy, and only there."""
    high = make({"web": {REFERENCE: [0.98] * 5}}).results
    low = make({"web": {REFERENCE: [0.5] * 5}}).results
    cheap = make({"loopback": {REFERENCE: [0.5] * 5}}).results
    doubt = "What is low here may be the noisy machine's fault."
    assert said(low, noisy=True).endswith(f". {doubt}")
    for sure in (said(low), said(high, noisy=True), said(cheap, noisy=True)):
        assert doubt not in sure


def test_too_few_generations_judge_no_efficiency(make: Make) -> None:
    """However high, four generations support no claim."""
    made = make({"web": {REFERENCE: [0.99] * 4, "trio/workers": [0.2] * 4}})
    assert said(made.results) == ("Cannot tell, with 4 generations of the 5 that it takes.")


def test_blocks_that_nobody_shares_leave_nothing_to_say(make: Make) -> None:
    """Rounds that were never in one block are not compared, nor is a race without rounds."""
    apart = make({"loopback": {REFERENCE: [[10.0], []], "trio/workers": [[], [20.0]]}})
    nobody = make({"loopback": {REFERENCE: []}}, cut_short="no power")
    for made in (apart, nobody):
        says = said(made.results)
        assert says == "Cannot tell: no entrant has a round that may be compared."


def test_an_origin_at_its_limit_leaves_nothing_to_say(make: Make) -> None:
    """No efficiency is judged that measures the origin."""
    made = make({"web": {REFERENCE: [0.5] * 5}})
    says = said(with_saw(made, busy=0.9))
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
    assert told == "Use workers: semaphore costs more CPU time on each of 2 runtimes, on loopback."
    figures["trio/semaphore"] = [10.1] * 5
    assert not advice(standings(make({"loopback": figures}).results))


def test_advice_of_one_runtime_names_it(make: Make) -> None:
    """What was compared on one runtime alone is said of that one."""
    figures = {
        "asyncio/workers": [10.0] * 5,
        "asyncio/semaphore": [20.0] * 5,
        "trio/workers": [10.0] * 5,
    }
    told = advice(standings(make({"loopback": figures}).results))
    assert told == "Use workers: semaphore costs more CPU time on asyncio, on loopback."


MANY = {
    REFERENCE: [10.0] * 5,
    "asyncio/gather": [20.0] * 5,
    "asyncio/chunks": [30.0] * 5,
    "asyncio/quattro": [40.0] * 5,
    "asyncio/queue": [10.1] * 5,
}
"""More strategies than a reader takes in one by one."""


def test_advice_among_many_is_one_sentence(make: Make) -> None:
    """It counts those that cost more, and is of a strategy that none undercuts."""
    told = advice(standings(make({"loopback": MANY}).results))
    assert told == (
        "Use workers: 3 of 4 others cost more CPU time wherever both were raced, on loopback."
    )
    cheaper = MANY | {"asyncio/queue": [5.0] * 5}
    assert advice(standings(make({"loopback": cheaper}).results)).startswith("Use queue: 4 of 4 ")


def test_many_strategies_are_told_at_a_glance(make: Make) -> None:
    """A course says how many cost more, and between what."""
    assert said(make({"loopback": MANY}).results).endswith(
        "By strategy, 3 of 4 cost more, 2.00× (2.00–2.00) on asyncio/gather to "
        "4.00× (4.00–4.00) on asyncio/quattro, than workers."
    )


def test_advice_where_everybody_keeps_pace(make: Make) -> None:
    """Where all hold the pace, no runtime is advised for its speed; one who does not ends that."""
    figures = {"asyncio/workers": [0.99] * 5, "trio/workers": [0.98] * 5}
    assert "choose a runtime for what it promises" in advice(
        standings(make({"web": figures}).results)
    )
    figures["trio/workers"] = [0.9] * 5
    assert not advice(standings(make({"web": figures}).results))


# A twin's figures of six generations, around those of the reference.
WITHIN_2, WITHIN_5, BEYOND_5 = ([10 + by, 10 - by] * 3 for by in (0.05, 0.3, 1))


def test_twins_are_told_equal_only_where_that_is_shown(make: Make) -> None:
    """Not told apart is one thing; shown equal, and within what, or not shown, is another."""
    courses = {"null": WITHIN_2, "loopback": WITHIN_5}
    made = make({on: {REFERENCE: [10] * 6, ITS_TWIN: some} for on, some in courses.items()})
    told = standings(made.results)
    null, loopback = (ranged("cpu ratio", each.rows[1].ratio) for each in told)
    assert twins(made.results.race, told) == (
        f"asyncio/workers, entered twice: {null} on null: not told apart, as it should be, and "
        f"shown equal within 2 %; {loopback} on loopback: not told apart, as it should be, and "
        "shown equal within 5 %."
    )


def test_twins_in_the_fog_are_not_told_equal(make: Make) -> None:
    """What is not told apart for want of knowledge is said so, with or without an interval."""
    cpu = {REFERENCE: [10] * 6, ITS_TWIN: BEYOND_5}
    paced = {REFERENCE: [0.9] * 3, ITS_TWIN: [0.9] * 3}
    made = make({"null": cpu, "loopback": cpu, "web": paced})
    told = standings(made.results)
    wide = ranged("cpu ratio", told[0].rows[1].ratio)
    assert twins(made.results.race, told) == (
        f"asyncio/workers, entered twice: {wide} on null, {wide} on loopback: not told apart, as "
        "it should be, but this run cannot tell whether equal within 5 %; 1.000× on web: cannot "
        "tell, with too few generations."
    )


def test_twins_that_differ_are_said_so(make: Make) -> None:
    """Nobody has to look for it; and where one of them has no figures, that is said."""
    made = make(
        {
            "null": {REFERENCE: [10] * 5, ITS_TWIN: [12] * 5},
            "loopback": {REFERENCE: [10] * 5},
        }
    )
    assert twins(made.results.race, standings(made.results)) == (
        "asyncio/workers, entered twice: 1.20× (1.20–1.20) on null: they differ, as they should "
        "not; on loopback: not compared."
    )


def test_the_twin_is_in_no_sentence_about_the_others(make: Make) -> None:
    """It neither charges least nor has a strategy or an efficiency of its own to speak of."""
    cheap = {REFERENCE: [20] * 5, ITS_TWIN: [10] * 5, "trio/workers": [15] * 5}
    slow = {REFERENCE: [0.99] * 5, ITS_TWIN: [0.5] * 5, "trio/workers": [0.99] * 5}
    told = standings(make({"loopback": cheap, "web": slow}).results)
    assert "twin" not in " ".join(each.says for each in verdict(told, noisy=False))
    assert "On web every variant averages an efficiency of 0.95 or more" in advice(told)


def test_the_noise_is_what_the_run_could_have_told(make: Make) -> None:
    """Course by course, and never finer than a difference worth naming."""
    made = make(
        {
            "null": {REFERENCE: [10] * 8, "trio/workers": [20] * 8},
            "loopback": {REFERENCE: RESTLESS, "trio/workers": AS_RESTLESS},
            "web": {REFERENCE: [0.9] * 2, "trio/workers": [0.8] * 2},
        }
    )
    null, loopback, web = told = standings(made.results)
    assert loopback.could_tell is not None
    assert loopback.could_tell > 1.05
    assert noise(told) == (
        "This run could tell differences from the reference of 2.0 % on null, "
        f"{100 * (loopback.could_tell - 1):.1f} % on loopback; "
        "on web it tells nothing, with 2 generations for 1 pair."
    )
    assert noise([web]).startswith("On web it tells nothing")
    assert noise([null]) == "This run could tell differences from the reference of 2.0 % on null."


def test_next_to_nothing_needs_no_figure(make: Make) -> None:
    """Who could not even tell a double cost is told that, and no percentage."""
    wild = {REFERENCE: [10] * 5, "trio/workers": [2, 50, 4, 30, 10]}
    told = standings(make({"null": wild}).results)
    assert noise(told) == "On null it could tell no difference below a factor of two."


def test_a_race_of_one_has_nobody_to_tell_from(make: Make) -> None:
    """That is said in place of the noise."""
    told = standings(make({"null": {REFERENCE: [10] * 5}}).results)
    assert noise(told) == "On null there is nobody to compare."
