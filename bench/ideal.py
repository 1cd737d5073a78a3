"""What an ideal scheduler would have needed: the yardstick of efficiency.

Strategy: it takes the calls in the order in which the variant began them, and knows no delay
beforehand, as the variant did not.  One that knew them all could sometimes be quicker, and would
be no yardstick for whoever can't.
"""

import heapq
from collections.abc import Sequence


def ideal_time(delays: Sequence[float], limit: int) -> float:
    """Schedule calls greedily: each begins as soon as one of `limit` slots is free.

    Args:
        delays: seconds that each call takes, in the order of their beginning.
        limit: the most calls in progress at once; at least 1.

    Returns:
        Seconds from the first call's beginning to the last one's end.

    Source: R. L. Graham, "Bounds for certain multiprocessing anomalies" (1966): list scheduling.
    """
    ends = [0.0] * limit
    for delay in delays:
        heapq.heapreplace(ends, ends[0] + delay)
    return max(ends)
