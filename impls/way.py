"""A way of keeping the limit that stands beside the recipes: what is known before it is loaded.

Strategy: data only, so that the table of all ways can be read without importing any of them.
"""

from collections.abc import Mapping
from typing import NamedTuple

from impls.contract import Ability, Kind, Told

ALL_AT_ONCE = "makes a task for each call, so it draws all arguments at once"
ONE_TASK = "a worker is one task for many calls, and a task has one context"


class Way(NamedTuple):
    """A strategy in a file of its own.

    Attributes:
        strategy: as the variants' names end; its function is called so, with `_` for `-`.
        home: the module that the function stands in.
        runtimes: under whose recipes it runs, by their names.
        told: where people meet it.
        cannot: what it is unable to do, whatever the runtime.
        needs: the modules that must be installed for it, beside the runtime's.
        kind: why it is in the field.
    """

    strategy: str
    home: str
    runtimes: tuple[str, ...]
    told: Told
    cannot: Mapping[Ability, str] = {}
    needs: tuple[str, ...] = ()
    kind: Kind = Kind.WAY
