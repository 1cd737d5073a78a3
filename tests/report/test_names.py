"""What a name says of whom a way is held against."""

import pytest

from report.names import plain, stand_ins


@pytest.mark.parametrize(
    ("name", "closest_first"),
    [
        ("trio/workers", []),
        ("anyio@trio/amap", ["anyio@trio/workers"]),
        ("asyncio+uvloop/workers", ["asyncio/workers"]),
        ("asyncio+uvloop/chunks", ["asyncio+uvloop/workers", "asyncio/workers"]),
        ("asyncio-protocol+uvloop/workers", ["asyncio+uvloop/workers", "asyncio/workers"]),
        ("asyncio-executor/threads", ["asyncio-executor/workers", "asyncio/workers"]),
        (
            "anyio@asyncio+uvloop/semaphore",
            ["anyio@asyncio+uvloop/workers", "anyio@asyncio/workers"],
        ),
    ],
)
def test_a_way_is_held_against_the_workers_of_its_runtime(
    name: str, closest_first: list[str]
) -> None:
    """Never against itself; without its client, and without its loop, if there are no others."""
    assert stand_ins(name) == closest_first
    assert plain(name) == (closest_first or [name])[-1]
