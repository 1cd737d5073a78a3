"""The gate before a race: who breaks a rule is told so, and races all the same."""

from collections.abc import Iterator

import pytest

from bench import gate
from bench.entrants import Entrant, with_twin
from bench.gate import held
from impls.contract import Variant
from impls.registry import REFERENCE, VARIANTS
from report.results import UNTOLD, Broken
from tests.bench.races import children
from tests.bench.unlucky import NOWHERE
from tests.bench.unlucky import VARIANTS as UNLUCKY
from tests.rules.broken import VARIANTS as BROKEN


@pytest.fixture(autouse=True)
def _leaves_no_process() -> Iterator[None]:
    before = children()
    yield
    assert children() == before


def entrant(variant: Variant) -> Entrant:
    """Enter a variant."""
    return Entrant(variant.name, variant)


def nobody(_: Entrant) -> None:
    """Hear who is next, and tell nobody."""


def test_who_keeps_the_rules_has_no_mark() -> None:
    """The reference breaks nothing."""
    assert held([entrant(VARIANTS[REFERENCE])], nobody) == {REFERENCE: []}


def test_who_breaks_one_is_told_which() -> None:
    """A limit that is exceeded is told with what the origin saw."""
    name = "one_over_the_limit"
    found = held([entrant(BROKEN[name])], nobody)[name]
    assert Broken("L1", "L1: 6 calls in progress at once; the limit is 5") in found


@pytest.mark.parametrize(
    ("unlucky", "told"),
    [(UNLUCKY["dies"], "died: its process ended"), (NOWHERE, "failed: ModuleNotFoundError")],
    ids=["dies", "nowhere"],
)
def test_who_comes_to_grief_is_told_so(unlucky: Variant, told: str) -> None:
    """A variant that dies, or can't be loaded, costs nobody else anything."""
    both = [entrant(unlucky), entrant(VARIANTS[REFERENCE])]
    found = held(both, nobody)
    assert found[REFERENCE] == []
    [broke] = found[unlucky.name]
    assert broke.rule == UNTOLD
    assert broke.seen.startswith(told)


def test_who_hangs_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """More than are held at once have their verdicts while one hangs, and its process is ended."""
    monkeypatch.setattr(gate, "PATIENCE", 20.0)
    others = [entrant(each) for each in list(BROKEN.values())[: gate.AT_ONCE]]
    found = held([entrant(UNLUCKY["hangs"]), *others, entrant(VARIANTS[REFERENCE])], nobody)
    assert found["hangs"] == [Broken(UNTOLD, "hung: no reply for 20 s")]
    assert found[REFERENCE] == []
    assert found.keys() == {"hangs", REFERENCE, *(each.name for each in others)}


def test_the_same_code_is_held_once() -> None:
    """The twin shares the verdict of the reference."""
    heard: list[str] = []
    entrants = with_twin([entrant(VARIANTS[REFERENCE]), entrant(BROKEN["one_at_a_time"])])
    found = held(entrants, lambda each: heard.append(each.variant.name))
    assert sorted(heard) == sorted({each.variant.name for each in entrants})
    assert set(found) == {each.name for each in entrants}
