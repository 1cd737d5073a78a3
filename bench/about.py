"""What an interpreter says of itself: asked in it, perhaps on another machine.

Strategy: the standard library alone; what is missing here is what somebody wants to know.
"""

import hashlib
import platform
import sys
import sysconfig
from collections.abc import Iterable
from importlib.metadata import packages_distributions, version
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).parents[1]
RUN_OVER_THERE = (
    "impls/**/*.py",
    "origin/**/*.py",
    "rules/**/*.py",
    "bench/worker.py",
    "bench/readings.py",
    "bench/cores.py",
    "bench/gatekeeper.py",
)
"""By the race, and by the gate before it, which brings the rules and an origin of its own."""


def about(needed: list[str], told_of: list[str]) -> dict[str, object]:
    """Say what this interpreter is and what it has.

    Args:
        needed: names of modules that somebody may need.
        told_of: names of modules whose versions somebody wants.

    Returns:
        What JSON can say: its label, a description, its build, its system, a fingerprint of this
        project over there, the modules that it lacks, and the versions of the distributions that
        those it has come from.
    """
    return {
        "label": label(),
        "describes": describes(),
        "build": build(),
        "system": platform.platform(),
        "code": code(),
        "lacks": [module for module in needed if find_spec(module) is None],
        "versions": versions(told_of),
    }


def describes() -> str:
    """Give this interpreter's version in full."""
    return " ".join(sys.version.split())


def build() -> str:
    """Give the flags that this interpreter was built with, where it knows them."""
    return sysconfig.get_config_var("CONFIG_ARGS") or "unknown"


def versions(modules: Iterable[str]) -> dict[str, str]:
    """Give the installed distribution and version of each module; those not here are left out."""
    known = packages_distributions()
    names = {name for module in modules for name in known.get(module, ())}
    return {name: version(name) for name in sorted(names)}


def label() -> str:
    """Name this interpreter in short, such as py3.13 or pypy3.11; free-threaded ones end in t."""
    kind = {"cpython": "py"}.get(sys.implementation.name, sys.implementation.name)
    threads = "t" if sysconfig.get_config_var("Py_GIL_DISABLED") else ""
    return f"{kind}{sys.version_info[0]}.{sys.version_info[1]}{threads}"


def code() -> str:
    """Give a fingerprint of what runs over there: the same here and there, or no fair race."""
    files = sorted(file for pattern in RUN_OVER_THERE for file in ROOT.glob(pattern))
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()
