"""The rules of a correct batch: each with its number, its strength, and what it promises.

Strategy: one table.  A number is for life: reports, deviations and messages speak of it.  What
shows a rule stands elsewhere: checks, which run batches of any variant (`rules.checks`), and
specimens, small programs of ways that no variant here takes (`rules.specimen`).
"""

from enum import StrEnum
from typing import NamedTuple


class Strength(StrEnum):
    """How much a rule asks."""

    REQUIRED = "required"
    TRAIT = "trait"
    """Both answers are defensible; the matrix says which one it is."""
    STOCHASTIC = "stochastic"
    """Chance decides whether a run meets the fault; it can miss one, but never invents one."""


class Rule(NamedTuple):
    """A promise: its number, its strength, and one sentence on what and why.

    Attributes:
        note: what is told of somebody, and could not be shown here.
    """

    number: str
    strength: Strength
    says: str
    note: str = ""


CHAPTERS = {
    "L": "The limit",
    "E": "Errors",
    "C": "Cancellation and deadlines",
    "R": "Results",
    "S": "Streams",
    "F": "Faults of the server",
    "X": "Resources and scale",
    "K": "Ctrl-C",
}
"""What the letters of the numbers mean."""

_, TRAIT, STOCHASTIC = Strength

# number, what and why; the strength where it is not required
_ROWS: tuple[tuple[str, str] | tuple[str, str, Strength], ...] = (
    ("L1", "No more than the limit are in progress at the server: that is what a limit is for."),
    ("L2", "A timed-out thread keeps its slot until it has ended, since it still calls."),
    ("L3", "What an abandoned thread does to the limit is the same on both anyio backends."),
    ("L4", "The limit is reached, and kept while calls remain: an idle slot is time lost."),
    ("L5", "A task cancelled before its first step loses no permit, or the limit shrinks."),
    ("L6", "A limiter never grants more than it has, or the server gets too much."),
    ("L7", "Nobody who waits is forgotten when another is cancelled just then.", STOCHASTIC),
    ("L8", "A limit below 1 is refused at once, since it could only hang."),
    ("L9", "What a batch within a batch on one limiter does: it is told, or it hangs.", TRAIT),
    ("E1", "No call begins after the first error is reported: the program has moved on."),
    ("E2", "No queued call begins while a failure cancels the rest, or it is made for nothing."),
    ("E3", "Calls in progress are cut off when one fails, visibly, or the server works in vain."),
    ("E4", "An error is reported promptly, and not after a slower call that came before it."),
    ("E5", "What is raised for one failure, and for two: code that catches must know.", TRAIT),
    ("E6", "No second error is lost: two calls that fail together are both reported."),
    ("E7", "An error of a sibling's clean-up is shown, since it may be the worse one."),
    ("E8", "A failure is heard where the block is left, without being asked for."),
    ("E9", "A call that raises CancelledError by itself has failed: no result goes missing."),
    ("E10", "StopIteration and StopAsyncIteration surface as errors, and end no loop."),
    ("E11", "KeyboardInterrupt and SystemExit never become a value, or the program goes on."),
    ("E12", "No coroutine is left that was never awaited: a call that was made never happened."),
    ("E13", "A failure ends the batch under eager tasks too, and does not hang it."),
    ("E14", "A failure adds no errors of the machinery's own to those of the calls."),
    ("E15", "If the arguments raise, the calls in progress are settled before the batch ends."),
    ("C1", "A cancellation from outside ends the batch and is passed on to the caller."),
    ("C2", "Nothing of a cancelled batch runs on: who cancelled it believes that it has ended."),
    ("C3", "A cancellation that comes while the group is aborting is kept, or the caller goes on."),
    ("C4", "An abort reaches a batch within the batch, or the inner one works on."),
    ("C5", "A result in the same instant does not turn a cancellation into success."),
    ("C6", "A deadline that has passed is reported, also if the call swallowed its cancellation."),
    ("C7", "A call that swallows one cancellation does not hold the batch beyond its deadline."),
    ("C8", "What becomes of a clean-up that awaits and is not shielded.", TRAIT),
    ("C9", "Waiting for a call that will not be cancelled costs little processor time."),
    ("C10", "Siblings are cancelled together: leaving takes as long as one clean-up, not all."),
    ("C11", "A cancellation that comes while a stream is cleaned up is kept."),
    ("C12", "A call's clock starts when the call does, or waiting for a slot counts as slowness."),
    ("C13", "Nothing is sent when the deadline has already passed: nobody waits for the answer."),
    ("C14", "A call's own TimeoutError can be told from the batch's: the remedies differ."),
    ("C15", "What runs out of time raises a TimeoutError, which `except Exception` catches."),
    ("C16", "No deadline fires early: a call has the time that it was given."),
    ("C17", "Closing a connection to a peer that does not read takes no time."),
    ("C18", "What is shielded is stopped, or waited for, but not left behind."),
    ("C19", "How many calls had been answered though a timeout was reported.", STOCHASTIC),
    ("R1", "N calls give N results in the order of the arguments, duplicates kept."),
    ("R2", "The order in which calls begin.", TRAIT),
    ("R3", "An empty batch gives no results, and no error: a list may be empty."),
    ("S1", "Arguments are drawn lazily, a few ahead of the calls: there may be millions."),
    ("S2", "The run-ahead of a slow consumer is bounded, or the results fill the memory."),
    ("S3", "Nothing is called once the consumer has stopped."),
    ("S4", "The first result that wins is given at once, without waiting for the slowest."),
    ("S5", "A stream can be closed early without an error."),
    ("S6", "One slow call holds back no other's result, where no order is asked for."),
    ("F1", "A refused connection fails its call, which names the host, the port and the reason."),
    ("F2", "A reset fails its call alone, wherever in the answer it comes, and says so."),
    ("F3", "A cut-off answer is an error, and never half a result."),
    ("F4", "A server that accepts and never answers costs a call its time limit, and no more."),
    ("F5", "An answer that comes one byte at a time is an answer."),
    ("F6", "What is not HTTP is an error that says so."),
    ("F7", "A head without end is refused before it fills the memory."),
    ("F8", "A body larger than announced spoils no other call."),
    ("F9", "A connection that the server closed while idle is replaced unnoticed."),
    ("F10", "A status of 4xx or 5xx is an error of its call, which names the status."),
    ("F11", "An answer for another argument is an error, and never a result."),
    ("X1", "A call that is closed or cancelled is hung up, visibly to the server."),
    ("X2", "No descriptor leaks under random cancellations.", STOCHASTIC),
    ("X3", "The pool of connections is healthy after a time of failures and cancellations."),
    ("X4", "No call ever gets another's answer, or the data of one user is shown to another."),
    ("X5", "Calls survive a collection of garbage, which may come at any time."),
    ("X6", "What a call sets in a context variable is seen by no other call."),
    ("X7", "Other tasks run soon, also while calls of the batch do not suspend."),
    ("X8", "Ten times the calls cost about ten times as much."),
    ("X9", "Memory grows with the limit, not with the number of calls that wait."),
    ("X10", "After a failure the results so far can be freed, without a collection of garbage."),
    ("X11", "No work is dropped on a hidden timer."),
    ("X12", "A worker that dies does not hang the batch."),
    ("X13", "A coroutine function given to a thread is refused, since nobody would await it."),
    ("X14", "A program can exit soon after a deadline, also if threads hang."),
    ("X15", "Calls queued for threads do not begin once one has failed."),
    ("K1", "Ctrl-C stops the batch, and no call begins after it."),
    ("K2", "Whether `except KeyboardInterrupt` works around a batch.", TRAIT),
    ("K3", "On Ctrl-C the calls' clean-up runs: what they hold is given back."),
)


NOTES = {
    "E2": "curio was told to begin 8 to 11 queued calls of 20; our recipe on it begins one or two.",
    "E13": "Shown where a Python has eager tasks, and not yet the release that mended it.",
    "C5": "A wait_for that loses a cancellation is shown on Python 3.11 alone; 3.12 mended it.",
    "C9": "anyio on asyncio spun for shielded scopes of its own, too; 4.16 does not.",
    "L6": "anyio's CapacityLimiter granted two of one up to 4.14.1: shown by hand on 4.13.0.",
    "L7": "anyio before 4.14 forgot a newcomer: shown by hand on 4.13.0. What is told of asyncio's "
    "Semaphore (cpython#90155) could be shown on no Python here.",
    "K1": "curio was told to begin one or two calls after Ctrl-C; interrupted while it waited, in "
    "120 runs it began none.",
}
"""What was known of somebody, and could not be shown again with the versions in use."""


def _row(number: str, says: str, strength: Strength = Strength.REQUIRED) -> Rule:
    return Rule(number, strength, says, NOTES.get(number, ""))


RULES = {row[0]: _row(*row) for row in _ROWS}
