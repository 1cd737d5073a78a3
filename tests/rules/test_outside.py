"""Variants of somebody's own, by `--impl FILE.py`: the example of CONTRIBUTING.md, and worse."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
pytestmark = pytest.mark.timeout(300)
"""Each runs a pytest of its own, with all checks of a variant."""

A_FEW = "test_rule and (L1-never_more or R1-in_order)"


def example() -> str:
    """Give the file that CONTRIBUTING.md shows."""
    [code] = re.findall(r"```python\n(# mine\.py\n.*?)```", CONTRIBUTING, re.DOTALL)
    return str(code)


AS_A_VARIANT = """
from functools import partial
from impls import on_{speaks}
from impls.contract import Ability, Variant

CANNOT = {{Ability.APART: "a worker is one task for many calls"}}
LOAD = lambda: partial(on_{speaks}.run, strategy=workers, **{options})
VARIANTS = {{"{name}": Variant("{name}", (), LOAD, "{speaks}", CANNOT)}}
"""

HELD, UNHEARD, STUBBORN = (
    "X10-freed_after_a_failure",
    "E9-cancelled_by_itself",
    "C7-none_begun_by_a_stubborn_call",
)
SHORT_FORMS: dict[str, tuple[str, dict[str, Any], set[str]]] = {
    "asyncio/readme": ("asyncio.TaskGroup()", {}, {HELD, UNHEARD, STUBBORN}),
    "trio/readme": ("trio.open_nursery()", {}, {HELD}),
    "anyio@asyncio/readme": (
        "anyio.create_task_group()",
        {"backend": "asyncio", "backend_options": {}},
        {HELD, UNHEARD},
    ),
}
"""By variant, its group, the options of its recipe, and what the short form does not promise there.

The README says so of each.
"""


def short_form() -> str:
    """Give the recipe that the README shows, without its last line, which makes real calls."""
    [code] = re.findall(
        r"```python\n(import asyncio\n.*?)\n\n\nresults = .*?```", README, re.DOTALL
    )
    return str(code)


def short_form_with(group: str) -> str:
    """Give the short form with the group of another runtime, as the README shows it."""
    if group in short_form():
        return short_form()
    [block] = re.findall(r"```python\n( +async with trio.*?)```", README, re.DOTALL)
    own = re.compile(r" +async with asyncio\.TaskGroup.*?worker\(\)\)\n", re.DOTALL)
    assert own.search(short_form())
    assert group in block
    own_block = block.partition("    return results")[0].replace("trio.open_nursery()", group)
    code = own.sub(own_block, short_form())
    return code.replace("import asyncio", f"import {group.partition('.')[0]}")


def named(name: str, own: str | None = None) -> str:
    """Give a file that offers a variant by this name, which has its own."""
    made = f"Variant({own or name!r}, (), None)"
    return f"from impls.contract import Variant\nVARIANTS = {{{name!r}: {made}}}"


def judged(file: Path, rules: str = A_FEW) -> subprocess.CompletedProcess[str]:
    """Hold the variants of the file against these rules."""
    command = (sys.executable, "-m", "pytest", "tests/", "--impl", str(file), "-k", rules)
    return subprocess.run(
        [*command, "-p", "no:cacheprovider", "-p", "no:randomly"],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )


def test_the_example_has_its_column(tmp_path: Path) -> None:
    """What CONTRIBUTING.md shows can be copied, keeps its rules, and has them in its column."""
    file = tmp_path / "mine.py"
    file.write_text(example(), encoding="utf-8")
    told = judged(file)
    assert told.returncode == pytest.ExitCode.OK, told.stdout
    assert re.search(
        r"= asyncio/window =+\n+L1-never_more +kept +at most 5 in progress", told.stdout
    )
    assert re.search(r"\nR1-in_order +kept +\S", told.stdout)


@pytest.mark.parametrize("name", SHORT_FORMS)
def test_the_recipe_of_the_readme(name: str, tmp_path: Path) -> None:
    """It can be copied, and keeps all rules but those of which the README speaks."""
    group, options, left_out = SHORT_FORMS[name]
    speaks = re.split("[@/]", name)[0]
    file = tmp_path / "readme.py"
    variant = AS_A_VARIANT.format(name=name, speaks=speaks, options=options)
    file.write_text(short_form_with(group) + variant, encoding="utf-8")
    told = judged(file, "test_rule")
    assert name in told.stdout, told.stderr
    broken = set(re.findall(r"^(\S+) +broken +(?!.*\(known: )", told.stdout, re.MULTILINE))
    assert broken == left_out, told.stdout


def test_what_breaks_a_rule_is_told(tmp_path: Path) -> None:
    """One call over the limit fails the run, and the column says what was seen."""
    file = tmp_path / "mine.py"
    file.write_text(example().replace("== limit", "> limit"), encoding="utf-8")
    told = judged(file)
    assert told.returncode == pytest.ExitCode.TESTS_FAILED, told.stdout
    assert re.search(r"\nL1-never_more +broken +L1: 6 calls in progress at once", told.stdout)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (None, "mine.py is no Python file, or is not there"),
        ("x =", "mine.py raised SyntaxError: invalid syntax"),
        ("\nx = y", "mine.py raised NameError: name 'y' is not defined (mine.py, line 2)"),
        ("raise SystemExit('no key')", "mine.py raised SystemExit: no key (mine.py, line 1)"),
        ("x = 1", "has no VARIANTS"),
        ("VARIANTS = {}", "has no VARIANTS"),
        ("VARIANTS = {'mine': 1}", "'mine' is not the name of a Variant, but of 1"),
        (named("asyncio/window", "asyncio/other"), "whose name is 'asyncio/other'"),
        (named("window"), "is not RUNTIME/STRATEGY, where RUNTIME begins with asyncio, "),
        (named("anyio/window"), "where RUNTIME begins with asyncio, "),
        (
            named("asyncio/window").replace("(), ", "('json'), "),
            "make it a tuple, such as ('trio',)",
        ),
        (named("trio/channel"), "there is a variant 'trio/channel' already"),
        (named("trio/window"), "speaks asyncio; make it Variant('trio/window', …, speaks='trio')"),
    ],
    ids=[
        *("absent", "no Python", "raises", "exits", "none", "empty", "of something else"),
        *("two names", "no runtime", "no backend", "needs", "a name of ours", "speaks"),
    ],
)
def test_a_file_without_variants_is_refused(text: str | None, told: str, tmp_path: Path) -> None:
    """One line says what the file must have."""
    file = tmp_path / "mine.py"
    if text is not None:
        file.write_text(text, encoding="utf-8")
    ended = judged(file)
    assert ended.returncode == pytest.ExitCode.USAGE_ERROR
    assert told in ended.stderr
    assert "Traceback" not in ended.stderr


def offering(load: str, needs: str = "()") -> str:
    """Give a file that offers a variant which is loaded, or ends, so."""
    return f"""
import os
from functools import partial
from impls import on_asyncio
from impls.contract import Variant

async def strategy(call, args, limit):
    return []

async def fails(call, args, limit):
    async with on_asyncio.asyncio.TaskGroup() as group:
        group.create_task(broken())

async def broken():
    return settings

async def waits(call, args, limit):
    await on_asyncio.asyncio.Event().wait()

def raises():
    raise RuntimeError("no settings")

VARIANTS = {{"asyncio/mine": Variant("asyncio/mine", {needs}, {load})}}
"""


@pytest.mark.parametrize(
    ("load", "told"),
    [
        ("raises", r"RuntimeError: no settings \(mine.py, line 21\)$"),
        ("lambda: partial(on_asyncio.run, strategy=fails)", r"NameError: .* \(mine.py, line 15\)$"),
        ("lambda: strategy", "TypeError: strategy\\(\\) missing 1 required .* goes into functools"),
        ("lambda: partial(os._exit, 3)", "TypeError: "),
        ("lambda: lambda *_: os._exit(3)", "its process ended with 3"),
        ("lambda: partial(on_asyncio.run, strategy=waits)", "it did not end within 20 s"),
    ],
    ids=["raises", "fails", "a strategy", "nonsense", "dies", "hangs"],
)
def test_a_variant_that_makes_no_call_is_refused(load: str, told: str, tmp_path: Path) -> None:
    """One line says why it can't be judged, and no test is run on it."""
    file = tmp_path / "mine.py"
    file.write_text(offering(load), encoding="utf-8")
    ended = judged(file)
    assert ended.returncode == pytest.ExitCode.USAGE_ERROR
    words = f"'asyncio/mine' can't run a batch of one call: {told}"
    assert re.search(words, ended.stderr, re.MULTILINE)


def test_a_variant_that_is_not_installed_says_so(tmp_path: Path) -> None:
    """Its column is the name of what it lacks."""
    file = tmp_path / "mine.py"
    file.write_text(offering("raises", "('no_such_module',)"), encoding="utf-8")
    assert re.search(r"= asyncio/mine =+\n+not installed: no_such_module\n", judged(file).stdout)
