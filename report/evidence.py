"""What was seen of a rule: each experiment once, with everybody who showed the same.

Strategy: most variants show the same, so what was seen is told once, and what differs comes first.
A Python is named only beside what was not seen on all of them.
"""

import re
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeVar

from report.matrix import Cell, Verdict
from report.words import one_line

SIGNS = {
    Verdict.KEPT: "✓",
    Verdict.BROKEN: "✗",
    Verdict.TRAIT: "=",
    Verdict.NOT_APPLICABLE: "–",
    Verdict.NOT_RUN: "·",
}
"""In a cell, the letter of its value stands for a trait instead."""

TELLING = (Verdict.BROKEN, Verdict.TRAIT, Verdict.KEPT, Verdict.NOT_APPLICABLE, Verdict.NOT_RUN)
"""In this order a reader wants to know what came of an experiment."""

WORST = (Verdict.BROKEN, Verdict.NOT_RUN, Verdict.TRAIT, Verdict.KEPT, Verdict.NOT_APPLICABLE)
"""Of several verdicts on one rule, the first of these holds."""

MANY = 6
"""Of more variants that showed the same, the last to be told are `all others`."""

WEB = re.compile(r"https://[\w.~/#?=&%+-]+", re.ASCII)
ISSUE = re.compile(r"https://github\.com/([\w.-]+/[\w.-]+)/(?:issues|pull|discussions)/(\d+)$")

Key = TypeVar("Key", bound=Hashable)

Found = list[tuple[str, Cell]]
"""Cells, each with the Python that it was seen on."""


@dataclass(frozen=True)
class Seen:
    """What came of an experiment, for all who showed the same.

    Attributes:
        who: the variants, with their Pythons where these differ; of a specimen, these alone.
        seen: in a few words.
        why: the reason of a known fault, of an inability, or of not being run.
        link: an address on the web, if there is one.
        cited: how it is called.
    """

    verdict: Verdict
    who: str
    seen: str
    why: str
    link: str
    cited: str

    @property
    def sign(self) -> str:
        """The verdict as a sign."""
        return SIGNS[self.verdict]


@dataclass(frozen=True)
class Experiment:
    """A check by its name, or a specimen by its way, with all that came of it."""

    name: str
    says: str
    found: tuple[Seen, ...]

    @property
    def verdict(self) -> Verdict:
        """What came of it on the whole, wherever it was run."""
        return min((each.verdict for each in self.found), key=TELLING.index)

    @property
    def sign(self) -> str:
        """The same as a sign."""
        return SIGNS[self.verdict]


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """Give the verdict that several come to; of none, that nothing was run."""
    return min(verdicts, key=WORST.index, default=Verdict.NOT_RUN)


def joined(texts: Iterable[str]) -> str:
    """Put several texts on one line, each once."""
    return "; ".join(dict.fromkeys(one_line(each) for each in texts if each))


def beside(rule: str, seen: str) -> str:
    """Put what was seen on one line, without the rule's number, which stands beside it anyway."""
    return one_line(seen).removeprefix(f"{rule}: ")


def of_checks(found: Found, says: Mapping[str, str]) -> Iterator[Experiment]:
    """Tell what the variants showed, check by check."""
    for check, some in _by(found, lambda cell: cell.check).items():
        alike, everybody = list(_alike(some)), _pythons_of(some)
        told = [
            _seen(cell, _who(on, everybody, last=bool(before) and cell is alike[-1][0]))
            for before, (cell, on) in enumerate(alike)
        ]
        yield Experiment(check, says.get(check, ""), tuple(told))


def of_specimens(found: Found, says: Mapping[str, str]) -> Iterator[Experiment]:
    """Tell what the other ways showed, one by one."""
    for (check, way), some in _by(found, lambda cell: (cell.check, cell.subject)).items():
        pythons = [python for python, _ in some]
        told = [_seen(cell, _where(on[way], pythons)) for cell, on in _alike(some)]
        yield Experiment(way, says.get(check, ""), tuple(told))


def _by(found: Found, key: Callable[[Cell], Key]) -> dict[Key, Found]:
    groups: dict[Key, Found] = {}
    for python, cell in found:
        groups.setdefault(key(cell), []).append((python, cell))
    return groups


Pythons = dict[str, list[str]]
"""Subjects, each with some Pythons."""


def _pythons_of(found: Found) -> Pythons:
    pythons: Pythons = {}
    for python, cell in found:
        pythons.setdefault(cell.subject, []).append(python)
    return pythons


def _alike(found: Found) -> Iterator[tuple[Cell, Pythons]]:
    """Give one cell of each kind, with those who showed it; what differs most comes first."""
    kinds = _by(found, lambda cell: (cell.verdict, cell.seen, cell.why, cell.link))
    in_order = sorted(kinds.items(), key=lambda each: (TELLING.index(each[0][0]), len(each[1])))
    for _, some in in_order:
        yield some[0][1], _pythons_of(some)


def _seen(cell: Cell, who: str) -> Seen:
    return Seen(cell.verdict, who, in_words(cell), one_line(cell.why), *_cited(cell.link))


def in_words(cell: Cell) -> str:
    """Give what was seen, as it stands beside its rule."""
    return beside(cell.rule, cell.seen)


def _cited(link: str) -> tuple[str, str]:
    """Give an address and what to call it; what is no address on the web is only called."""
    if not WEB.fullmatch(link):
        return "", one_line(link)
    issue = ISSUE.match(link)
    return link, f"{issue[1]}#{issue[2]}" if issue else link.removeprefix("https://")


def _who(told: Pythons, everybody: Pythons, *, last: bool) -> str:
    """Name the variants, or say that they are all, or all others."""
    everywhere = all(on == everybody[name] for name, on in told.items())
    if everywhere and len(told) == len(everybody) > 1:
        return f"all {len(told)}"
    if everywhere and last and len(told) > MANY:
        return f"all {len(told)} others"
    whos = ((name, _where(on, everybody[name])) for name, on in told.items())
    return ", ".join(f"{name} ({where})" if where else name for name, where in whos)


def _where(on: list[str], all_: list[str]) -> str:
    return "" if on == all_ else ", ".join(on)
