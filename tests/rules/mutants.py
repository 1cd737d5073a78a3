"""Do the rules' tests need every assertion?  Takes each one out in turn, and sees who notices.

Strategy: `python -m tests.rules.mutants`.  For each `assert` of a check, the module is compiled
again without it, and what is broken on purpose is put to that check once more: if everything is
still caught with the same words, nobody would miss the assertion, and it survives.  An assertion
in a helper is tried with every check of its module.  Specimens are their own broken ones: one
that is known to break its rule must stop doing so.
"""

import ast
import importlib
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import NamedTuple

from origin.process import Origin, started
from rules import checks, specimen
from rules.trial import Trial, uncollected
from tests.rules import test_states
from tests.rules.breaking import BROKEN, put
from tests.rules.by_hand import BY_HAND
from tests.rules.test_broken import CAUGHT

EXIT_SURVIVED = 1


class Mutant(NamedTuple):
    """A module of the rules without one of its assertions.

    Attributes:
        module: its name.
        file: where its source is.
        line: of the assertion.
        inside: the function that the assertion is in.
    """

    module: str
    file: Path
    line: int
    inside: str

    def __str__(self) -> str:
        """Name the place."""
        return f"{self.file.parent.name}/{self.file.name}:{self.line} in {self.inside}"


class Without(ast.NodeTransformer):
    """Takes out the assertion of one line."""

    def __init__(self, line: int) -> None:
        self._line = line

    def visit_Assert(self, node: ast.Assert) -> ast.stmt:
        """Put `pass` in its place."""
        return ast.copy_location(ast.Pass(), node) if node.lineno == self._line else node


def mutants(module: ModuleType) -> Iterator[Mutant]:
    """Give a mutant for each assertion of the module."""
    file = Path(str(module.__file__))
    for function in parsed(file).body:
        for node in ast.walk(function):
            if isinstance(node, ast.Assert):
                inside = getattr(function, "name", "the module")
                yield Mutant(module.__name__, file, node.lineno, inside)


def parsed(file: Path) -> ast.Module:
    """Parse a source; a collection meanwhile confuses Python 3.11's parser (cpython#106905)."""
    with uncollected():
        return ast.parse(file.read_text(encoding="utf-8"))


@contextmanager
def alive(mutant: Mutant) -> Iterator[ModuleType]:
    """Let the mutant take its module's place in the catalogue of experiments."""
    tree = Without(mutant.line).visit(parsed(mutant.file))
    original, module = sys.modules[mutant.module], ModuleType(mutant.module)
    known_checks, known_specimens = checks.CHECKS.copy(), specimen.SPECIMENS.copy()
    specimen.SPECIMENS.clear()
    sys.modules[mutant.module] = module
    try:
        exec(compile(tree, mutant.file, "exec"), module.__dict__)  # noqa: S102 - our own source
        yield module
    finally:
        sys.modules[mutant.module] = original
        checks.CHECKS.update(known_checks)
        specimen.SPECIMENS.update(known_specimens)


# Who notices.


def caught(module: ModuleType, mutant: Mutant, origin: Origin) -> bool:
    """Tell whether everything broken is caught as before by the checks that the mutant touches."""
    own = {name for name, each in checks.CHECKS.items() if each.run.__module__ == module.__name__}
    touched = {name for name in own if name.partition("-")[2] == mutant.inside} or own
    return all(
        _says(partial(put, check, _trial(name, origin)), words)
        for name, check, words in CAUGHT
        if check in touched
    )


def _trial(name: str, origin: Origin) -> Trial:
    return Trial(BROKEN[name].variant, origin)


def shown(module: ModuleType, mutant: Mutant, origin: Origin) -> bool:
    """Tell whether every specimen that the mutant touches still breaks its rule."""
    for assertion, seen, words in BY_HAND:
        if (assertion.__module__, assertion.__name__) == (mutant.module, mutant.inside):
            return _says(partial(getattr(module, mutant.inside), *seen), words)
    faulty = {name: each for name, each in specimen.SPECIMENS.items() if _is_faulty(each)}
    own = {name for name in specimen.SPECIMENS if name.partition("-")[2] == mutant.inside}
    touched = (faulty.keys() & own) if own else faulty.keys()
    return all(
        _says(partial(faulty[name].run, origin), faulty[name].rule.number)
        for name in sorted(touched)
    )


def _is_faulty(each: specimen.Specimen) -> bool:
    return not each.missing() and each.fault is not None and each.fault.is_here()


def judged(module: ModuleType, _: Mutant, origin: Origin) -> bool:
    """Tell whether every aspect of the states is still broken by what breaks it."""
    return all(
        re.search(words, module.judged(module.show(case, _trial(name, origin))).get(aspect, ""))
        for name, case, aspect, words in test_states.CAUGHT
    )


def _says(run: Callable[[], object], words: str) -> bool:
    try:
        run()
    except AssertionError as broken:
        return re.search(words, str(broken)) is not None
    except Exception:  # noqa: BLE001 - without the assertion anything may go wrong: noticed
        return False
    return False


def all_mutants() -> Iterator[tuple[Mutant, Callable[[ModuleType, Mutant, Origin], bool]]]:
    """Give every mutant, with what tells whether it survives."""
    for module in _modules(checks.all_checks().values()):
        for mutant in mutants(module):
            yield mutant, caught
    for mutant in mutants(importlib.import_module("rules.states")):
        yield mutant, judged
    for module in _modules(specimen.all_specimens().values()):
        for mutant in mutants(module):
            yield mutant, shown


def _modules(experiments: Iterable[checks.Check | specimen.Specimen]) -> list[ModuleType]:
    names = sorted({each.run.__module__ for each in experiments})
    return [importlib.import_module(name) for name in names]


def main() -> int:
    """Try all of them, and name those that survive."""
    survivors, tried = [], 0
    with started() as origin:
        for mutant, survives in all_mutants():
            tried += 1
            with alive(mutant) as module:
                if survives(module, mutant, origin):
                    survivors.append(mutant)
                    print(f"survives: {mutant}", flush=True)
    print(f"{tried - len(survivors)} of {tried} assertions are missed when they are gone")
    return EXIT_SURVIVED if survivors else 0


if __name__ == "__main__":
    sys.exit(main())
