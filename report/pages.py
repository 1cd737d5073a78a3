"""The two pages: one HTML file that needs nothing else, and its twin in Markdown.

Strategy: both are templates over the same texts, so they cannot disagree.  Jinja escapes every
text that comes from the results file; only the charts, which are drawn here, go in as they are.
"""

import html
from pathlib import Path
from typing import Any, NamedTuple

import jinja2
from markupsafe import Markup

from report import charts, families, growth, kept, matrix, method, rules, tables, warnings
from report.comparison import WORTH_NAMING
from report.figures import Standing, standings
from report.marks import Marks
from report.replaced import replace
from report.results import Results, UnreadableResults
from report.statistics import ALPHA, FEWEST_GENERATIONS, POWER
from report.verdict import advice, noise, twins, verdict
from report.way_findings import FINDINGS
from report.ways import ways
from report.words import one_line, share

TEMPLATES = Path(__file__).parent / "templates"

# What Markdown takes for its own; what HTML does is escaped besides.
MARKDOWN = str.maketrans({sign: f"\\{sign}" for sign in "\\`*_[]|~#"})

# Numbers that the templates' sentences need.
RULES = {
    "interval": share(1 - ALPHA),
    "misses": share(ALPHA),
    "margin": share(WORTH_NAMING - 1),
    "generations": FEWEST_GENERATIONS,
    "power": share(POWER),
    "beyond": tables.BEYOND,
}


class Written(NamedTuple):
    """A report that was written.

    Attributes:
        pages: where it is, in HTML and in Markdown.
        says: its first lines: what to use, and the verdict of each course.
    """

    pages: tuple[Path, Path]
    says: list[str]


def write(results: Results, file: str, into: Path) -> Written:
    """Write both pages of the results into a folder, which is made if need be.

    Args:
        results: as read from their file.
        file: its name, for the pages to tell.
        into: the folder.

    Raises:
        OSError: the folder can't be written to.
    """
    facts = gather(results, file)
    into.mkdir(parents=True, exist_ok=True)
    pages = [(into / name, render(name, facts)) for name in ("index.html", "report.md")]
    for path, text in pages:
        replace(path, text.encode())
    says = [facts["advice"], *(f"On {each.course}: {each.says}" for each in facts["verdict"])]
    return Written(
        (pages[0][0], pages[1][0]), [facts["marks"](one_line(each)) for each in says if each]
    )


def render(template: str, facts: dict[str, Any]) -> str:
    """Fill in one of the templates."""
    return _environment(facts["marks"]).get_template(template).render(facts)


def gather(results: Results, file: str) -> dict[str, Any]:
    """Put together all that the pages show."""
    derived = standings(results)
    marks = Marks(results.race.entrants)
    matrices, unread = kept.folder(matrix.FOLDER, matrix.read)
    growths, doubts = kept.folder(growth.FOLDER, growth.read)
    promises = rules.promises(matrices, results.race.conditions.get("commit"), unread)
    return {
        "race": results.race,
        "file": file,
        "rules": RULES,
        "advice": advice(derived),
        "verdict": verdict(derived, noisy=warnings.noisy(results, derived)),
        "twins": twins(results.race, derived),
        "noise": noise(derived),
        "deserved": warnings.of_race(results, derived),
        "warnings": [*warnings.OF_RACE, *warnings.OF_ROW],
        "courses": [_course(each, marks) for each in derived],
        "marks": marks,
        "promises": promises,
        "ways": ways(results, derived, promises, matrices, growths, doubts=doubts),
        "findings": FINDINGS,
        "floor": families.FLOOR,
        "out": tables.out(derived),
        "unable": tables.unable(results),
        "method": method.described(results.race),
        "self_tests": _self_tests(method.SELF_TEST),
        "conditions": tables.conditions(results, derived),
        "derivations": tables.derivations(derived),
    }


def markdown(text: str) -> Markup:
    """Keep a text from being taken for Markdown or HTML, or from leaving its line."""
    return Markup(html.escape(one_line(text).translate(MARKDOWN), quote=False))  # noqa: S704


def _course(standing: Standing, marks: Marks) -> dict[str, Any]:
    drawn = {each: Markup(charts.draw(standing, each, marks)) for each in charts.LAYOUTS}  # noqa: S704
    return {
        "about": standing.course,
        "reference": standing.reference,
        "charts": drawn,
        "caption": charts.caption(standing),
        "table": tables.course(standing),
        "took": tables.took(standing),
        "times": tables.times(standing),
        "pairwise": tables.pairwise(standing),
    }


def _self_tests(path: Path) -> dict[str, Any]:
    """Give the self-tests with their tables; of a damaged file, what is wrong with it."""
    try:
        tests = method.read(path)
    except UnreadableResults as error:
        return {"tests": [], "unreadable": str(error)}
    return {"tests": [(each, tables.self_test(each)) for each in tests], "unreadable": None}


def _environment(marks: Marks) -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    environment.filters["md"] = markdown
    environment.filters["marked"] = marks
    return environment
