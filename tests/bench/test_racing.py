"""The race itself: who races when, who is out, and that nobody else pays for it."""

import gc
import io
import os
import signal
import socket
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from bench.entry import LOOKS, TooLittleTime
from bench.progress import Step
from bench.race import ENOUGH
from bench.scenarios import CALLS, ONE_EACH, SCENARIOS, Profile
from origin.process import Origin, OriginError, started
from report.results import End, Kind, Mishap, decode
from tests.bench.conftest import shorten
from tests.bench.races import GOOD, OTHER, SHORT, TWIN, Came, Watcher, children, enter, raced
from tests.bench.unlucky import DOOR, NOWHERE
from tests.bench.unlucky import VARIANTS as UNLUCKY
from tests.rules.broken import VARIANTS as BROKEN

pytestmark = pytest.mark.usefixtures("short")

ALL = list(SCENARIOS)
CPU_BOUND = ["null", "loopback"]
EACH_BLOCK = [(generation, block) for generation in range(2) for block in range(2)]
KILLED = ": killed by SIGKILL, as the system does when memory runs out"


# Generations and blocks.


@pytest.fixture(scope="module")
def whole(origin: Origin) -> tuple[Came, Watcher]:
    """A race of two variants on all scenarios, in which all goes well."""
    watcher = Watcher()
    with pytest.MonkeyPatch.context() as patched:
        shorten(patched)
        return raced(enter([GOOD, OTHER], ALL), origin, watcher), watcher


@pytest.mark.parametrize("entrant", [GOOD.name, TWIN, OTHER.name])
def test_everybody_has_a_sample_in_each_block(entrant: str, whole: tuple[Came, Watcher]) -> None:
    """Each entrant, the twin too, runs once in each block of each generation."""
    came, _ = whole
    assert came.cut_short is None
    assert not came.mishaps
    rounds = came.lanes(entrant)
    for course in CPU_BOUND:
        assert [at for name, *at in rounds if name == course] == [list(at) for at in EACH_BLOCK]


def test_web_is_raced_in_some_generations(whole: tuple[Came, Watcher]) -> None:
    """A course that is raced in every second generation is not raced in those between."""
    came, _ = whole
    assert SHORT.every["web"] == 2
    assert [at for name, *at in came.lanes(TWIN) if name == "web"] == [[0, 0], [0, 1]]
    assert [each.generation for each in came.blocks if each.course == "web"] == [0, 0]


def test_a_block_is_announced_with_its_order(whole: tuple[Came, Watcher]) -> None:
    """The file says who runs after whom, before they do, and so it came."""
    came, _ = whole
    order: list[str] = []
    for record in came[1:-1]:
        if record in came.blocks:
            assert not order, "the block before was not raced to its end"
            block, order = record, [*record.order]
            assert sorted(order) == sorted([GOOD.name, TWIN, OTHER.name])
        elif record in came.samples:
            place = record.entrant, record.course, record.generation, record.block
            assert place == (order.pop(0), block.course, block.generation, block.block)
    assert not order


def test_each_generation_has_fresh_processes(whole: tuple[Came, Watcher]) -> None:
    """There is one process for each entrant, and another in the next generation."""
    _, watcher = whole
    first, second = watcher.processes.values()
    assert len(first) == len(second) == 3
    assert not first & second


def test_nobody_is_left(whole: tuple[Came, Watcher]) -> None:
    """All processes of all generations have ended, and none is a zombie."""
    _, watcher = whole
    assert not [each for many in watcher.processes.values() for each in many if each.is_running()]


def test_every_round_is_announced(whole: tuple[Came, Watcher]) -> None:
    """Whoever watches is told who runs next, on what; the share of the work only grows."""
    came, watcher = whole
    said = Counter(step.who for step in watcher.steps if "block" in step.what)
    assert said == Counter(sample.entrant for sample in came.samples)
    shares = [step.share for step in watcher.steps]
    assert shares == sorted(shares)
    assert 0 == shares[0] < shares[-1] < 1
    assert watcher.steps[-1].what.startswith("generation 2 of 2: ")


def test_it_is_looked_after_each_generation(whole: tuple[Came, Watcher]) -> None:
    """Whoever watches looks between two generations, at all samples so far."""
    came, watcher = whole
    first = sum(sample.generation == 0 for sample in came.samples)
    assert watcher.looked == [first, len(came.samples)]
    assert not watcher.asked, "nobody wanted to stop early"


def test_no_descriptor_is_left(origin: Origin) -> None:
    """Each generation gives back what it opened in the process of the race."""
    counts: list[int] = []

    def count(step: Step) -> None:
        if step.what.endswith("starting"):
            gc.collect()
            counts.append(psutil.Process().num_fds())

    profile = Profile("three", 3, {"null": 1}, ONE_EACH)
    raced(enter([GOOD, OTHER], ["null"], profile), origin, Watcher(count))
    assert counts == counts[:1] * 3


def orders(seed: int, origin: Origin) -> list[list[str]]:
    """Give the order of each block of a race."""
    profile = Profile("many", 2, {"null": 6}, ONE_EACH)
    return [
        each.order
        for each in raced(enter([GOOD, OTHER], ["null"], profile, seed=seed), origin).blocks
    ]


def test_the_order_is_random_and_repeats_with_the_seed(origin: Origin) -> None:
    """It differs from block to block, and is the same again with the same seed."""
    once, again, otherwise = (orders(seed, origin) for seed in (7, 7, 8))
    assert len(set(map(tuple, once))) > 1
    assert once == again != otherwise


def test_what_runs_the_same_does_the_same_work(origin: Origin) -> None:
    """The twin's rounds have as many calls as the reference's, in about the same time for all."""
    came = raced(enter([GOOD, OTHER], CPU_BOUND), origin)
    for course in CPU_BOUND:
        calls = {
            name: {each.calls for each in came.samples if (each.entrant, each.course) == lane}
            for name in (GOOD.name, TWIN)
            for lane in [(name, course)]
        }
        assert calls[GOOD.name] == calls[TWIN]


def test_rounds_are_long_enough(monkeypatch: pytest.MonkeyPatch, origin: Origin) -> None:
    """A batch that is shorter than the noise is repeated, for each variant as often as it takes."""
    monkeypatch.setattr("bench.race.ENOUGH", ENOUGH)
    came = raced(enter([GOOD, OTHER], ["null"]), origin)
    assert all(ENOUGH / 4 < each.cpu < ENOUGH * 4 for each in came.samples)
    assert all(each.calls > CALLS for each in came.samples)


def test_nobody_always_starts_first(origin: Origin) -> None:
    """Who is warmed up first changes from generation to generation."""
    watcher = Watcher()
    profile = Profile("many", 6, {"null": 1}, ONE_EACH)
    raced(enter([GOOD, OTHER], ["null"], profile), origin, watcher)
    warmed = [step for step in watcher.steps if "warming up" in step.what]
    firsts = {generation: each.who for each in reversed(warmed) for generation in [each.what]}
    assert len(firsts) == 6
    assert len(set(firsts.values())) > 1


# Who is out.

BEFALLS: dict[str, tuple[Kind, str]] = {
    "dies": (Kind.DIED, f"its process ended in the middle{KILLED}"),
    "crashes": (Kind.DIED, "its process ended in the middle: killed by SIGSEGV"),
    "leaves": (Kind.DIED, "its process ended in the middle"),
    "exits": (Kind.FAILED, "SystemExit: 3"),
    "hangs": (Kind.HUNG, "no reply for 6 s"),
    "never_loads": (Kind.HUNG, "no reply for 7 s"),
    "nowhere": (Kind.FAILED, "ModuleNotFoundError: No module named 'tests.bench.nowhere'"),
    "raises": (Kind.FAILED, "RuntimeError: no such luck"),
    "raises_a_group": (Kind.FAILED, "RuntimeError: no such luck"),
    "raises_eof": (Kind.FAILED, "RuntimeError: EOFError: no such luck"),
    "stops_short": (Kind.BROKE_A_RULE, "it ran 1 of 2 batches"),
    "gives_nothing": (Kind.BROKE_A_RULE, "it ran 0 of 2 batches"),
    "gives_a_number": (Kind.BROKE_A_RULE, "R1: the results are no list but 5"),
    "gives_a_mapping": (Kind.BROKE_A_RULE, "R1: the results are no list but {'0': 0, "),
    "gives_none": (Kind.BROKE_A_RULE, "R1: the results are no list but None"),
    "takes_no_time": (Kind.BROKE_A_RULE, "its clock tells times that no round takes: 0, "),
    "takes_less_than_no_time": (Kind.BROKE_A_RULE, "its clock tells times that no round takes: -"),
    "takes_no_number": (Kind.BROKE_A_RULE, "its clock tells times that no round takes: nan, "),
    "tells_time_in_words": (Kind.FAILED, "TypeError: "),
    "began_long_ago": (Kind.BROKE_A_RULE, "its clock tells times that no round takes: "),
    "one_over_the_limit": (Kind.BROKE_A_RULE, "L1: 9 calls in progress at once; the limit is 8"),
    "one_at_a_time": (Kind.BROKE_A_RULE, "L4: its first calls reached 1 in progress within 2 s; "),
    "a_lost_result": (Kind.BROKE_A_RULE, "R1: 7 results of 8 calls"),
    "two_results_swapped": (Kind.BROKE_A_RULE, "R1: 2 of 8 results are not in their place"),
}


@pytest.fixture(scope="module")
def unlucky(origin: Origin) -> tuple[Came, Watcher]:
    """A race of two who keep the rules, among all those whom something befalls."""
    every = UNLUCKY | BROKEN | {"nowhere": NOWHERE}
    watcher = Watcher()
    with pytest.MonkeyPatch.context() as patched:
        shorten(patched)
        entry = enter([*(every[name] for name in BEFALLS), GOOD, OTHER], CPU_BOUND)
        return raced(entry, origin, watcher), watcher


@pytest.mark.parametrize("name", BEFALLS)
def test_what_befell_it(name: str, unlucky: tuple[Came, Watcher]) -> None:
    """It is named once for each course, with what happened, and has no sample."""
    came, _ = unlucky
    kind, why = BEFALLS[name]
    mishaps = [each for each in came.mishaps if each.entrant == name]
    assert [(each.course, each.generation, each.block, each.kind) for each in mishaps] == [
        ("null", 0, None, kind),
        ("loopback", 0, None, kind),
    ]
    assert all(each.why.startswith(why) for each in mishaps), mishaps
    assert not came.lanes(name)


@pytest.mark.parametrize("entrant", [GOOD.name, TWIN, OTHER.name])
def test_nobody_else_pays(entrant: str, unlucky: tuple[Came, Watcher]) -> None:
    """Those who keep the rules race each block of each generation to the end."""
    came, _ = unlucky
    assert came.cut_short is None
    rounds = Counter(course for course, *_ in came.lanes(entrant))
    assert rounds == dict.fromkeys(CPU_BOUND, len(EACH_BLOCK))
    assert all(len(each.order) == 3 for each in came.blocks)


def test_a_clock_that_stands_still(origin: Origin) -> None:
    """No processor time is taken for a coarse clock in a short round, and told of a whole one."""
    name = "takes_no_processor_time"
    came = raced(enter([UNLUCKY[name], GOOD], ["null"]), origin)
    [mishap] = came.mishaps
    assert (mishap.entrant, mishap.generation, mishap.block) == (name, 0, 0)
    assert mishap.why == "the clock of processor time stood still for a whole round"
    assert not came.lanes(name)


def test_who_is_out_is_not_started_again(unlucky: tuple[Came, Watcher]) -> None:
    """In the later generations there are processes of those alone who race."""
    _, watcher = unlucky
    assert len(watcher.processes["generation 2 of 2"]) == 3


def test_whoever_hung_is_gone(unlucky: tuple[Came, Watcher]) -> None:
    """No process is left, not even of who hung, was killed or could not be loaded."""
    _, watcher = unlucky
    assert not [each for many in watcher.processes.values() for each in many if each.is_running()]


@pytest.mark.parametrize("name", ["prints", "takes_its_time", "allocates", "leaves_open"])
def test_who_is_odd_but_keeps_the_rules(name: str, origin: Origin) -> None:
    """Rubbish on standard output, for one, harms nobody, not even who writes it."""
    came = raced(enter([GOOD, UNLUCKY[name]], ["loopback"]), origin)
    assert not came.mishaps
    assert len(came.lanes(name)) == len(EACH_BLOCK)


def test_rubbish_where_the_race_listens(origin: Origin) -> None:
    """Who writes it into the very channel costs its own row."""
    came = raced(enter([GOOD, UNLUCKY["shouts"]], ["null"]), origin)
    assert [each.entrant for each in came.mishaps] == ["shouts"]
    assert len(came.lanes(GOOD.name)) == len(came.lanes(TWIN)) == len(EACH_BLOCK)


def test_the_reference_is_out(origin: Origin) -> None:
    """It costs its own row and its twin's; the race goes on without them."""
    came = raced(enter([UNLUCKY["raises"], OTHER], ["null"]), origin)
    assert (came.race.reference, came.race.twin) == ("raises", "raises (twin)")
    assert {each.entrant for each in came.mishaps} == {"raises", "raises (twin)"}
    assert len(came.lanes(OTHER.name)) == len(EACH_BLOCK)


def test_all_are_out(origin: Origin) -> None:
    """The race ends by itself, with everybody's reason and nobody's sample."""
    watcher = Watcher()
    came = raced(enter([UNLUCKY["raises"], UNLUCKY["dies"]], ["null"]), origin, watcher)
    assert len(came.mishaps) == 3
    assert not came.samples
    assert came.cut_short is None
    assert not watcher.processes["generation 2 of 2"]


def test_a_process_that_takes_long_to_end(origin: Origin, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the system is slow to end one, nobody else pays, and it is gone with the race."""
    monkeypatch.setattr("bench.stable.KILL_PATIENCE", 0.0)
    before = children()
    came = raced(enter([UNLUCKY["exits"], GOOD, OTHER], ["null"]), origin)
    assert [each.entrant for each in came.mishaps] == ["exits"]
    assert len(came.lanes(GOOD.name)) == len(EACH_BLOCK)
    assert children() == before


# Killed from outside.


class Door:
    """Where `asks_leave` knocks before each of its runs: it lets in, or kills.

    Attributes:
        open: whether it lets in.
        before: what it does first then.
        last: the process that knocked last.
    """

    def __init__(self, path: Path) -> None:
        """Wait there for who knocks."""
        self.open = True
        self.before: Callable[[], object] = lambda: None
        self.last = 0
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.bind(str(path))
        self._socket.listen()
        self._thread = threading.Thread(target=self._wait)
        self._thread.start()

    def _wait(self) -> None:
        while pid := self._let_in():
            self.last = pid

    def _let_in(self) -> int:
        knocked, _ = self._socket.accept()
        with knocked:
            pid = int(knocked.recv(99) or 0)
            if pid and self.open:
                self.before()
                knocked.send(b".")
            elif pid:
                self.open = True
                os.kill(pid, signal.SIGKILL)
        return pid

    def kill(self) -> None:
        """Kill who knocked last, and see it dead, but leave it to its parent to ask why."""
        os.kill(self.last, signal.SIGKILL)
        os.waitid(os.P_PID, self.last, os.WEXITED | os.WNOWAIT)

    def close(self, path: Path) -> None:
        """End."""
        with socket.socket(socket.AF_UNIX) as nobody:
            nobody.connect(str(path))
        self._thread.join()
        self._socket.close()


@pytest.fixture
def door(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Door]:
    """A door that lets in."""
    path = tmp_path / "door"
    monkeypatch.setenv(DOOR, str(path))
    door = Door(path)
    yield door
    door.close(path)


def at(what: str, act: Callable[[], object]) -> Watcher:
    """Act once, when it is the turn of `asks_leave` there."""
    left = [act]

    def maybe(step: Step) -> None:
        if left and step.who == "asks_leave" and step.what == what:
            left.pop()()

    return Watcher(maybe)


def test_killed_in_the_middle_of_a_round(door: Door, origin: Origin) -> None:
    """Who is killed in a round is out of that course from then on, and of no other."""
    watcher = at("generation 1 of 2: null, block 2 of 2", lambda: setattr(door, "open", False))
    came = raced(enter([GOOD, UNLUCKY["asks_leave"]], CPU_BOUND), origin, watcher)
    why = f"its process ended in the middle{KILLED}"
    assert came.mishaps == [Mishap("asks_leave", "null", 0, 1, Kind.DIED, why)]
    rounds = came.lanes("asks_leave")
    assert [each for each in rounds if each[0] == "null"] == [("null", 0, 0)]
    assert [tuple(at) for name, *at in rounds if name == "loopback"] == EACH_BLOCK
    assert len(came.lanes(GOOD.name)) == len(came.lanes(TWIN)) == 2 * len(EACH_BLOCK)
    assert not children() & set.union(*watcher.processes.values())


def test_killed_between_two_rounds(door: Door, origin: Origin) -> None:
    """Who dies there has a fresh process for the next course, and is out of the one it is on."""
    watcher = at("generation 2 of 2: null, block 1 of 2", door.kill)
    came = raced(enter([GOOD, UNLUCKY["asks_leave"]], CPU_BOUND), origin, watcher)
    [mishap] = came.mishaps
    found = mishap.entrant, mishap.course, mishap.generation, mishap.block, mishap.kind
    assert found == ("asks_leave", "null", 1, 0, Kind.DIED)
    # Which of the two it is, hangs on whether the end of its channel has come here already.
    ways = [f"its process ended {when}{KILLED}" for when in ("between two rounds", "in the middle")]
    assert mishap.why in ways
    rounds = came.lanes("asks_leave")
    assert [each for each in rounds if each[0] == "null"] == [("null", 0, 0), ("null", 0, 1)]
    assert [tuple(at) for name, *at in rounds if name == "loopback"] == EACH_BLOCK


def test_an_origin_that_hangs_is_nobody_elses_fault(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The race ends with its name, and no entrant is told to have hung."""
    monkeypatch.setattr("origin.process.PATIENCE", 2.0)
    before = children()
    with started() as origin:
        [process] = children() - before
        watcher = at(
            "generation 1 of 2: loopback, block 1 of 2",
            lambda: setattr(door, "before", process.suspend),
        )
        file = io.BytesIO()
        try:
            with pytest.raises(OriginError, match="the origin does not reply"):
                raced(
                    enter([GOOD, UNLUCKY["asks_leave"]], ["loopback"]), origin, watcher, file=file
                )
        finally:
            process.resume()
    records = [decode(line) for line in file.getvalue().splitlines()]
    assert not [each for each in records if isinstance(each, Mishap)]
    assert isinstance(records[-1], End)
    assert records[-1].cut_short == "the origin does not reply"


# The time limit, and enough.


class Clock:
    """A clock that goes on by one second with each block of `asyncio/workers`."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now

    def tick(self, step: Step) -> None:
        """Go on, if a block begins."""
        self.now += step.who == GOOD.name and "block" in step.what


TEN = Profile("ten", 10, {"null": 2}, ONE_EACH)


@pytest.mark.parametrize(("seconds", "generations"), [(7.9, 3), (8.0, 4), (2.0, 1)])
def test_the_time_is_up(seconds: float, generations: int, origin: Origin) -> None:
    """No generation begins that would end too late, by how long they took so far: two seconds."""
    clock = Clock()
    entry = enter([GOOD, OTHER], ["null"], TEN, seconds=seconds)
    came = raced(entry, origin, Watcher(clock.tick), clock)
    assert came.cut_short == f"the time was up after {generations} of 10 generations"
    assert {each.generation for each in came.samples} == set(range(generations))
    assert len(came.lanes(TWIN)) == 2 * generations


def test_time_for_all(origin: Origin) -> None:
    """A race that ends in time is not cut short."""
    clock = Clock()
    entry = enter([GOOD, OTHER], ["null"], seconds=4.0)
    assert raced(entry, origin, Watcher(clock.tick), clock).cut_short is None


def test_the_share_is_that_of_the_time_where_that_ends_first(origin: Origin) -> None:
    """A time limit counts as work, since the race ends there."""
    clock = Clock()
    watcher = Watcher(clock.tick)
    raced(enter([GOOD, OTHER], ["null"], TEN, seconds=4.5), origin, watcher, clock)
    assert watcher.steps[-1].share >= 3.0 / 4.5


def test_too_little_time(origin: Origin) -> None:
    """A limit that does not even hold one generation is refused, with what to do."""
    clock, before = Clock(), children()
    entry = enter([GOOD, OTHER], ["null"], TEN, seconds=0.5)
    with pytest.raises(TooLittleTime, match=r"0\.5 s are too few for one; allow more, or choose"):
        raced(entry, origin, Watcher(clock.tick), clock)
    assert children() == before


MANY = Profile("many", 2, {"null": 1}, ONE_EACH)


def test_enough(origin: Origin, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is asked after some generations only, whatever the profile says; the first yes ends it."""
    monkeypatch.setattr("bench.race.LOOKS", looks := (2, 3, 5))
    monkeypatch.setattr("bench.entry.LOOKS", looks)
    watcher = Watcher(is_enough=lambda so_far: len(so_far.samples) >= 9)
    came = raced(enter([GOOD, OTHER], ["null"], MANY, until=0.05), origin, watcher)
    assert watcher.asked == [6, 9]
    assert watcher.looked == [3, 6, 9]
    assert came.cut_short is None
    assert (came.race.generations, came.race.looks, came.race.until) == (5, 3, 0.05)


def test_never_enough(origin: Origin, monkeypatch: pytest.MonkeyPatch) -> None:
    """It ends after the last look, and that is its end."""
    monkeypatch.setattr("bench.race.LOOKS", looks := (1, 2))
    monkeypatch.setattr("bench.entry.LOOKS", looks)
    watcher = Watcher()
    came = raced(enter([GOOD, OTHER], ["null"], MANY, until=0.05), origin, watcher)
    assert watcher.asked == [3, 6]
    assert came.cut_short is None


def test_the_looks_are_few_and_the_first_has_an_interval() -> None:
    """Each is one more chance to be wrong; the first comes when there is something to see."""
    assert tuple(sorted(set(LOOKS))) == LOOKS
    assert len(LOOKS) <= 10
    assert LOOKS[0] >= 5
