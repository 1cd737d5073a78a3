"""Workers in young processes: as the race's, but their heap is left as it begins.

Strategy: the same far end, with the ageing taken out of it.  See `bench.worker.age_heap`.
"""

from bench.stable import Stable, Worker, far_end


class YoungWorker(Worker):
    """One variant in a process of its own, where nothing large was ever freed."""

    remote = far_end("bench.worker", "serve(channel, aged=False)")


class YoungStable(Stable):
    """The young workers of all variants."""

    kind = YoungWorker
