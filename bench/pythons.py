"""The interpreters that variants run on: this one, others, and those of other machines.

Strategy: an interpreter is an execnet specification.  Each one that is named on the command line
is asked at once what it is and what it has, so that a race never begins that could not go on.  It
is asked by the command that execnet will start it with, but without execnet: so whatever that
command turns out to be, it says what it says to us, and can be ended.
"""

import getopt
import os
import shlex
import shutil
import signal
import subprocess
import sys
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path
from subprocess import PIPE
from typing import NamedTuple, TypeVar

import execnet
import msgspec
import psutil
from execnet.gateway_base import WorkerPool
from execnet.gateway_bootstrap import HostNotFound
from execnet.gateway_io import popen_args, ssh_args

from bench.about import code
from bench.sheltered import sheltered

ROOT = Path(__file__).parents[1]
EXECMODEL = "//execmodel=main_thread_only"
KEYS = {"popen", "ssh", "ssh_config", "python", "chdir"}
"""Of execnet's specifications those that a race can do with.

Not `socket`: all workers would share one process, and so no generation would have fresh ones.
"""

OLDEST = (3, 11)
NEEDED_BY_ALL = ("httptools", "outcome")
PATIENCE = 20.0
"""Seconds for an interpreter to say what it is; it takes a fraction of one, over ssh a few."""

KILL_PATIENCE = 1.0
"""Seconds for the system to end a process that it was told to."""

SSH_OPTIONS = "46AaB:b:Cc:D:E:e:F:fGgI:i:J:KkL:l:Mm:NnO:o:P:p:Q:qR:S:sTtVvW:w:XxYy"
"""Of OpenSSH's client, as in ssh(1); a colon after those that a value follows."""

ASK = """
import json, os, sys
told = {{"version": list(sys.version_info[:2])}}
root = {root!r}
told["project"] = os.path.isfile(os.path.join(root, "bench", "about.py"))
if told["project"] and sys.version_info >= {oldest!r}:
    sys.path.insert(0, root)
    from bench.about import about
    told.update(about(*{modules!r}))
print(json.dumps(told))
"""
"""Understood by any Python, so that one that is too old can say so."""


T = TypeVar("T", str, bytes)


class Told(msgspec.Struct, frozen=True):
    """What an interpreter says of itself; one that is too old says no more than its version.

    Attributes:
        project: whether this project is where it is said to be.
    """

    version: tuple[int, int]
    project: bool
    label: str = ""
    describes: str = ""
    build: str = ""
    system: str = ""
    code: str = ""
    lacks: frozenset[str] = frozenset()
    versions: dict[str, str] = {}


class UnusablePython(Exception):  # noqa: N818 - it is the interpreter that is unusable
    """No race can be run on this interpreter; the message says why and what to do."""


@dataclass(frozen=True)
class Python:
    """An interpreter.

    Attributes:
        spec: how execnet starts it.
        label: its name before those of its entrants; empty where there is only this one.
        root: the folder of this project over there; empty is the one that it starts in.
        describes: its version in full.
        build: the flags that it was built with.
        system: that it runs on.
        lacks: the modules that somebody may need and that are not there.
        versions: of the packages that are.
    """

    spec: str = "popen"
    label: str = ""
    root: str = str(ROOT)
    describes: str = " ".join(sys.version.split())
    build: str = ""
    system: str = ""
    lacks: Collection[str] = ()
    versions: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_here(self) -> bool:
        """Whether its processes are children of this one."""
        return self.spec.startswith("popen")

    @property
    def host(self) -> str:
        """The machine that it is on, as ssh knows it; empty is this one."""
        return "" if self.is_here else destination(str(execnet.XSpec(self.spec).ssh))

    def unusable(self, why: str) -> UnusablePython:
        """Say why no race can be run on it."""
        return UnusablePython(f"--python {self.spec.removeprefix(PLAIN)}: {why}")


PLAIN = "popen//python="
HERE = Python()


def named(text: str) -> Python:
    """Take a path, a command's name or an execnet specification for an interpreter.

    Raises:
        UnusablePython: there is no such program, or a race can do nothing with the specification.
    """
    if found := shutil.which(Path(text).expanduser()):
        return Python(PLAIN + shlex.quote(str(Path(found).absolute())))
    if "=" in text:
        return specified(text)
    raise UnusablePython(
        f"--python {text}: no such interpreter; give a path, such as /usr/bin/python3.13, or an "
        "execnet specification, such as ssh=host//python=/path/python//chdir=/path/checkout"
    )


def specified(text: str) -> Python:
    """Take an execnet specification for an interpreter.

    Raises:
        UnusablePython: a race can do nothing with it.
    """
    parts = [part.partition("=") for part in text.split("//")]
    keys = [key for key, _, _ in parts]
    kinds = {"popen", "ssh"}.intersection(keys)
    values = {key: destination(value) if key == "ssh" else value for key, _, value in parts}
    complete = all(value for key, value in values.items() if key != "popen")
    if len(kinds) != 1 or len(set(keys)) != len(keys) or not KEYS.issuperset(keys) or not complete:
        raise UnusablePython(
            f"--python {text}: a race can do nothing with this execnet specification; it knows "
            "popen//python=PATH and ssh=HOST//ssh_config=FILE//python=PATH//chdir=CHECKOUT"
        )
    return Python(text, root=str(ROOT) if "popen" in kinds else "")


def destination(arguments: str) -> str:
    """Find the machine among ssh's arguments; empty where ssh would find none either."""
    try:
        _, words = getopt.getopt(arguments.split(), SSH_OPTIONS)
    except getopt.GetoptError:
        return ""
    return words[0] if words else ""


def asked(python: Python, needed: Iterable[str], told_of: Iterable[str]) -> Python:
    """Ask an interpreter what it is and what it has.

    Args:
        python: the interpreter, as named.
        needed: names of the modules that the chosen variants need.
        told_of: names of the modules whose versions the results tell.

    Raises:
        UnusablePython: it can't be started, is too old, or lacks what every worker needs.
    """
    spec = execnet.XSpec(python.spec)
    root = python.root or spec.chdir or ""
    modules = [*needed, *NEEDED_BY_ALL], list(told_of)
    command = popen_args(spec) if python.is_here else ssh_args(spec)
    told = reply(python, command, ASK.format(root=root, oldest=OLDEST, modules=modules))
    return checked(python, root, told)


def reply(python: Python, command: Sequence[str], source: str) -> Told:
    """Let the command run this source, and read the last line that it says.

    It has a session of its own: so all of it can be ended, and ssh has nobody to ask for a
    password, which it would ask for again with each worker.

    Raises:
        UnusablePython: it does not reply, or not as a Python would.
    """
    try:
        process = subprocess.Popen(
            command, stdin=PIPE, stdout=PIPE, stderr=PIPE, start_new_session=True
        )
    except OSError as error:
        raise python.unusable(f"it can't be started: {error.strerror}") from error
    with process:
        try:
            said, complained = process.communicate(repr(source).encode() + b"\n", PATIENCE)
        except subprocess.TimeoutExpired:
            raise python.unusable(f"this starts no Python: no reply for {PATIENCE:g} s") from None
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
    try:
        return msgspec.json.decode(last_line(said), type=Told)
    except msgspec.DecodeError:
        why = in_brackets(complained.decode(errors="replace"))
        raise python.unusable(f"this starts no Python{why}") from None


def last_line(said: T) -> T:
    """Give the last line."""
    return (said.strip().splitlines() or [said])[-1]


def in_brackets(said: str) -> str:
    """Put the last line of what was said into brackets, if anything was."""
    return f" ({last_line(said)})" if said.strip() else ""


def checked(python: Python, root: str, told: Told) -> Python:
    """Refuse an interpreter that no variant can run on; else add what it said."""
    if told.version < OLDEST:
        version, oldest = (".".join(map(str, each)) for each in (told.version, OLDEST))
        raise python.unusable(f"Python {version} is too old; the recipes need {oldest}")
    if not told.project:
        where = f"in {root}" if root else "where it starts"
        raise python.unusable(
            f"this project is not {where}; name its folder there with //chdir=/path/checkout"
        )
    if lacking := [module for module in NEEDED_BY_ALL if module in told.lacks]:
        raise python.unusable(
            f"it lacks {', '.join(lacking)}, which every worker needs; install this project's "
            "requirements.lock there"
        )
    if told.code != code():
        raise python.unusable(
            f"this project is another one in {root or 'there'}; bring both to the same commit"
        )
    about = msgspec.structs.asdict(told)
    about["label"] = "@".join(filter(None, (told.label, python.host)))
    del about["version"], about["project"], about["code"]
    return replace(python, **about)


class Started(NamedTuple):
    """A process that was started, here or, where it is ssh, for one that is not."""

    gateway: execnet.Gateway
    process: psutil.Process


@contextmanager
def gateway(python: Python, group: execnet.Group) -> Iterator[Started]:
    """Start a process of the interpreter, and turn every way to fail into one.

    Raises:
        UnusablePython: it can't be started, or what was started is no Python.
    """
    try:
        yield started(python.spec + EXECMODEL, group)
    except (OSError, EOFError, AssertionError, HostNotFound, execnet.RemoteError) as error:
        # execnet asserts the first byte that it hears: what says another is no Python.
        raise python.unusable(f"it can't be started any more{in_brackets(str(error))}") from error


def started(spec: str, group: execnet.Group) -> Started:
    """Start a process in a thread, where Ctrl-C does not reach it, but us while we wait.

    Whatever goes wrong, none is left: what was not there before is ended.

    Raises:
        EOFError: it ended at once.
        TimeoutError: it says nothing.
    """
    before, starter = children(), WorkerPool(group.execmodel)
    with ExitStack() as undo:
        undo.callback(end_all_but, before, starter)
        starting = starter.spawn(make, spec, group)
        if not starter.waitall(PATIENCE):
            raise TimeoutError(f"no reply for {PATIENCE:g} s")
        made = starting.get()
        if not (new := children() - before):
            raise EOFError
        undo.pop_all()
    return Started(made, new.pop())


def make(spec: str, group: execnet.Group) -> execnet.Gateway:
    """Start a process that inherits from this thread that SIGINT is blocked."""
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    return group.makegateway(spec)


def children() -> set[psutil.Process]:
    """Give the processes that this one has started and not yet seen the end of."""
    return set(psutil.Process().children())


def end_all_but(before: Collection[psutil.Process], starter: WorkerPool) -> None:
    """End what the starter started, even if it has yet to do so: so it is given a moment."""
    with sheltered():
        end(children().difference(before))
        starter.waitall(KILL_PATIENCE)
        end(children().difference(before))


def end(processes: Collection[psutil.Process]) -> None:
    """Kill these children of ours with all that they started, and wait until they are gone."""
    for each in processes:
        kill(each)
    psutil.wait_procs(processes, timeout=KILL_PATIENCE)


def kill(process: psutil.Process) -> None:
    """Kill a process and all that it started, as far as that is still known as its own."""
    with suppress(psutil.NoSuchProcess):
        for each in (*process.children(recursive=True), process):
            with suppress(psutil.NoSuchProcess):
                each.kill()


def distinct(pythons: Iterable[Python]) -> list[Python]:
    """Number those whose labels are the same: py3.13, py3.13-2."""
    seen: dict[str, Iterator[int]] = {}
    numbered = []
    for each in pythons:
        number = next(seen.setdefault(each.label, count(1)))
        label = each.label if number == 1 else f"{each.label}-{number}"
        numbered.append(replace(each, label=label))
    return numbered
