"""E: calls that fail within, by what only a call of one's own can raise.

Strategy: each is written once, in the few words that all languages have.  Calls meet, where they
must be in progress at once, so that one fails while another is at a known place.
"""

import subprocess
import sys
from collections.abc import Sequence
from itertools import product
from threading import Lock
from typing import Literal

import outcome

from impls.contract import Ability, Batch, Variant
from origin.process import ROOT
from rules.chapters.errors import Ended, ended, reported
from rules.checks import check
from rules.languages import LANGUAGES, LONG, Happening, Words
from rules.trial import PATIENCE, DoesNotApply, Trial, makes_own

Policy = Literal["raise", "collect"]

POLICIES: tuple[Policy, Policy] = ("raise", "collect")
FAILING = 1
EXITS = tuple(product((KeyboardInterrupt, SystemExit), POLICIES))
LEFT = "left the batch"
FEW = range(4)
"""The calls of a batch, one of which raises something that could be mistaken."""


class Failed(Exception):  # noqa: N818 - it names what happened, as `Aborted` does
    """A call failed."""


class CleanUpFailed(Exception):  # noqa: N818 - it names what happened, as `Aborted` does
    """A call that was cut off failed in its clean-up."""


class Meeting:
    """Where some calls wait for each other, and then go on together."""

    def __init__(self, words: Words, size: int) -> None:
        """Let so many calls meet."""
        self._words = words
        self._missing = size
        self._all_here: Happening | None = None
        self._lock = Lock()

    async def join(self) -> None:
        """Wait until all are here."""
        with self._lock:
            self._missing -= 1
            self._all_here = all_here = self._all_here or self._words.event()
        if self._missing:
            await all_here.wait()
        else:
            await all_here.set()


def both_meet(variant: Variant, failing: Sequence[int]) -> tuple[Ended, list[int]]:
    """Run two calls that meet, and fail if they are to; give the end, and which have failed."""
    words = LANGUAGES[variant.speaks]
    meeting = Meeting(words, 2)
    failed: list[int] = []

    async def call(arg: int) -> int:
        await meeting.join()
        if arg in failing:
            failed.append(arg)
            raise Failed(arg)
        return arg

    return ended(variant, words.call(call), Batch((0, 1), 2, deadline=PATIENCE)), failed


def one_raises(variant: Variant, raising: type[BaseException] | None, policy: Policy) -> Ended:
    """Run four calls, two at a time; the second raises this, or what a cancellation is."""
    words = LANGUAGES[variant.speaks]

    async def call(arg: int) -> int:
        await words.checkpoint()
        if arg == FAILING:
            raise raising or words.cancelled
        return arg

    def in_a_thread(arg: int, *_ends: float) -> int:
        if arg == FAILING:
            raise raising or words.cancelled
        return arg

    plain = variant.speaks == "threads"  # where no coroutine stands between
    batch = Batch(FEW, 2, on_error=policy, deadline=PATIENCE)
    return ended(variant, in_a_thread if plain else words.call(call), batch)


def heard_of(ended_so: Ended) -> bool:
    """Tell whether that call was: the batch failed, in time, or an error stands in its place."""
    if isinstance(ended_so, outcome.Value):
        results = ended_so.value
        return len(results) == len(FEW) and isinstance(results[FAILING], outcome.Error)
    return not any(isinstance(error, TimeoutError) for error in reported(ended_so))


def shape(ended_so: Ended) -> str:
    """Say how what a batch raised is wrapped."""
    if not isinstance(ended_so, outcome.Error):
        return "nothing"
    grouped = isinstance(ended_so.error, BaseExceptionGroup)
    return f"a group of {len(reported(ended_so))}" if grouped else "the bare error"


@check("E5")
def shape_of_errors(trial: Trial) -> str:
    """One of two calls in progress fails; then both do, at the same time."""
    one, two = (shape(both_meet(trial.variant, failing)[0]) for failing in ((0,), (0, 1)))
    return f"one failure: {one}; two: {two}"


@check("E6")
def both_reported(trial: Trial) -> str:
    """Two calls wait for each other, and then both fail."""
    seen, failed = both_meet(trial.variant, (0, 1))
    if len(failed) == 1:  # an eager task fails as it is begun, and a group ends the others at once
        raise DoesNotApply("the first failure ends the other call before it can fail")
    errors = reported(seen)
    both = {error.args for error in errors if isinstance(error, Failed)} == {(0,), (1,)}
    assert both, f"E6: two calls failed together; reported: {errors}"
    return "both failures were reported"


@check("E7", Ability.CUTS)
def clean_up_error_shown(trial: Trial) -> str:
    """One call fails; the other is cut off by that, and fails in its clean-up."""
    variant = trial.variant
    words = LANGUAGES[variant.speaks]
    meeting = Meeting(words, 2)

    async def call(arg: int) -> None:
        try:
            await meeting.join()
            if arg == 0:
                raise Failed
            await words.sleep(LONG)
        finally:
            if arg == 1:
                raise CleanUpFailed

    errors = reported(ended(variant, words.call(call), Batch((0, 1), 2, deadline=PATIENCE)))
    shown = any(isinstance(error, CleanUpFailed) for error in errors)
    assert shown, f"E7: a sibling's clean-up failed; reported: {errors}"
    return "the error of a sibling's clean-up was reported"


@check("E9")
def cancelled_by_itself(trial: Trial) -> str:
    """A call raises the class of cancellation, though nobody has cancelled it."""
    for policy in POLICIES:
        seen = one_raises(trial.variant, None, policy)
        assert heard_of(seen), f"E9: a call raised a cancellation by itself ({policy}); got {seen}"
    return "a call that raised a cancellation by itself had failed"


@check("E10")
def stops_surface(trial: Trial) -> str:
    """A call raises what ends a loop when an iterator raises it."""
    for stop, policy in product((StopIteration, StopAsyncIteration), POLICIES):
        seen = one_raises(trial.variant, stop, policy)
        assert heard_of(seen), f"E10: a call raised {stop.__name__} ({policy}); got {seen}"
    return "a call that raised StopIteration or StopAsyncIteration had failed"


@check("E11")
def exits_are_no_values(trial: Trial) -> str:
    """A call raises what is to end the program, in a process of its own."""
    variant = trial.variant
    makes_own(variant)
    _, *said = said_by("rules.errors_leaving", variant.home, variant.name)
    lines = iter(said)
    for leave, policy in EXITS:
        got = next(lines, "nothing, for it hung")
        assert got == LEFT, f"E11: a call raised {leave.__name__} ({policy}); got {got}"
    return "KeyboardInterrupt and SystemExit left the batch"


def said_by(program: str, *options: str) -> list[str]:
    """Run a program of ours, which ends by itself, and give the lines that it has said.

    Raises:
        ChildProcessError: it did not come to saying any.
    """
    command = [sys.executable, "-m", program, *options]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if not done.stdout:
        raise ChildProcessError(done.stderr)
    return done.stdout.splitlines()
