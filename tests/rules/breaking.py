"""How what is broken on purpose is entered, beside the checks that must catch it.

Strategy: each broken thing breaks one rule and otherwise works.  It names the checks that must
fail it, with the words that they must say, and its mended twin, which must pass them: what
differs between the two is the rule.
"""

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

from impls import on_asyncio
from impls.contract import Language, Run, Variant
from impls.on_asyncio import Strategy
from rules.checks import all_checks
from rules.trial import Trial

Caught = tuple[str, str]
"""The name of a check, and a regular expression of what it must say."""


class Broken(NamedTuple):
    """A broken variant, its mended twin, and what catches the one and passes the other."""

    variant: Variant
    mended: Variant
    caught: tuple[Caught, ...]


BROKEN: dict[str, Broken] = {}

TRIES = {"L7-all_batches_end": 5}
"""How often what is broken is put to a check where chance decides whether it shows; else once."""


def put(check: str, trial: Trial) -> None:
    """Hold what is broken against the check of this name.

    Raises:
        AssertionError: it is caught.
    """
    for _ in range(TRIES.get(check, 1)):
        all_checks()[check].run(trial)


def enter(name: str, run: Run, mended: Run, *caught: Caught, speaks: Language = "asyncio") -> None:
    """Enter a broken way in, and its mended twin."""
    if name in BROKEN:
        raise ValueError(f"there are two called {name}")
    well = f"{name}, mended"
    BROKEN[name] = Broken(_variant(name, run, speaks), _variant(well, mended, speaks), caught)


def _variant(name: str, run: Run, speaks: Language) -> Variant:
    return Variant(name, (), partial(_given, run), speaks, home="tests.rules.broken")


def _given(run: Run) -> Run:
    return run


def broken(
    *caught: Caught, mended: Strategy = on_asyncio.workers
) -> Callable[[Strategy], Strategy]:
    """Enter a broken strategy on asyncio, by its name."""

    def enter_it(strategy: Strategy) -> Strategy:
        run, well = (partial(on_asyncio.run, strategy=each) for each in (strategy, mended))
        enter(strategy.__name__, run, well, *caught)
        return strategy

    return enter_it
