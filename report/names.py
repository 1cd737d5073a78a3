"""What an entrant's name says: `py3.13:anyio@asyncio+uvloop/workers (twin)`.

Strategy: the results file names entrants and says no more about them, so colours, shapes and the
comparison of strategies all read the name, and only here.
"""

import re

from report.results import TWIN


def runtime(name: str) -> str:
    """The runtime with its loop or backend, and the interpreter: `py3.13:anyio@asyncio+uvloop`."""
    return name.partition("/")[0]


def strategy(name: str) -> str:
    """How the limit is kept, such as `workers`; empty if the name does not say."""
    return name.removesuffix(TWIN).partition("/")[2]


def family(name: str) -> str:
    """The runtime without its loop or backend, such as `anyio`."""
    return re.split("[@+/]", name.rpartition(":")[2], maxsplit=1)[0]


def is_twin(name: str) -> bool:
    """Whether it is the second entry of the reference."""
    return name.endswith(TWIN)
