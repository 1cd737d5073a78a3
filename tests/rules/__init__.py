"""The rules of a correct batch, and the variants held against them."""

import importlib

from tests.rules.catalogue import RULES, Rule

CHAPTERS = ("limit", "errors", "cancellation", "results", "resources")


def all_rules() -> dict[str, Rule]:
    """Give every rule by its name."""
    for chapter in CHAPTERS:
        importlib.import_module(f"tests.rules.{chapter}")
    return RULES
