"""Whether a variant runs at all: `python -m tests.rules.tried HOME NAME` lets it make one call.

Strategy: in a process of its own, since what hangs would take the tests along.
"""

import subprocess
import sys
import traceback
from pathlib import Path

from impls.contract import Batch, Variant
from impls.registry import housed
from origin.process import ROOT

ENDS = 20.0
"""Seconds for that, most of them for what a busy machine takes to import a runtime."""

HINT = (
    "load() gives a function of (target, batches), as impls.contract.Run says: "
    "a strategy of your own goes into functools.partial(impls.on_{}.run, strategy=…)"
)


def tried(variant: Variant) -> str | None:
    """Say why the variant can't make a call, if it can't."""
    command = [sys.executable, "-m", "tests.rules.tried", variant.home, variant.name]
    try:
        done = subprocess.run(
            command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=ENDS
        )
    except subprocess.TimeoutExpired:
        return f"it did not end within {ENDS:g} s"
    if not done.returncode:
        return None
    why = done.stdout.strip() or done.stderr.strip() or f"its process ended with {done.returncode}"
    return f"{why}; {HINT.format(variant.speaks)}"


def main(home: str, name: str) -> int:
    """Make a batch of one call, a checkpoint of the runtime; if that fails say why, and where."""
    try:
        [finished] = housed(home)[name].load()(None, [Batch(range(1), 1)])
        finished.outcome.unwrap()
    except Exception as error:  # noqa: BLE001 - whatever a file of somebody's own raises
        print(f"{type(error).__name__}: {error}{place(error, home)}")
        return 1
    return 0


def place(error: Exception, home: str) -> str:
    """Say which line of the file the error came through last, if any."""
    lines = [
        each.lineno for each in traceback.extract_tb(error.__traceback__) if each.filename == home
    ]
    return f" ({Path(home).name}, line {lines[-1]})" if lines else ""


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
