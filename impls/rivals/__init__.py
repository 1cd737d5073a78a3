"""The bounded maps of libraries: the table."""

from impls.contract import Ability, Kind, Told
from impls.way import ALL_AT_ONCE, Way

RIVALS: tuple[Way, ...] = (
    Way(
        "aiometer",
        "impls.rivals.aiometer",
        ("asyncio", "trio"),
        Told(
            "aiometer's README: running tasks",
            "https://github.com/florimondmanca/aiometer#running-tasks",
        ),
        cannot={Ability.LAZY: "run_all takes a sequence of functions, one for each call"},
        needs=("aiometer",),
        kind=Kind.RIVAL,
    ),
    Way(
        "aiostream",
        "impls.rivals.aiostream",
        ("asyncio",),
        Told(
            "aiostream's documentation: stream operators",
            "https://aiostream.readthedocs.io/en/stable/operators.html",
        ),
        needs=("aiostream",),
        kind=Kind.RIVAL,
    ),
    Way(
        "aiostream-unordered",
        "impls.rivals.aiostream",
        ("asyncio",),
        Told(
            "aiostream's documentation: starmap, its option `ordered`",
            "https://aiostream.readthedocs.io/en/stable/operators.html",
        ),
        needs=("aiostream",),
        kind=Kind.RIVAL,
    ),
    Way(
        "aiotools",
        "impls.rivals.aiotools",
        ("asyncio",),
        Told(
            "aiotools' documentation: high-level coroutine utilities",
            "https://aiotools.readthedocs.io/en/latest/aiotools.utils.html",
        ),
        cannot={Ability.LAZY: ALL_AT_ONCE},
        needs=("aiotools",),
        kind=Kind.RIVAL,
    ),
    Way(
        "quattro",
        "impls.rivals.quattro",
        ("asyncio",),
        Told(
            "quattro's documentation: quattro.gather",
            "https://quattro.threeofwands.com/en/latest/gather.html",
        ),
        cannot={Ability.LAZY: ALL_AT_ONCE},
        needs=("quattro",),
        kind=Kind.RIVAL,
    ),
    Way(
        "asyncio-pool",
        "impls.rivals.asyncio_pool",
        ("asyncio",),
        Told(
            "asyncio-pool's README: usage",
            "https://github.com/gistart/asyncio-pool#usage",
        ),
        needs=("asyncio_pool",),
        kind=Kind.RIVAL,
    ),
    Way(
        "aiojobs",
        "impls.rivals.aiojobs",
        ("asyncio",),
        Told(
            "aiojobs' documentation: introduction, concurrency limit",
            "https://aiojobs.readthedocs.io/en/stable/intro.html#concurrency-limit",
        ),
        cannot={
            Ability.LAZY: "keeps up to `pending_limit` jobs waiting, by default 10,000; with few "
            "it would draw lazily, but hear of no error before the last is spawned"
        },
        needs=("aiojobs",),
        kind=Kind.RIVAL,
    ),
    Way(
        "streamable",
        "impls.rivals.streamable",
        ("asyncio",),
        Told(
            "streamable's README: .map, concurrency via async",
            "https://github.com/ebonnal/streamable",
        ),
        needs=("streamable",),
        kind=Kind.RIVAL,
    ),
)
