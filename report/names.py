"""What an entrant's name says: `py3.13:anyio@asyncio+uvloop/workers (twin)`.

Strategy: the results file names entrants and says no more about them, so colours, shapes and the
comparison of strategies all read the name, and only here.
"""

import re

from report.results import TWIN

CLIENT = re.compile("-[^@+]*")
"""What a runtime's name says of a client that is not the recipe's."""


def runtime(name: str) -> str:
    """The runtime with its loop or backend, and the interpreter: `py3.13:anyio@asyncio+uvloop`."""
    return name.partition("/")[0]


def without_client(name: str) -> str:
    """The runtime as `runtime` gives it, whatever client it is called with."""
    return re.sub(CLIENT, "", runtime(name))


def strategy(name: str) -> str:
    """How the limit is kept, such as `workers`; empty if the name does not say."""
    return name.removesuffix(TWIN).partition("/")[2]


def family(name: str) -> str:
    """The runtime without its loop or backend, such as `anyio`."""
    return re.split("[@+/]", name.rpartition(":")[2], maxsplit=1)[0]


def is_twin(name: str) -> bool:
    """Whether it is the second entry of the reference."""
    return name.endswith(TWIN)


def stand_ins(name: str) -> list[str]:
    """Name the `workers` that a way is held against, the closest first.

    They are those of its runtime, those without its client, and those without its loop; never
    itself.
    """
    own, client_less = runtime(name), without_client(name)
    plain_runtime = client_less.partition("+")[0]
    all_ = dict.fromkeys(f"{each}/workers" for each in (own, client_less, plain_runtime))
    return [each for each in all_ if each != name]


def plain(name: str) -> str:
    """Name the `workers` of the runtime without another loop or client; it may be itself."""
    return (stand_ins(name) or [name])[-1]
