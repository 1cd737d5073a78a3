"""Interpreters that are named with --python: which are refused, and how they race."""

import os
import shlex
import signal
import socket
import subprocess
import sys
import sysconfig
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from threading import Timer
from typing import NamedTuple

import execnet
import psutil
import pytest

from bench.about import code
from bench.entrants import Entrant
from bench.gate import held
from bench.interview import NEEDED_BY_ALL, asked
from bench.pythons import Python, UnusablePython, distinct, named
from bench.stable import Out, Stable
from bench.starting import gateway
from bench.worker import Job
from impls.field import OURS
from report.results import Kind, read
from tests.bench.commands import ROOT, TINY, Command, assert_one_line, ended
from tests.bench.races import children
from tests.bench.unlucky import VARIANTS

UNKNOWN = "a race can do nothing with this execnet specification"


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait no longer than a busy machine takes to start an interpreter."""
    monkeypatch.setattr("bench.pythons.PATIENCE", 5.0)


def refused(text: str) -> str:
    """Expect that an interpreter is refused in one line, and give it."""
    with pytest.raises(UnusablePython) as refusal:
        asked(named(text), ["trio"], ["trio"])
    [line] = str(refusal.value).splitlines()
    return line


def program(folder: Path, *lines: str) -> Path:
    """Write a shell script that some person takes for an interpreter."""
    file = folder / "python"
    file.write_text("\n".join(("#!/bin/sh", *lines, "")), encoding="utf-8")
    file.chmod(0o755)
    return file


def environment(folder: Path, keep: Callable[[str], bool]) -> Path:
    """Make an environment that holds of this one's packages those that are kept."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    place = sysconfig.get_path("purelib", "venv", {"base": str(folder)})
    for package in Path(sysconfig.get_path("purelib")).iterdir():
        if keep(package.name):
            (Path(place) / package.name).symlink_to(package)
    return folder / "bin" / "python"


# What is refused.


@pytest.mark.parametrize("text", ["/nowhere/python", "/", __file__, ""])
def test_no_such_program(text: str) -> None:
    """What is no program is refused with what to give instead."""
    assert refused(text).startswith(f"--python {text}: no such interpreter; give a path, such as ")


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("exit 0", "this starts no Python"),
        ("echo rubbish", "this starts no Python"),
        ("echo 7", "this starts no Python"),
        ("echo first >&2; echo last >&2; exit 1", "this starts no Python (last)"),
        (
            r"printf '\377\n'; printf '\377\n' >&2",
            "this starts no Python (\N{REPLACEMENT CHARACTER})",
        ),
        ("exec cat", "this starts no Python"),
        ("exec sleep 1000", "this starts no Python: no reply for 1 s"),
        ("sleep 1000", "this starts no Python: no reply for 1 s"),
    ],
)
def test_a_program_that_is_no_python(
    line: str, why: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is refused with the last line that it complains, and all that it started is ended."""
    monkeypatch.setattr("bench.pythons.PATIENCE", 1.0)
    before = asleep()
    file = program(tmp_path, line)
    assert refused(str(file)) == f"--python {file}: {why}"
    assert not psutil.wait_procs(asleep() - before, timeout=5.0)[1]


def asleep() -> set[psutil.Process]:
    """Give the processes of this machine that sleep as long as ours."""
    everybody = psutil.process_iter(["cmdline"])
    return {each for each in everybody if each.info["cmdline"] == ["sleep", "1000"]}


def test_a_python_that_is_too_old(tmp_path: Path) -> None:
    """It is told which one it is, and which one is needed."""
    file = program(tmp_path, """echo '{"version": [2, 7], "project": true}'""")
    assert refused(str(file)) == f"--python {file}: Python 2.7 is too old; the recipes need 3.11"


def test_a_python_that_lacks_what_every_worker_needs(tmp_path: Path) -> None:
    """What it lacks is named, and the remedy."""
    python = environment(tmp_path, keep=lambda name: name.startswith("outcome"))
    assert refused(str(python)) == (
        f"--python {python}: it lacks httptools, msgspec, packaging, psutil, which every worker "
        "needs; install this project's requirements.lock there"
    )


@pytest.mark.parametrize(
    "text",
    [
        "foo=bar",
        "ssh=",
        "ssh=-p 22",
        "ssh=--help host",
        "=",
        "//=",
        "popen//pyhton=/usr/bin/python3",
        "popen//python=a//python=b",
        "ssh=host//popen",
        "socket=127.0.0.1:1",
        "popen//python=python3//execmodel=thread",
    ],
)
def test_an_unknown_specification(text: str) -> None:
    """It is refused as a whole, since execnet would take no notice of what it does not know."""
    assert refused(text).startswith(f"--python {text}: {UNKNOWN}; it knows popen//python=PATH and")


def test_a_specification_of_nothing() -> None:
    """A path that is not there says so, also within a specification."""
    why = "it can't be started: No such file or directory"
    assert refused("popen//python=/nowhere") == f"--python /nowhere: {why}"


def test_one_that_hangs_when_the_race_starts_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is killed when the patience ends, with all that it started, and nobody else."""
    monkeypatch.setattr("bench.pythons.PATIENCE", 1.0)
    file, group = program(tmp_path, "sleep 1000"), execnet.Group()
    why = r"it can't be started any more \(no reply for 1 s\)"
    other = subprocess.Popen(["sleep", "1000"])
    before = children()
    with (
        pytest.raises(UnusablePython, match=f"^--python {file}: {why}$"),
        gateway(named(str(file)), group) as started,
    ):
        started.gateway.remote_exec("").receive(5.0)
    assert children() == before
    assert other.poll() is None
    other.kill()
    other.wait()


def test_ctrl_c_while_one_is_started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is not waited for, and nothing is left of it."""
    monkeypatch.setattr("bench.pythons.PATIENCE", 1000.0)
    file, group = program(tmp_path, "sleep 1000"), execnet.Group()
    before = children()
    Timer(0.2, os.kill, (os.getpid(), signal.SIGINT)).start()
    with pytest.raises(KeyboardInterrupt), gateway(named(str(file)), group):
        pass
    assert children() == before


# What is raced.


def test_what_an_interpreter_says() -> None:
    """This one tells its version, what it lacks, and the versions of what it has."""
    this = asked(named(sys.executable), ["trio", "twisted"], ["trio", "twisted", "pytest_timeout"])
    assert this.label == f"py3.{sys.version_info.minor}"
    assert this.lacks == {"twisted"}
    assert set(this.versions) == {"trio", "pytest-timeout"}
    assert this.describes == Python().describes
    assert (this.is_here, this.host) == (True, "")


def test_one_that_has_no_more_than_all_need(tmp_path: Path) -> None:
    """Nothing else is needed by the gate: it finds no rule broken that is kept here."""
    python = environment(tmp_path, keep=lambda name: name.split(".")[0].split("-")[0] in LEAN)
    lean = asked(named(str(python)), [], [])
    name = f"{lean.label}:asyncio/workers"
    reference = Entrant(name, OURS["asyncio/workers"], lean)
    assert held([reference], lambda _: None) == {name: []}


LEAN = {*NEEDED_BY_ALL, "attr", "attrs", "typing_extensions"}
"""With what these stand on themselves."""


@pytest.mark.parametrize("file", ["bench/worker.py", "bench/gatekeeper.py", "rules/gate.py"])
def test_another_project_is_told_by_its_files(
    file: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By those that run over there: what races, and what holds it against the rules."""
    monkeypatch.setattr("bench.about.ROOT", tmp_path)
    (tmp_path / file).parent.mkdir()
    (tmp_path / file).write_text("ours", encoding="utf-8")
    ours = code()
    (tmp_path / file).write_text("theirs", encoding="utf-8")
    assert code() != ours


@pytest.mark.parametrize("name", ["py=thon", "a python", "'quoted'"])
def test_any_path_is_a_path(name: str, tmp_path: Path) -> None:
    """What stands in a path has no meaning to execnet or a shell."""
    link = tmp_path / name
    link.symlink_to(program(tmp_path, f'exec {sys.executable} "$@"'))
    python, group = asked(named(str(link)), [], []), execnet.Group()
    with gateway(python, group) as started:
        assert started.gateway.remote_exec("channel.send(7)").receive(5.0) == 7
    group.terminate(timeout=1.0)


@pytest.mark.parametrize(
    "arguments", ["there", "there -p 22", "-p 22 -4C there", "-p22 there -l me", "-o Port=22 there"]
)
def test_the_host_among_the_arguments_of_ssh(arguments: str) -> None:
    """It is found wherever ssh would find it."""
    assert named(f"ssh={arguments}").host == "there"


def test_names_of_the_same_are_numbered() -> None:
    """The second and third of a label have their number."""
    pythons = [Python(label=label) for label in ("py3.13", "py3.11", "py3.13", "py3.13")]
    labels = [each.label for each in distinct(pythons)]
    assert labels == ["py3.13", "py3.11", "py3.13-2", "py3.13-3"]


def test_one_that_lacks_what_a_variant_needs(tmp_path: Path) -> None:
    """One line says which interpreter lacks what for whom, and nothing is raced."""
    python = environment(tmp_path / "lacks", keep=lambda name: not name.startswith("rloop"))
    into = tmp_path / "into"
    options = ("--python", str(python), "--variants", "asyncio*/workers")
    end = ended(*options, "--report-into", str(into))
    lacks = f"py3.{sys.version_info.minor} lacks rloop, which asyncio+rloop/workers needs; "
    assert_one_line(end, lacks + "install it there, or leave the variant out with --variants")
    assert not into.exists()


def test_two_interpreters(tmp_path: Path) -> None:
    """One race has each variant on each of them, and tells the versions of each."""
    python = environment(tmp_path / "second", keep=lambda _: True)
    options = ("--variants", "asyncio/workers", "--scenarios", "null", "--profile", "quick")
    both = ("--python", sys.executable, "--python", str(python))
    end = ended(*options, *both, "--report-into", str(tmp_path))
    assert end.code == 0, end.said
    label, results = f"py3.{sys.version_info.minor}", read(tmp_path / "results.jsonl")
    names = [f"{each}:asyncio/workers" for each in (label, f"{label}-2")]
    assert {each.entrant for each in results.samples} == {*names, f"{names[0]} (twin)"}
    assert {f"{label}, httptools", f"{label}-2, httptools"} <= set(results.race.conditions)


# Another machine.


class Machine(NamedTuple):
    """One that ssh reaches: this one."""

    config: Path

    def spec(self, checkout: str) -> str:
        """Give the execnet specification of the running interpreter over there."""
        python = shlex.quote(sys.executable)
        return f"ssh=there//ssh_config={self.config}//python={python}//chdir={checkout}"


SSHD = Path("/usr/sbin/sshd")
EMPTY = Path("/run/sshd")
"""An empty folder, without which sshd does not start as root; its service makes it, too."""

SERVER = """\
ListenAddress 127.0.0.1:{port}
HostKey {folder}/host
AuthorizedKeysFile {folder}/user.pub
PidFile none
UsePAM no
StrictModes no
PasswordAuthentication no
KbdInteractiveAuthentication no
"""
CLIENT = """\
Host there
  HostName 127.0.0.1
  Port {port}
  IdentityFile {folder}/user
  IdentitiesOnly yes
  UserKnownHostsFile {folder}/known
  StrictHostKeyChecking accept-new
  LogLevel ERROR
"""


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    """Let ssh reach this machine, with keys of its own, at a port of its own."""
    if not SSHD.exists():
        pytest.skip(f"{SSHD} is not here; it comes with openssh-server")
    if os.getuid() == 0:
        EMPTY.mkdir(exist_ok=True)
    for name in ("host", "user"):
        key = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(tmp_path / name)]
        subprocess.run(key, check=True)
    (tmp_path / "user.pub").chmod(0o644)
    port = free_port()
    for name, text in (("server", SERVER), ("client", CLIENT)):
        (tmp_path / name).write_text(text.format(folder=tmp_path, port=port), encoding="utf-8")
    command = [str(SSHD), "-D", "-e", "-f", str(tmp_path / "server")]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as sshd:
        assert sshd.stderr is not None
        said = sshd.stderr.readline()
        assert "listening" in said, said
        yield Machine(tmp_path / "client")
        sshd.terminate()


def free_port() -> int:
    """Give a port that nobody listens at."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
    return port


def far_away(machine: Machine, into: Path, *options: str) -> tuple[str, ...]:
    """Give the options of a race over there."""
    there = ("--python", machine.spec(str(ROOT)), "--origin-address", "127.0.0.1")
    return (*there, "--report-into", str(into / "report"), *options)


def left_over(machine: Machine, patience: float = 10.0) -> list[psutil.Process]:
    """Give the processes that its sshd started and that still run, after those that end have."""
    [server] = [each for each in psutil.Process().children() if each.name() == "sshd"]
    _, alive = psutil.wait_procs(server.children(recursive=True), timeout=patience)
    processes: list[psutil.Process] = alive
    return processes


def test_another_machine(machine: Machine, tmp_path: Path) -> None:
    """Its entrants carry its name, race like any others, and leave no process over there."""
    options = (
        "--variants",
        "asyncio/workers,asyncio/semaphore",
        "--scenarios",
        "null,loopback",
        "--profile",
        "quick",
    )
    end = ended(*far_away(machine, tmp_path, *options))
    assert end.code == 0, end.said
    results = read(tmp_path / "report" / "results.jsonl")
    assert not results.mishaps
    assert len(results.samples) == 2 * 5 * 3
    names = {f"py3.{sys.version_info.minor}@there:asyncio/{each}" for each in STRATEGIES}
    assert {each.name for each in results.race.entrants} > names
    assert not left_over(machine)


@pytest.mark.parametrize("name", ["never_loads", "hangs", "spins"])
def test_a_worker_that_hangs_on_another_machine(
    name: str, machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When it is lost, neither ssh nor the far end is left, before the race ends."""
    monkeypatch.setattr("bench.stable.START_PATIENCE", 3.0)
    there = asked(named(machine.spec(str(ROOT))), [], [])
    entrant = Entrant(name, VARIANTS[name], there)
    before = psutil.Process().children()
    with closing(Stable(None)) as stable:
        worker = stable.worker(entrant)
        with pytest.raises(Out) as caught:
            worker.run(None, [JOB], 0.5)
        assert caught.value.kind is Kind.HUNG
        far = left_over(machine, patience=0.0)
        assert far
        stable.lose(entrant)
        assert psutil.Process().children() == before
        assert not psutil.wait_procs(far, timeout=SOON)[1]


JOB: Job = (0, 20, 5, None)
SOON = 4.0
"""Seconds, fewer than execnet waits before it does anything."""

STRATEGIES = ("workers", "semaphore")


def test_ctrl_c_reaches_another_machine(machine: Machine, tmp_path: Path) -> None:
    """It leaves no process over there either."""
    with Command(*far_away(machine, tmp_path, *TINY)) as command:
        command.wait_for("generation 1 of 5: null, block 1 of 1")
        os.killpg(command.process.pid, signal.SIGINT)
        end = command.end()
        assert not command.processes()
    assert end.code == pytest.ExitCode.INTERRUPTED, end.said
    assert read(tmp_path / "report" / "results.jsonl").cut_short == "the race was interrupted"
    assert not left_over(machine)


@pytest.mark.parametrize("checkout", ["/nowhere", "/"])
def test_a_checkout_that_is_not_there(checkout: str, machine: Machine) -> None:
    """One line says where this project was looked for; no folder is made."""
    spec = machine.spec(checkout)
    why = f"this project is not in {checkout}; name its folder there with //chdir=/path/checkout"
    assert refused(spec) == f"--python {spec}: {why}"
    assert not Path("/nowhere").exists()


def test_a_machine_that_is_not_there(machine: Machine) -> None:
    """What ssh complains is told."""
    spec = f"ssh=nohost.invalid//ssh_config={machine.config}"
    assert refused(spec).startswith(f"--python {spec}: this starts no Python (ssh: Could not res")
