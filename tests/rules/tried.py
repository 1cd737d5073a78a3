"""Whether a variant runs at all: `python -m tests.rules.tried HOME NAME` lets it make one call.

Strategy: in a process of its own, since what hangs would take the tests along; and with what that
starts, which ends with it.
"""

import os
import signal
import subprocess
import sys
import traceback
from contextlib import suppress
from pathlib import Path

from impls.contract import Batch, Variant
from impls.registry import housed
from origin.process import ROOT
from report.words import one_line
from rules.trial import single_errors

ENDS = 20.0
"""Seconds for that, most of them for what a busy machine takes to import a runtime."""

HINT = (
    "; load() gives a function of (target, batches), as impls.contract.Run says: "
    "a strategy of your own goes into functools.partial(impls.on_{}.run, strategy=…)"
)


def tried(variant: Variant) -> str | None:
    """Say why the variant can't make a call, if it can't."""
    command = [sys.executable, "-m", "tests.rules.tried", variant.home, variant.name]
    with subprocess.Popen(
        command,
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as child:
        try:
            told = child.communicate(timeout=ENDS)
        except subprocess.TimeoutExpired:
            return f"it did not end within {ENDS:g} s"
        finally:
            with suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGKILL)
    if not child.returncode:
        return None
    lines = [line for each in told for line in each.splitlines()[-1:]]
    return lines[0] if lines else f"its process ended with {child.returncode}"


def main(home: str, name: str) -> int:
    """Make a batch of one call, a checkpoint of the runtime; if that fails say why, and where."""
    variant = housed(home)[name]
    try:
        [finished] = variant.load()(None, [Batch(range(1), 1)])
        finished.outcome.unwrap()
    except BaseException as error:  # noqa: BLE001 - whatever a file of somebody's own raises
        first = single_errors(error)[0]
        hint = HINT.format(variant.speaks) if isinstance(first, TypeError) else ""
        print(one_line(f"{type(first).__name__}: {first}{place(first, home)}{hint}"))
        return 1
    return 0


def place(error: BaseException, home: str) -> str:
    """Say which line of the file the error came through last, if any."""
    frames = traceback.extract_tb(error.__traceback__)
    lines = [each.lineno for each in frames if each.filename == home]
    return f" ({Path(home).name}, line {lines[-1]})" if lines else ""


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
