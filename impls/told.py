"""Where people meet what stands in the field, but for the ways, which say it themselves.

Strategy: tables of links.  A strategy of a recipe is told of by its runtime's documentation, as a
rule; another loop, kind of task or client by its own.
"""

from collections.abc import Mapping

from impls.contract import Told

RUN_IN_EXECUTOR = Told(
    "asyncio's documentation: the example of run_in_executor",
    "https://docs.python.org/3/library/asyncio-eventloop.html#asyncio.loop.run_in_executor",
)

TOLD: Mapping[tuple[str, str], Told] = {
    ("impls.on_asyncio", "workers"): Told(
        "its parts, in asyncio's documentation: task groups",
        "https://docs.python.org/3/library/asyncio-task.html#task-groups",
    ),
    ("impls.on_asyncio", "semaphore"): Told(
        "asyncio's documentation: Semaphore",
        "https://docs.python.org/3/library/asyncio-sync.html#asyncio.Semaphore",
    ),
    ("impls.on_trio", "workers"): Told(
        "trio's author, asked about a million URLs with fifteen at a time: his first answer",
        "https://github.com/python-trio/trio/issues/527",
    ),
    ("impls.on_trio", "semaphore"): Told(
        "trio's reference: Semaphore, which for this points to CapacityLimiter",
        "https://trio.readthedocs.io/en/stable/reference-core.html#trio.Semaphore",
    ),
    ("impls.on_anyio", "workers"): Told(
        "anyio's documentation: creating and managing tasks",
        "https://anyio.readthedocs.io/en/stable/tasks.html",
    ),
    ("impls.on_anyio", "semaphore"): Told(
        "anyio's documentation: semaphores, which for this points to CapacityLimiter",
        "https://anyio.readthedocs.io/en/stable/synchronization.html#semaphores",
    ),
    ("impls.on_curio", "workers"): Told(
        "curio's reference: task groups",
        "https://curio.readthedocs.io/en/latest/reference.html#task-groups",
    ),
    ("impls.on_curio", "semaphore"): Told(
        "curio's reference: Semaphore, to limit the number of tasks that do something",
        "https://curio.readthedocs.io/en/latest/reference.html#Semaphore",
    ),
    ("impls.ways.executors", "threads"): RUN_IN_EXECUTOR,
    ("impls.ways.executors", "processes"): RUN_IN_EXECUTOR,
    ("impls.on_selectors", "workers"): Told(
        "Python's documentation: selectors, its example",
        "https://docs.python.org/3/library/selectors.html#examples",
    ),
    ("impls.on_threads", "workers"): Told(
        "Python's documentation: queue, the example with a worker thread, here without the queue",
        "https://docs.python.org/3/library/queue.html",
    ),
    ("impls.on_threads", "semaphore"): Told(
        "Python's documentation: the example of ThreadPoolExecutor",
        "https://docs.python.org/3/library/concurrent.futures.html#threadpoolexecutor-example",
    ),
}
"""Where people meet the strategies of a recipe, by its module and the strategy's name."""

PROTOCOLS = Told(
    "asyncio's documentation: transports and protocols",
    "https://docs.python.org/3/library/asyncio-protocol.html",
)

TOLD_OF: Mapping[str, Told] = {
    "asyncio+eager": Told(
        "asyncio's documentation: eager task factory",
        "https://docs.python.org/3/library/asyncio-task.html#eager-task-factory",
    ),
    "asyncio+rsloop": Told("the project's page", "https://github.com/RustedBytes/rsloop"),
    "asyncio+zuvloop": Told("the project's page", "https://github.com/Kludex/zuvloop"),
    "asyncio-protocol": PROTOCOLS,
    "asyncio-protocol+uvloop": PROTOCOLS,
    "asyncio-aiohttp": Told(
        "aiohttp's documentation: advanced client usage, connectors",
        "https://docs.aiohttp.org/en/stable/client_advanced.html#connectors",
    ),
    "asyncio-httpx": Told(
        "httpx's documentation: resource limits",
        "https://www.python-httpx.org/advanced/resource-limits/",
    ),
    "trio-httpx": Told(
        "httpx's documentation: async support, trio",
        "https://www.python-httpx.org/async/#trio",
    ),
    "threads-urllib3": Told(
        "urllib3's documentation: customizing pool behavior",
        "https://urllib3.readthedocs.io/en/stable/advanced-usage.html#customizing-pool-behavior",
    ),
}
"""Where people meet another loop, kind of task or client, by the runtime's name."""
