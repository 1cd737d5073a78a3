"""The interpreters that variants run on: this one, others, and those of other machines.

Strategy: an interpreter is an execnet specification, and whoever names a program gets one made of
it.  A specification that execnet would take no notice of, or that a race can do nothing with, is
refused as a whole, before anything is started.
"""

import getopt
import shlex
import shutil
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path
from typing import TypeVar

import execnet

from bench import about
from bench.about import ROOT

KEYS = {"popen", "ssh", "ssh_config", "python", "chdir"}
"""Of execnet's specifications those that a race can do with.

Not `socket`: all workers would share one process, and so no generation would have fresh ones.
"""

PATIENCE = 20.0
"""Seconds for an interpreter to start; it takes a fraction of one, over ssh a few."""

SSH_OPTIONS = "46AaB:b:Cc:D:E:e:F:fGgI:i:J:KkL:l:Mm:NnO:o:P:p:Q:qR:S:sTtVvW:w:XxYy"
"""Of OpenSSH's client, as in ssh(1); a colon after those that a value follows."""

T = TypeVar("T", str, bytes)


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
    describes: str = about.describes()
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

    def unusable(self, why: str, said: str = "") -> UnusablePython:
        """Say why no race can be run on it, and the last line of what was said of that."""
        told = f" ({last_line(said)})" if said.strip() else ""
        return UnusablePython(f"--python {self.spec.removeprefix(PLAIN)}: {why}{told}")


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


def distinct(pythons: Iterable[Python]) -> list[Python]:
    """Number those whose labels are the same: py3.13, py3.13-2."""
    seen: dict[str, Iterator[int]] = {}
    numbered = []
    for each in pythons:
        number = next(seen.setdefault(each.label, count(1)))
        label = each.label if number == 1 else f"{each.label}-{number}"
        numbered.append(replace(each, label=label))
    return numbered


def last_line(said: T) -> T:
    """Give the last line."""
    return (said.strip().splitlines() or [said])[-1]
