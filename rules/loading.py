"""Importing a whole package, where each module enters what it has into a table."""

import importlib
import pkgutil


def import_all(package: str) -> None:
    """Import every module of the package."""
    path = importlib.import_module(package).__path__
    for module in pkgutil.iter_modules(path, f"{package}."):
        importlib.import_module(module.name)
