"""What an interpreter says of itself before the race, and whether any variant can run on it.

Strategy: each one that is named on the command line is asked at once what it is and what it has,
so that a race never begins that could not go on.  It is asked by the command that execnet will
start it with, but without execnet: so whatever that command turns out to be, it says what it says
to us, and can be ended.
"""

import os
import signal
import subprocess
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from subprocess import PIPE

import execnet
import msgspec
from execnet.gateway_io import popen_args, ssh_args

from bench import pythons
from bench.about import code
from bench.pythons import Python, last_line

OLDEST = (3, 11)
NEEDED_BY_ALL = ("httptools", "outcome", "msgspec", "packaging", "psutil")
"""By every recipe the first two; by the gate, which brings an origin, the others."""

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
    patience = pythons.PATIENCE
    with process:
        try:
            said, complained = process.communicate(repr(source).encode() + b"\n", patience)
        except subprocess.TimeoutExpired:
            raise python.unusable(f"this starts no Python: no reply for {patience:g} s") from None
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
    try:
        return msgspec.json.decode(last_line(said), type=Told)
    except msgspec.DecodeError:
        why = complained.decode(errors="replace")
        raise python.unusable("this starts no Python", why) from None


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
