"""A process that is to be interrupted: `python -m rules.interrupted HOME VARIANT HOST PORT`.

Strategy: it runs one batch of the variant, and says on its standard output how that ended, and in
between nothing.  Then it waits for its standard input to end, so that who asks can see what was
hung up while it still lived: when a process ends, the system closes what it has forgotten.
"""

import gc
import signal
import sys
from types import FrameType

from impls.contract import Ability, Batch, Endpoint, Variant
from impls.registry import housed

CALLS = range(20)
LIMIT = 5
HEARD = "heard"


def main(home: str, name: str, host: str, port: str) -> None:
    """Run the batch until somebody ends it, and say what that somebody met."""
    variant: Variant = housed(home)[name]
    run = variant.load()
    heed(variant)
    gc.disable()  # a connection that only the collector closes has not been given back
    try:
        [finished] = run(Endpoint(host, int(port)), [Batch(CALLS, LIMIT)])
        say(f"{finished.outcome!r}, as if nothing had happened")
    except BaseException as met:  # noqa: BLE001 - what it is, is the question
        say(shape(met))
    sys.stdin.read()


def heed(variant: Variant) -> None:
    """Take Ctrl-C as Python does: a shell that starts us in the background leaves it out.

    Where calls run to their end, whoever lets them end wants to know first that we have heard.
    """
    runs_on = Ability.CUTS in variant.cannot
    signal.signal(signal.SIGINT, heard if runs_on else signal.default_int_handler)


def heard(number: int, frame: FrameType | None) -> None:
    """Say so, and do what Python does."""
    say(HEARD)
    signal.default_int_handler(number, frame)


def shape(met: BaseException) -> str:
    """Say what it is, without its words: a KeyboardInterrupt, or a group and what is in it."""
    name = type(met).__name__
    if not isinstance(met, BaseExceptionGroup):
        return name
    inside = sorted({shape(each) for each in met.exceptions})
    return f"{name} of {' and '.join(inside)}"


def say(words: str) -> None:
    """Say it at once."""
    print(words, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
