"""The times of very many calls, kept small: counts by size.

Strategy: what HdrHistogram does.  Buckets grow by 2 %, so a time is known to 1 % whether it is
microseconds or minutes, a million calls take as much room as a thousand, and the times of several
rounds are put together by adding.
"""

from collections.abc import Iterable, Sequence

import numpy as np

Times = dict[int, int]
"""How many times fell into each bucket: bucket n holds those from 1.02**n to 1.02**(n+1) µs."""

GROWTH = 1.02
SHORTEST = 1e-7
"""Seconds; what is shorter, such as a difference of two equal instants, counts as this."""


def counted(seconds: Sequence[float]) -> Times:
    """Put times into their buckets."""
    micro = 1e6 * np.maximum(np.asarray(seconds, dtype=float), SHORTEST)
    buckets = np.floor(np.log(micro) / np.log(GROWTH)).astype(int)
    found, counts = np.unique(buckets, return_counts=True)
    return dict(zip(found.tolist(), counts.tolist(), strict=True))


def together(some: Iterable[Times]) -> Times:
    """Put the times of several rounds together."""
    total: Times = {}
    for times in some:
        for bucket, count in times.items():
            total[bucket] = total.get(bucket, 0) + count
    return total


def percentile(times: Times, share: float) -> float:
    """Give the seconds within which this share of the calls lie, to 1 %.

    Raises:
        ValueError: there are no times.
    """
    if not times:
        raise ValueError("there are no times")
    buckets = sorted(times)
    upto = np.cumsum([times[bucket] for bucket in buckets])
    at = buckets[int(np.searchsorted(upto, share * upto[-1]))]
    return float(GROWTH ** (at + 0.5) / 1e6)
