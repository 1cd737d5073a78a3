"""The checks: experiments that show whether a variant keeps a rule.

Strategy: a check is a function of a trial.  It gives what was seen, in a few words, if the rule
is kept; it raises AssertionError with the rule's number and what was seen, if it is broken.  For
a trait what it gives is the value.  It names the abilities that it takes, and is not put to a
variant that declares to lack one.
"""

from collections.abc import Callable, Collection
from typing import NamedTuple

from impls.contract import Ability, Language, Variant
from rules.catalogue import RULES, Rule
from rules.loading import import_all
from rules.trial import Trial

Experiment = Callable[[Trial], str]


class Check(NamedTuple):
    """An experiment on one rule.

    Attributes:
        name: the rule's number and the function's name, such as `L1-never_more`.
        rule: what it shows.
        takes: the abilities without which it means nothing.
        speaks: the languages that it concerns; empty for all.
        gates: whether it is part of the short form that a variant meets before it races.
        run: the experiment.
    """

    name: str
    rule: Rule
    takes: frozenset[Ability]
    speaks: frozenset[Language]
    gates: bool
    run: Experiment

    def declared(self, variant: Variant) -> str | None:
        """Give why the variant need not meet it, by its own declaration, if so."""
        if self.speaks and variant.speaks not in self.speaks:
            return f"it speaks {variant.speaks}, not {' or '.join(sorted(self.speaks))}"
        return next((why for able, why in variant.cannot.items() if able in self.takes), None)


CHECKS: dict[str, Check] = {}


def check(
    number: str, *takes: Ability, speaks: Collection[Language] = (), gates: bool = False
) -> Callable[[Experiment], Experiment]:
    """Enter an experiment on this rule."""

    def enter(run: Experiment) -> Experiment:
        name = f"{number}-{run.__name__}"
        CHECKS[name] = Check(name, RULES[number], frozenset(takes), frozenset(speaks), gates, run)
        return run

    return enter


def all_checks() -> dict[str, Check]:
    """Give every check by its name."""
    import_all("rules.chapters")
    return CHECKS
