"""The mark beside the name of whoever broke a rule before the race: `asyncio/semaphore †E2`.

Strategy: names stand in sentences, tables and charts, which are made without a thought of rules.
So a text is marked as it goes onto the page, wherever a whole name stands in it.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from report.evidence import beside
from report.results import UNTOLD, Entrant

DAGGER = "†"

# What may stand beside a letter of a name within a longer name.
PART = r"[\w@+:/.-]"


@dataclass(frozen=True)
class Explained:
    """What a mark means: the rule, or `?` for any; who broke it, and what was seen."""

    rule: str
    who: tuple[str, ...]
    seen: str


def _sign(rule: str) -> str:
    """Give a rule's number; a question mark where nobody can tell which rule it was."""
    return "?" if rule == UNTOLD else rule


class Marks:
    """The marks of a race."""

    def __init__(self, entrants: Iterable[Entrant]) -> None:
        """Find out who needs one, and which."""
        self._entrants = list(entrants)
        self._by_name = {
            each.name: DAGGER + ",".join(dict.fromkeys(_sign(broken.rule) for broken in each.broke))
            for each in self._entrants
            if each.broke
        }
        # The longest first: the twin's name begins with the reference's.
        longest = sorted((each.name for each in self._entrants), key=len, reverse=True)
        any_name = "|".join(map(re.escape, longest))
        self._names = re.compile(rf"(?<!{PART})(?:{any_name})(?![\w/-])" if longest else "(?!)")

    def __call__(self, text: str) -> str:
        """Put its mark beside each name in a text."""
        if not self._by_name:
            return text
        return self._names.sub(lambda found: self._marked(found[0]), text)

    def _marked(self, name: str) -> str:
        mark = self._by_name.get(name)
        return f"{name} {mark}" if mark else name

    @property
    def explained(self) -> list[Explained]:
        """What each mark means, with all who were seen to do the same in one line."""
        who: dict[tuple[str, str], list[str]] = {}
        for entrant in self._entrants:
            for broken in entrant.broke:
                seen = beside(broken.rule, broken.seen)
                who.setdefault((_sign(broken.rule), seen), []).append(entrant.name)
        return [Explained(rule, tuple(all_), seen) for (rule, seen), all_ in who.items()]
