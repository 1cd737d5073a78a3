"""A pytest plugin with the option by which pytest-xdist shares tests out among processes."""

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Share them out."""
    parser.addoption("--dist", default="load")
