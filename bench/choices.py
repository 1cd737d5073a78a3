"""What the command line of a race chooses, and what of it can't be raced.

Strategy: pytest has read the options one by one; whatever is wrong with them together is found
before anything is collected, and told in one line that says what to do.
"""

from collections.abc import Iterable
from typing import NamedTuple

import pytest

from bench.conditions import ALWAYS
from bench.entrants import Entrant, RaceOfOne, enter, reference
from bench.interview import asked
from bench.pythons import Python, UnusablePython, distinct, named
from bench.scenarios import SCENARIOS, Scenario
from impls.contract import Variant
from impls.registry import choose
from origin.process import LOOPBACK

NOWHERE = ("", "0", "0.0.0.0", "::")  # noqa: S104 - to refuse them; nothing is bound
"""Where one can listen, but not connect to from another machine."""


class Chosen(NamedTuple):
    """Who is to race, and on which interpreters, if any were named."""

    pythons: list[Python]
    entrants: list[Entrant]


def chosen(config: pytest.Config) -> Chosen:
    """Give what the command line chooses.

    Raises:
        UsageError: it can't be raced.
    """
    refuse_other_plugins(config)
    chosen_scenarios(config)
    variants = chosen_variants(config)
    try:
        pythons = chosen_pythons(config, variants)
        entrants = enter(variants, pythons)
        reference(entrants)
    except (RaceOfOne, UnusablePython) as error:
        raise pytest.UsageError(str(error)) from None
    return Chosen(pythons, entrants)


def refuse_other_plugins(config: pytest.Config) -> None:
    """Refuse a pytest that can't show a race, or would share it out."""
    if not config.pluginmanager.has_plugin("benchmark"):
        raise pytest.UsageError("pytest-benchmark shows the race; leave -p no:benchmark out")
    if config.getoption("dist", "no") != "no":  # of pytest-xdist, where that is installed
        raise pytest.UsageError("a race can't be shared out among processes; leave -n out")


def chosen_scenarios(config: pytest.Config) -> list[Scenario]:
    """Give the scenarios that the command line names."""
    names = config.getoption("--scenarios").split(",")
    if unknown := [name for name in names if name not in SCENARIOS]:
        known = ", ".join(SCENARIOS)
        raise pytest.UsageError(f"no scenario is called {unknown[0]!r}; there are: {known}")
    return [SCENARIOS[name] for name in dict.fromkeys(names)]


def chosen_variants(config: pytest.Config) -> list[Variant]:
    """Give the variants that the command line chooses."""
    try:
        return choose(config.getoption("--variants").split(","))
    except LookupError as error:
        raise pytest.UsageError(error.args[0]) from None


def chosen_pythons(config: pytest.Config, variants: Iterable[Variant]) -> list[Python]:
    """Give the interpreters that the command line names, with what each says of itself.

    Raises:
        UnusablePython: no race can be run on one.
    """
    modules = sorted({module for each in variants for module in each.needs})
    pythons = [named(each) for each in config.getoption("--python")]
    refuse_address(config, pythons)
    return distinct(asked(each, modules, [*ALWAYS, *modules]) for each in pythons)


def refuse_address(config: pytest.Config, pythons: Iterable[Python]) -> None:
    """Refuse an address at which some worker would not find the origin."""
    host: str | None = config.getoption("--origin-address")
    if host in NOWHERE:
        raise pytest.UsageError(
            f"--origin-address {host}: workers can't connect to that; give one address of this "
            "machine, as they know it"
        )
    far = [each.host for each in pythons if not each.is_here]
    if host is None and far:
        raise pytest.UsageError(
            f"workers on {far[0]} can't find an origin on the loopback of this machine; "
            f"give its address, as {far[0]} knows it, with --origin-address"
        )


def origin_host(config: pytest.Config) -> str:
    """Give where the origin listens, and where all workers will look for it."""
    host: str | None = config.getoption("--origin-address")
    return host or LOOPBACK
