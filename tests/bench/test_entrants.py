"""Who races: names, the reference, its twin, and who is missing."""

from collections.abc import Sequence

import pytest

from bench.entrants import Entrant, RaceOfOne, enter, reference, with_twin
from bench.pythons import HERE, Python, UnusablePython
from impls.contract import Variant
from impls.registry import REFERENCE, VARIANTS
from tests.bench.unlucky import NOWHERE

TRIO, CURIO, USUAL = (VARIANTS[name] for name in ("trio/workers", "curio/workers", REFERENCE))
ABSENT = Variant("absent", ("no_such_module",), NOWHERE.load)
OLD, NEW = Python("popen//python=a", "py3.11"), Python("popen//python=b", "py3.13")


def names(entrants: Sequence[Entrant]) -> list[str]:
    """Give their names."""
    return [each.name for each in entrants]


def here(*variants: Variant) -> list[Entrant]:
    """Enter them on this interpreter."""
    return enter(variants, [])


def test_on_this_interpreter() -> None:
    """Where none was named, each variant is entered once, as it is called, on this one."""
    entered = here(TRIO, USUAL)
    assert names(entered) == [TRIO.name, REFERENCE]
    assert all(each.python is HERE and each.missing is None for each in entered)


def test_on_those_that_were_named() -> None:
    """Each variant is entered on each of them, and told apart by the interpreter's label."""
    entered = enter([TRIO, USUAL], iter([OLD, NEW]))
    assert names(entered) == [
        "py3.11:trio/workers",
        f"py3.11:{REFERENCE}",
        "py3.13:trio/workers",
        f"py3.13:{REFERENCE}",
    ]
    assert [each.python for each in entered] == [OLD, OLD, NEW, NEW]


def test_one_that_is_named_has_its_label() -> None:
    """Also where it is the only one."""
    assert names(enter([TRIO], [NEW])) == ["py3.13:trio/workers"]


def test_what_is_not_installed_here_is_entered_as_missing() -> None:
    """It has its row and its reason."""
    [entered] = here(ABSENT)
    assert entered.missing == "not installed: no_such_module"


def test_what_a_named_interpreter_lacks() -> None:
    """It is refused: who named it expects a race on it; the message says what to do."""
    lacking = Python("popen//python=/opt/b", "py3.13", lacks={"trio"})
    with pytest.raises(
        UnusablePython, match=r"py3\.13 lacks trio, which trio/workers needs; "
    ) as c:
        enter([USUAL, TRIO], [OLD, lacking])
    assert "--variants" in str(c.value)
    assert "/opt/b" in str(c.value)


def test_the_reference() -> None:
    """It is the usual one where that races, on the first interpreter that has it."""
    assert reference(here(TRIO, USUAL, CURIO)).name == REFERENCE
    assert reference(enter([TRIO, USUAL], [OLD, NEW])).name == f"py3.11:{REFERENCE}"


def test_another_reference() -> None:
    """Without the usual one it is the first that can race."""
    assert reference(here(ABSENT, CURIO, TRIO)).name == CURIO.name
    missing = Entrant(REFERENCE, USUAL, missing="not installed")
    assert reference([missing, *here(TRIO, CURIO)]).name == TRIO.name


@pytest.mark.parametrize(
    ("entrants", "alone"),
    [
        ([], "nobody"),
        (here(ABSENT), "nobody"),
        (here(TRIO), TRIO.name),
        (here(ABSENT, TRIO), TRIO.name),
    ],
)
def test_a_race_of_one(entrants: list[Entrant], alone: str) -> None:
    """It takes two who can race, beside the twin; the message says who is alone."""
    with pytest.raises(RaceOfOne, match=f"a race needs two entrants, and {alone} is alone"):
        reference(entrants)
    with pytest.raises(RaceOfOne):
        with_twin(entrants)


@pytest.mark.parametrize("pythons", [[], [NEW, OLD]])
def test_the_twin_stands_next_to_the_reference(pythons: list[Python]) -> None:
    """It is the same in all but its name, and nobody else is changed."""
    entered = enter([TRIO, USUAL, CURIO], pythons)
    both = with_twin(entered)
    first = reference(entered)
    [twin] = [each for each in both if each not in entered]
    assert twin.name == f"{first.name} (twin)"
    assert (twin.variant, twin.python, twin.missing) == (first.variant, first.python, None)
    assert both.index(twin) == both.index(first) + 1
    assert [each for each in both if each is not twin] == entered
