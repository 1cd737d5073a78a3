"""The verdict on a way: what is known of it, in one of some twenty words, with its grounds.

Strategy: the first finding that applies is the verdict, and the others that do are told beside it.
Each has its grounds, what was seen or measured, and says on which Pythons, if only on some.
"""

from dataclasses import dataclass

from report.kept import in_order
from report.results import UNTOLD
from report.way_facts import Facts
from report.way_faults import Fault
from report.way_findings import FINDINGS, Finding, finding_of
from report.words import all_of


@dataclass(frozen=True)
class Ground:
    """Why a finding applies.

    Attributes:
        rules: that are broken, all with the same to be seen; none if something else speaks.
        seen: what was, or what was measured or declared.
        where: on which Pythons, or when, if that is to be told.
    """

    rules: tuple[str, ...]
    seen: str
    where: str = ""


@dataclass(frozen=True)
class Told:
    """A finding that applies to a way.

    Attributes:
        faults: those of the way that are its.
        because: what else makes it apply.
    """

    finding: Finding
    faults: tuple[Fault, ...] = ()
    because: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        """The verdict in words."""
        return self._filled(self.finding.words)

    @property
    def beside(self) -> str:
        """What is told beside another verdict; the grounds follow, with Pythons of their own."""
        plain = self.finding.only_names
        return self.finding.beside if plain else self._filled(self.finding.beside)

    @property
    def rules(self) -> tuple[str, ...]:
        """Which rules are broken, each once."""
        return tuple(dict.fromkeys(each.rule for each in self.faults if each.rule != UNTOLD))

    @property
    def grounds(self) -> tuple[Ground, ...]:
        """Why it applies; what the same was seen of stands together."""
        alike: dict[tuple[str, str], list[str]] = {}
        for each in self.faults:
            rules = alike.setdefault((_seen(each), _where(each)), [])
            rules += [each.rule] if each.rule != UNTOLD else []
        broken = (Ground(tuple(rules), *seen) for seen, rules in alike.items())
        return (*broken, *(Ground((), each) for each in self.because))

    @property
    def asides(self) -> tuple[str, ...]:
        """What speaks for it beside rules."""
        return tuple(each.seen for each in self.grounds if not each.rules)

    def _filled(self, words: str) -> str:
        return words.format(rules=", ".join(self.rules)) + self._on

    @property
    def _on(self) -> str:
        """On which Pythons alone it applies, if there are others."""
        if self.because or not all(each.pythons for each in self.faults):
            return ""
        pythons = in_order(python for each in self.faults for python in each.pythons)
        return f" on Python {all_of(pythons)}" if pythons else ""


def _seen(fault: Fault) -> str:
    """Say what was seen; of what nobody can tell the rule of, also when."""
    return fault.seen if fault.rule != UNTOLD else f"{fault.when} it {fault.seen}"


def _where(fault: Fault) -> str:
    return fault.where if fault.rule != UNTOLD else ""


def judge(facts: Facts) -> tuple[Told, tuple[Told, ...]]:
    """Give the verdict on a way, and what else applies to it."""
    verdict, *others = (told for each in FINDINGS if (told := _told(each, facts)))
    return verdict, tuple(told for told in others if told.finding.beside)


def _told(finding: Finding, facts: Facts) -> Told | None:
    faults = tuple(each for each in facts.faults if finding_of(each, facts) is finding)
    because = tuple(finding.because(facts))
    return Told(finding, faults, because) if faults or because else None
