"""The few words that a call of one's own needs, in each language that a variant speaks.

Strategy: one table, of objects with the same methods.  A call is written once, as an async
function, and awaits nothing but these words, so it serves every runtime.  For threads the words
block, so the same function never suspends and can be driven to its end at once.  A runtime is
imported when one of its words is used.
"""

import threading
import time
from collections.abc import Callable, Coroutine
from typing import Any, Protocol, TypeVar

from impls.contract import Call, Language

T = TypeVar("T")
AsyncCall = Callable[[int], Coroutine[Any, Any, Any]]
"""A call of one's own, before `Words.call` has put it into a variant's language."""

LONG = 60.0
"""Seconds to wait where only a cancellation ends it; far more than any test has patience for."""


class Happening(Protocol):
    """Something that has happened or not, and that others can wait for."""

    def is_set(self) -> bool:
        """Tell whether it has happened."""

    async def set(self) -> None:
        """Let it happen; never suspends."""

    async def wait(self) -> None:
        """Wait until it has."""


class Words(Protocol):
    """What a language has a word for."""

    @property
    def cancelled(self) -> type[BaseException]:
        """The class that a cancellation is; ask for it inside the runtime only."""

    async def sleep(self, seconds: float) -> None:
        """Wait so long; can be cancelled, but in a thread."""

    async def checkpoint(self) -> None:
        """Let others run, once."""

    def event(self) -> Happening:
        """Give something that has not happened."""

    async def shielded(self, work: Coroutine[Any, Any, T]) -> T:
        """Do the work to its end, whoever cancels us meanwhile."""

    def census(self) -> int:
        """Count what is alive in the runtime: tasks or threads; ask inside the runtime only."""

    def call(self, written: AsyncCall) -> Call:
        """Give the call that is so written, as a variant of this language makes it."""


class _Event:
    """An event of a runtime; only curio's must be awaited when it is set."""

    def __init__(self, event: Any) -> None:
        self._event = event

    def is_set(self) -> bool:
        happened: bool = self._event.is_set()
        return happened

    async def set(self) -> None:
        self._event.set()

    async def wait(self) -> None:
        await self._event.wait()


class _CurioEvent(_Event):
    async def set(self) -> None:
        await self._event.set()


class _ThreadsEvent(_Event):
    async def wait(self) -> None:
        self._event.wait(LONG)


class _Async:
    """What all languages but that of threads have in common."""

    def call(self, written: AsyncCall) -> Call:
        """Give it as it is."""
        return written


class _Asyncio(_Async):
    """asyncio, on any loop."""

    @property
    def cancelled(self) -> type[BaseException]:
        import asyncio

        return asyncio.CancelledError

    async def sleep(self, seconds: float) -> None:
        import asyncio

        await asyncio.sleep(seconds)

    async def checkpoint(self) -> None:
        await self.sleep(0)

    def event(self) -> Happening:
        import asyncio

        return _Event(asyncio.Event())

    async def shielded(self, work: Coroutine[Any, Any, T]) -> T:
        import asyncio

        task = asyncio.ensure_future(work)
        cancellation: asyncio.CancelledError | None = None
        while not task.done():
            try:
                await asyncio.shield(task)
            except asyncio.CancelledError as cancelled:
                cancellation = cancelled
        if cancellation:
            raise cancellation
        return task.result()

    def census(self) -> int:
        import asyncio

        return len(asyncio.all_tasks())


class _Trio(_Async):
    """trio."""

    @property
    def cancelled(self) -> type[BaseException]:
        import trio

        return trio.Cancelled

    async def sleep(self, seconds: float) -> None:
        import trio

        await trio.sleep(seconds)

    async def checkpoint(self) -> None:
        import trio

        await trio.lowlevel.checkpoint()

    def event(self) -> Happening:
        import trio

        return _Event(trio.Event())

    async def shielded(self, work: Coroutine[Any, Any, T]) -> T:  # type: ignore[return] # none is caught
        import trio

        with trio.CancelScope(shield=True):
            return await work

    def census(self) -> int:
        import trio

        return trio.lowlevel.current_statistics().tasks_living


class _Anyio(_Async):
    """anyio, on any backend."""

    @property
    def cancelled(self) -> type[BaseException]:
        import anyio

        return anyio.get_cancelled_exc_class()

    async def sleep(self, seconds: float) -> None:
        import anyio

        await anyio.sleep(seconds)

    async def checkpoint(self) -> None:
        import anyio.lowlevel

        await anyio.lowlevel.checkpoint()

    def event(self) -> Happening:
        import anyio

        return _Event(anyio.Event())

    async def shielded(self, work: Coroutine[Any, Any, T]) -> T:  # type: ignore[return] # none is caught
        import anyio

        with anyio.CancelScope(shield=True):
            return await work

    def census(self) -> int:
        import anyio

        return len(anyio.get_running_tasks())


class _Curio(_Async):
    """curio, or curio-compat."""

    @property
    def cancelled(self) -> type[BaseException]:
        import curio

        cancelled: type[BaseException] = curio.CancelledError
        return cancelled

    async def sleep(self, seconds: float) -> None:
        import curio

        await curio.sleep(seconds)

    async def checkpoint(self) -> None:
        await self.sleep(0)

    def event(self) -> Happening:
        import curio

        return _CurioEvent(curio.Event())

    async def shielded(self, work: Coroutine[Any, Any, T]) -> T:
        import curio

        done: T = await curio.disable_cancellation(work)
        return done

    def census(self) -> int:
        import curio.meta

        return len(curio.meta._locals.kernel._tasks)  # as its own monitor does: no public way


class _Uncancelled(BaseException):
    """What a cancellation would be in a thread, where there is none: never raised."""


class _Threads:
    """Threads, in which every word blocks."""

    cancelled = _Uncancelled

    async def sleep(self, seconds: float) -> None:
        time.sleep(seconds)  # noqa: ASYNC251 - nothing but its own thread waits here

    async def checkpoint(self) -> None:
        await self.sleep(0)

    def event(self) -> Happening:
        return _ThreadsEvent(threading.Event())

    async def shielded(self, work: Coroutine[Any, Any, T]) -> T:
        return await work

    def census(self) -> int:
        return threading.active_count()

    def call(self, written: AsyncCall) -> Call:
        """Drive it to its end, where it has never suspended."""

        def driven(arg: int, *_ends: float) -> Any:
            try:
                written(arg).send(None)
            except StopIteration as ended:
                return ended.value
            raise RuntimeError("a call of one's own awaited what is no word of threads")

        return driven


LANGUAGES: dict[Language, Words] = {
    "asyncio": _Asyncio(),
    "trio": _Trio(),
    "anyio": _Anyio(),
    "curio": _Curio(),
    "threads": _Threads(),
}
"""The words of each language."""
