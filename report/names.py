"""What an entrant's name says: `anyio@asyncio+uvloop/workers`.

Strategy: the results file names entrants and says no more about them, so colours, shapes and the
comparison of strategies all read the name, and only here.
"""

import re


def runtime(name: str) -> str:
    """The runtime with its loop or backend, such as `anyio@asyncio+uvloop`."""
    return name.partition("/")[0]


def strategy(name: str) -> str:
    """How the limit is kept, such as `workers`; empty if the name does not say."""
    return name.partition("/")[2]


def family(name: str) -> str:
    """The runtime without its loop or backend, such as `anyio`."""
    return re.split("[@+/]", name, maxsplit=1)[0]
