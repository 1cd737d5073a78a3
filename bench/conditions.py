"""Under which conditions a race was run: what a reader needs to doubt it or to repeat it.

Strategy: all of it is read where the system keeps it, before the first round.  What can't be found
out stands there as unknown, or is left out: no race is refused for it.
"""

import hashlib
import os
import platform
import re
import resource
import subprocess
from collections.abc import Iterable, Iterator
from itertools import pairwise
from pathlib import Path

from bench import about
from bench.cores import Cores, usable
from bench.pythons import HERE, Python
from impls.contract import processor_time
from report.results import Machine

ALWAYS = ("httptools", "outcome", "execnet", "msgspec", "pytest_benchmark")
CPUINFO = Path("/proc/cpuinfo")
CPUFREQ = Path("/sys/devices/system/cpu")
CGROUP = Path("/sys/fs/cgroup")
CGROUP_FILES = {"limit on processor time": "cpu.max", "limit on memory": "memory.max"}
TELLING = re.compile("PYTHON|MALLOC|GLIBC_TUNABLES|LD_|UV_|TRIO_|CURIO")
STEPS = 100
"""Of the clock that are looked at."""


def processor() -> str:
    """Name the processor's model."""
    if CPUINFO.exists():
        for line in CPUINFO.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def commit() -> str:
    """Name the commit of this project; a tree that differs from it, also by what differs."""
    described = git("describe", "--always", "--dirty", "--abbrev=12")
    if not described.endswith("-dirty"):
        return described
    changes = hashlib.sha256(git("diff", "HEAD").encode()).hexdigest()
    return f"{described}-{changes[:8]}"


def git(*command: str) -> str:
    """Give what git says of this project, or why it says nothing."""
    here = Path(__file__).parent
    try:
        said = subprocess.run(
            ["git", *command], capture_output=True, text=True, check=False, cwd=here
        )
    except OSError:
        return "unknown: git is not here"
    return said.stdout.strip() or "unknown: not a git repository"


def machine(cores: Cores) -> Machine:
    """Describe what of this machine decides whether its figures can be trusted."""
    return Machine(
        processors=len(usable()),
        origin=cores.origin,
        workers=cores.worker,
        governor=governor(cores.worker),
        clock=step_of_the_clock(),
        load=os.getloadavg()[0],
    )


def governor(core: int | None) -> str | None:
    """Name what rules the processor's frequency, where the system says so."""
    file = CPUFREQ / f"cpu{core or 0}" / "cpufreq" / "scaling_governor"
    return file.read_text().strip() if file.exists() else None


def step_of_the_clock() -> float:
    """Give the smallest step, in seconds, that the clock of processor time is seen to take."""
    seen = {sum(processor_time())}
    while len(seen) <= STEPS:
        seen.add(sum(processor_time()))
    return min(later - earlier for earlier, later in pairwise(sorted(seen)))


def environment() -> str:
    """Give the variables that change how a Python or its memory works; workers inherit them."""
    telling = {name: value for name, value in os.environ.items() if TELLING.match(name)}
    return ", ".join(f"{name}={value}" for name, value in sorted(telling.items())) or "nothing set"


def limits() -> dict[str, str]:
    """Give the limits that the system sets to this process and its children."""
    files = {name: (CGROUP / file) for name, file in CGROUP_FILES.items()}
    return {
        "limit on open files": "{} of {}".format(*resource.getrlimit(resource.RLIMIT_NOFILE)),
        **{name: file.read_text().strip() for name, file in files.items() if file.exists()},
    }


def conditions(pythons: Iterable[Python], modules: Iterable[str]) -> dict[str, str]:
    """Describe this machine, each Python, and the packages that take part."""
    load = ", ".join(f"{each:.2f}" for each in os.getloadavg())
    return {
        "processor": processor(),
        "garbage collector": "on in the variants; in the origin between plans only",
        "load at the start (1, 5, 15 minutes)": load,
        "system": platform.platform(),
        **limits(),
        "environment": environment(),
        "commit": commit(),
        "Python": HERE.describes,
        "Python's build": about.build(),
        **about.versions([*ALWAYS, *modules]),
        **{f"{each.label}{what}": told for each in pythons for what, told in of(each)},
    }


def of(python: Python) -> Iterator[tuple[str, str]]:
    """Give what an interpreter that was named has said of itself."""
    yield "", python.describes
    yield ", how it is started", python.spec
    yield ", its build", python.build
    yield ", its system", python.system
    yield from ((f", {name}", version) for name, version in python.versions.items())
