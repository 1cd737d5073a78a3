"""A machine that is kept busy, and left alone afterwards."""

import psutil

from bench.selftest.busy import busy


def test_a_busy_machine_is_left_alone_afterwards() -> None:
    """While it is busy each processor has its process, and none is there any more at the end."""
    with busy() as numbers:
        assert len(numbers) == len(set(numbers)) > 0
        assert all(psutil.Process(each).is_running() for each in numbers)
    assert not any(psutil.pid_exists(each) for each in numbers)
