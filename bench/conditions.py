"""Under which conditions a race was run: what a reader needs to doubt it or to repeat it."""

import os
import platform
import subprocess
import sys
import sysconfig
from collections.abc import Iterable
from importlib.metadata import packages_distributions, version
from pathlib import Path

from bench.cores import Cores

ALWAYS = ("httptools", "outcome", "execnet", "msgspec", "pytest_benchmark")
CPUINFO = Path("/proc/cpuinfo")


def processor() -> str:
    """Name the processor's model."""
    if CPUINFO.exists():
        for line in CPUINFO.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def commit() -> str:
    """Name the commit of this project, and whether the tree differs from it."""
    describe = ["git", "describe", "--always", "--dirty", "--abbrev=12"]
    here = Path(__file__).parent
    try:
        described = subprocess.run(describe, capture_output=True, text=True, check=False, cwd=here)
    except OSError:
        return "unknown: git is not here"
    return described.stdout.strip() or "unknown: not a git repository"


def versions(modules: Iterable[str]) -> dict[str, str]:
    """Give the installed distribution and version of each module; those not here are left out."""
    distributions = packages_distributions()
    names = sorted({name for module in modules for name in distributions.get(module, ())})
    return {name: version(name) for name in names}


def conditions(cores: Cores, modules: Iterable[str]) -> dict[str, str]:
    """Describe this machine, this Python, and the packages that take part."""
    load = ", ".join(f"{each:.2f}" for each in os.getloadavg())
    return {
        "processor": processor(),
        "processors": str(os.cpu_count()),
        "origin on processor": str(cores.origin),
        "variants on processor": str(cores.worker),
        "garbage collector": "on in the variants; in the origin between plans only",
        "load at the start (1, 5, 15 minutes)": load,
        "system": platform.platform(),
        "Python": " ".join(sys.version.split()),
        "Python's build": sysconfig.get_config_var("CONFIG_ARGS") or "unknown",
        "commit": commit(),
        **versions([*ALWAYS, *modules]),
    }
