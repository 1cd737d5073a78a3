"""Small matrices of rules, made to measure."""

from collections.abc import Sequence

from report.matrix import SCHEMA, Asked, Cell, Check, Claim, Kind, Matrix, Rule, Subject, Verdict

KEPT, BROKEN, TRAIT, NOT_APPLICABLE, NOT_RUN = Verdict

RULES = [
    Rule("L1", "required", "No more than the limit are in progress.", "The limit"),
    Rule("L7", "stochastic", "Nobody who waits is forgotten.", "The limit"),
    Rule("E2", "required", "No queued call begins while a failure cancels the rest.", "Errors"),
    Rule("E5", "trait", "The shape of what is raised.", "Errors"),
]
VARIANTS = ("asyncio/workers", "asyncio/semaphore", "trio/workers")
WAY = "asyncio.to_thread behind a Semaphore"


def cell(check: str, subject: str, verdict: Verdict, **told: str) -> Cell:
    """Make a cell; the check's name begins with its rule."""
    return Cell(check, check.partition("-")[0], subject, verdict, **told)


def matrix(
    *cells: Cell,
    python: str = "3.11.7",
    commit: str = "abc",
    claims: Sequence[Claim] = (),
    **versions: str,
) -> Matrix:
    """Make a matrix of these cells and claims, with all rules and variants."""
    ways = dict.fromkeys(each.subject for each in cells if each.subject not in VARIANTS)
    return Matrix(
        SCHEMA,
        made="2026-11-23T06:00:00Z",
        commit=commit,
        python=python,
        versions=versions,
        machine="a small one",
        rules=RULES,
        checks=[Check(name, f"What {name} does.") for name in {each.check: 0 for each in cells}],
        subjects=[
            *(Subject(name, Kind.VARIANT, "main") for name in VARIANTS),
            *(Subject(way, Kind.SPECIMEN) for way in ways),
        ],
        cells=list(cells),
        thread=[Asked(15, "TaskGroup with workers", ["asyncio/workers"])],
        claims=list(claims),
    )


def alike(check: str, verdict: Verdict, **told: str) -> list[Cell]:
    """Make the same cell for each variant."""
    return [cell(check, name, verdict, **told) for name in VARIANTS]
