"""What a person sees while the race runs: a bar in a terminal, plain lines elsewhere."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn


@contextmanager
def shown(steps: int) -> Iterator[Callable[[str], None]]:
    """Show how far the race is; the function given is told of each of its steps."""
    console = Console()
    show = bar if console.is_terminal else lines
    with show(console, steps) as step:
        yield step


@contextmanager
def bar(console: Console, steps: int) -> Iterator[Callable[[str], None]]:
    """Show a bar, the time left, and what is being done.

    It is drawn between rounds only: nothing of ours may run beside what is timed.
    """
    columns = (
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.description}"),
    )
    with Progress(*columns, console=console, auto_refresh=False, transient=True) as progress:
        task = progress.add_task("", total=steps)
        done = -1

        def step(what: str) -> None:
            nonlocal done
            done += 1
            progress.update(task, completed=done, description=what, refresh=True)

        yield step


@contextmanager
def lines(console: Console, steps: int) -> Iterator[Callable[[str], None]]:
    """Show a line when a block begins."""
    began = time.monotonic()
    done, before = 0, ""

    def step(what: str) -> None:
        nonlocal done, before
        block = what.partition(":")[0]
        if block != before:
            seconds = time.monotonic() - began
            console.print(f"{seconds:5.0f} s  {done:4} of {steps} rounds  {block}", highlight=False)
        done, before = done + 1, block

    console.print()
    yield step
