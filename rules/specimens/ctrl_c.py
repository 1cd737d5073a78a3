"""K3: ways of running a loop, and what Ctrl-C leaves of the calls' clean-up.

Strategy: in a process of its own five tasks wait, a sixth sends the signal, and the program says
how many of the five have cleaned up when the KeyboardInterrupt arrives.
"""

import subprocess
import sys

from origin.process import Origin
from rules.known import Known
from rules.specimen import specimen

PROGRAM = """
import asyncio, gc, signal
signal.signal(signal.SIGINT, signal.default_int_handler)
gc.disable()
cleaned = 0

async def call():
    global cleaned
    try:
        await asyncio.sleep(60)
    finally:
        cleaned += 1

async def main():
    calls = [asyncio.ensure_future(call()) for _ in range(5)]
    await asyncio.sleep(0)
    signal.raise_signal(signal.SIGINT)
    await asyncio.gather(*calls)

try:
    {run}
except KeyboardInterrupt:
    print(cleaned)
"""


def cleaned_up(run: str) -> str:
    """Run the program so, and give how many calls cleaned up.

    Raises:
        AssertionError: not all did.
    """
    command = [sys.executable, "-c", PROGRAM.replace("{run}", run)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    cleaned = done.stdout.strip()
    assert cleaned == "5", f"K3: {cleaned} of 5 calls cleaned up"
    return "5 of 5 calls cleaned up"


@specimen(
    "K3",
    "a bare loop.run_until_complete()",
    fault=Known("it leaves the tasks where they are: to cancel them is the caller's business"),
)
def bare_run_until_complete(_: Origin) -> str:
    """Make a loop and run it: one would expect `finally` blocks to run."""
    return cleaned_up("asyncio.new_event_loop().run_until_complete(main())")


@specimen("K3", "asyncio.run()")
def asyncio_run(_: Origin) -> str:
    """Let asyncio run the loop, which cancels what is left."""
    return cleaned_up("asyncio.run(main())")
