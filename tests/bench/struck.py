"""A plugin of pytest: Ctrl-C strikes before the race, as a file has been opened and not yet named.

So it may be in any library that reads a file for us: nobody is left who could close it.
"""

from pathlib import Path

import pytest


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup() -> None:
    """Be interrupted with a file that was opened, and is lost."""
    Path(__file__).open(encoding="utf-8")  # noqa: SIM115 - lost on purpose
    raise KeyboardInterrupt
