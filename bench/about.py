"""What an interpreter says of itself: asked in it, perhaps on another machine.

Strategy: the standard library alone; what is missing here is what somebody wants to know.
"""

import hashlib
import platform
import sys
import sysconfig
from importlib.metadata import packages_distributions, version
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).parents[1]
RUN_BY_A_WORKER = ("impls/**/*.py", "bench/worker.py", "bench/readings.py", "bench/cores.py")


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
    known = packages_distributions()
    return {
        "label": label(),
        "describes": " ".join(sys.version.split()),
        "build": sysconfig.get_config_var("CONFIG_ARGS") or "unknown",
        "system": platform.platform(),
        "code": code(),
        "lacks": [module for module in needed if find_spec(module) is None],
        "versions": {name: version(name) for each in told_of for name in known.get(each, ())},
    }


def label() -> str:
    """Name this interpreter in short, such as py3.13 or pypy3.11; free-threaded ones end in t."""
    kind = {"cpython": "py"}.get(sys.implementation.name, sys.implementation.name)
    threads = "t" if sysconfig.get_config_var("Py_GIL_DISABLED") else ""
    return f"{kind}{sys.version_info[0]}.{sys.version_info[1]}{threads}"


def code() -> str:
    """Give a fingerprint of what a worker runs: the same here and there, or no fair race."""
    files = sorted(file for pattern in RUN_BY_A_WORKER for file in ROOT.glob(pattern))
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()
