"""Other ways that people are told, of what the runtimes themselves offer: the table."""

from impls.contract import Ability, Told
from impls.way import ALL_AT_ONCE, ONE_TASK, Way

ANYIO = ("anyio@asyncio", "anyio@trio")

THREAD = Told(
    "the question and its answers: coroutines, futures and tasks, and a limit for 1000 calls",
    "https://stackoverflow.com/questions/34753401",
)

WAYS: tuple[Way, ...] = (
    Way(
        "wait-all",
        "impls.ways.asyncio_wait",
        ("asyncio",),
        THREAD,
        cannot={Ability.LAZY: ALL_AT_ONCE},
    ),
    Way(
        "gather",
        "impls.ways.asyncio_gather",
        ("asyncio", "asyncio+eager"),
        THREAD,
        cannot={Ability.LAZY: ALL_AT_ONCE},
    ),
    Way(
        "gather-semaphore",
        "impls.ways.asyncio_gather",
        ("asyncio", "asyncio+uvloop", "asyncio+eager"),
        Told(
            "tutorials: gather, its concurrency limited by a semaphore",
            "https://superfastpython.com/asyncio-gather-limit-concurrency/",
        ),
        cannot={Ability.LAZY: ALL_AT_ONCE},
    ),
    Way(
        "gather-tasks",
        "impls.ways.asyncio_gather",
        ("asyncio",),
        THREAD,
        cannot={Ability.LAZY: ALL_AT_ONCE},
    ),
    Way(
        "gather-exceptions",
        "impls.ways.asyncio_gather",
        ("asyncio",),
        Told(
            "asyncio's documentation: gather(return_exceptions=True)",
            "https://docs.python.org/3/library/asyncio-task.html#asyncio.gather",
        ),
        cannot={Ability.LAZY: ALL_AT_ONCE},
    ),
    Way(
        "tasks-in-turn",
        "impls.ways.asyncio_tasks",
        ("asyncio",),
        Told(
            "asyncio's documentation: coroutines, the first example of create_task",
            "https://docs.python.org/3/library/asyncio-task.html#coroutines",
        ),
        cannot={Ability.LAZY: ALL_AT_ONCE},
    ),
    Way(
        "callbacks",
        "impls.ways.asyncio_tasks",
        ("asyncio",),
        THREAD,
        cannot={Ability.LAZY: ALL_AT_ONCE},
    ),
    Way(
        "chunks",
        "impls.ways.asyncio_gather",
        ("asyncio",),
        Told(
            "tutorials: gather in batches",
            "https://streamhacker.com/2025/09/15/python-async-gather-in-batches/",
        ),
    ),
    Way(
        "as-completed",
        "impls.ways.asyncio_wait",
        ("asyncio",),
        Told(
            "asyncio's documentation: as_completed",
            "https://docs.python.org/3/library/asyncio-task.html#asyncio.as_completed",
        ),
        cannot={Ability.LAZY: ALL_AT_ONCE},
    ),
    Way(
        "wait-first",
        "impls.ways.asyncio_wait",
        ("asyncio",),
        Told(
            "questions and answers: how to limit concurrency with asyncio",
            "https://stackoverflow.com/questions/48483348",
        ),
    ),
    Way(
        "queue-join",
        "impls.ways.asyncio_queue",
        ("asyncio",),
        Told(
            "asyncio's documentation: queues, the example with workers",
            "https://docs.python.org/3/library/asyncio-queue.html#examples",
        ),
        cannot={Ability.APART: ONE_TASK},
    ),
    Way(
        "queue-sentinels",
        "impls.ways.asyncio_groups",
        ("asyncio",),
        Told(
            "tutorials: a queue with a size, a group, and a sentinel for each worker",
            "https://www.liziu.com/python/async-patterns.html",
        ),
        cannot={Ability.APART: ONE_TASK},
    ),
    Way(
        "slot-first",
        "impls.ways.asyncio_groups",
        ("asyncio",),
        Told(
            "a discussion of back pressure: a semaphore that is acquired before the task is made",
            "https://github.com/Jamie-Chang/aiointerpreters/issues/3",
        ),
    ),
    Way(
        "limiter",
        "impls.ways.trio_idioms",
        ("trio",),
        Told(
            "trio's author, asked about a million URLs with fifteen at a time",
            "https://github.com/python-trio/trio/issues/527",
        ),
        cannot={Ability.LAZY: ALL_AT_ONCE},
    ),
    Way(
        "channel",
        "impls.ways.trio_idioms",
        ("trio",),
        Told(
            "trio's reference: managing multiple producers and/or multiple consumers",
            "https://trio.readthedocs.io/en/stable/reference-core.html#channel-mpmc",
        ),
        cannot={Ability.APART: ONE_TASK},
    ),
    Way(
        "limiter",
        "impls.ways.anyio_idioms",
        ANYIO,
        Told(
            "anyio's documentation: capacity limiters, recommended over semaphores",
            "https://anyio.readthedocs.io/en/stable/synchronization.html#capacity-limiters",
        ),
        cannot={Ability.LAZY: ALL_AT_ONCE},
    ),
    Way(
        "channel",
        "impls.ways.anyio_idioms",
        ANYIO,
        Told(
            "anyio's documentation: memory object streams",
            "https://anyio.readthedocs.io/en/stable/streams.html#memory-object-streams",
        ),
        cannot={Ability.APART: ONE_TASK},
    ),
    Way(
        "amap",
        "impls.ways.anyio_idioms",
        ANYIO,
        Told(
            "anyio's reference: amap",
            "https://anyio.readthedocs.io/en/stable/api.html#anyio.amap",
        ),
        cannot={Ability.LAZY: ALL_AT_ONCE},
    ),
    Way(
        "gather",
        "impls.ways.anyio_idioms",
        ANYIO,
        Told(
            "anyio's reference: gather",
            "https://anyio.readthedocs.io/en/stable/api.html#anyio.gather",
        ),
        cannot={Ability.LAZY: ALL_AT_ONCE},
    ),
    Way(
        "queue",
        "impls.ways.curio_idioms",
        ("curio",),
        Told(
            "curio's reference: Queue, a producer-consumer problem",
            "https://curio.readthedocs.io/en/latest/reference.html#queues",
        ),
        cannot={Ability.APART: ONE_TASK},
    ),
    Way(
        "wait-any",
        "impls.ways.curio_idioms",
        ("curio",),
        Told(
            "curio's tutorial: workers that end with the first of them, in the chat server",
            "https://curio.readthedocs.io/en/latest/tutorial.html#a-chat-server",
        ),
        cannot={Ability.APART: ONE_TASK},
    ),
    Way(
        "window",
        "impls.ways.curio_idioms",
        ("curio",),
        Told(
            "curio's reference: TaskGroup.next_result",
            "https://curio.readthedocs.io/en/latest/reference.html#task-groups",
        ),
    ),
)
