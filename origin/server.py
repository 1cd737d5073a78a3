"""The origin: one thread, one selector, no runtime.

Strategy: whoever waits for a socket registers a function of its events, and the loop calls it.
A client's connection hands its requests to the trial of the day; a control connection begins the
next trial, and asks for the ledger of this one.
"""

import gc
import os
import selectors
import socket
from collections.abc import Callable
from itertools import count

from origin.control import Done, GetLedger, Refused, Reply, SetPlan, Told, decode_command, encode
from origin.line import READ, Line
from origin.plan import Plan
from origin.trial import Trial, clock
from origin.wire import REFUSAL, Answer, BadRequest, parse

BACKLOG = 1024


def listen(host: str, port: int) -> socket.socket:
    """Listen there; port 0 takes any free one.

    Raises:
        OSError: the port is taken, or the host is not this machine's.
    """
    listener = socket.create_server((host, port), backlog=BACKLOG)
    listener.setblocking(False)
    return listener


class Client:
    """A client's connection: it makes one call at a time, kept unread until it is answered."""

    def __init__(self, server: "Server", connected: socket.socket, number: int) -> None:
        """Take over an accepted socket, the `number`th of this origin."""
        self.number = number
        self._server = server
        self._unread = b""
        self._line = Line(server.selector, connected, self._on_data, self._on_end)

    def look(self, ahead: bool) -> None:
        """Look ahead at requests from now on, or read them as they come."""
        self._line.look(self._on_look if ahead else None)

    def _on_look(self, seen: bytes) -> None:
        try:
            request = parse(self._unread + seen)
        except BadRequest:
            self._line.receive()
            return
        left = request and self._server.trial.leaves(request.arg, len(seen))
        if request and left:
            self._line.leave(seen, left)
            self._unread += seen
            self._server.trial.receive(self, request)
        elif request or self._unread:
            self._line.receive()
        else:
            self._line.wait_for_more(seen)

    def _on_data(self, data: bytes) -> None:
        self._unread += data
        try:
            request = parse(self._unread)
        except BadRequest:
            self._line.say(REFUSAL)
            return
        if request:
            self._server.trial.receive(self, request)

    def answer(self, answer: Answer) -> None:
        """Send the answer to the call in progress, and go on as it says."""
        self._unread = b""
        self._line.say(answer)

    def be_ready(self) -> None:
        """Take what comes from now on as the next request."""
        self._unread = b""

    def send(self, part: Answer) -> None:
        """Send a part of the answer, or what comes after it."""
        self._line.say(part)

    def read_on(self) -> None:
        """Take what was left unread of the request."""
        self._line.read_on()

    def drop(self) -> None:
        """Hang up on the client."""
        self._line.end()

    def _on_end(self) -> None:
        self._server.clients.remove(self)
        self._server.trial.lose(self)


class Controller:
    """A control connection: a command a line, a reply a line."""

    def __init__(self, server: "Server", connected: socket.socket) -> None:
        """Take over an accepted socket."""
        self._server = server
        self._unread = b""
        self._line = Line(server.selector, connected, self._on_data, self._on_end)

    def _on_data(self, data: bytes) -> None:
        *lines, self._unread = (self._unread + data).split(b"\n")
        for line in lines:
            try:
                command = decode_command(line)
            except (ValueError, RecursionError) as error:
                self.reply(Refused(str(error)))
            else:
                self._server.obey(command, self)

    def reply(self, reply: Reply) -> None:
        """Send the reply."""
        self._line.say(Answer(encode(reply) + b"\n"))

    def _on_end(self) -> None:
        self._server.forget(self)


class Server:
    """The loop, and what its connections share.

    Attributes:
        selector: its keys carry functions of the events.
        trial: the plan being followed now.
        calls: where the calls come in.
        control: where the commands come in.
        clients: the connections that are open for calls.
    """

    def __init__(self, calls: socket.socket, control: socket.socket) -> None:
        """Accept calls and commands on these sockets."""
        self.selector = selectors.DefaultSelector()
        self.calls = calls
        self.control = control
        self.trial = Trial(Plan())
        self.clients: set[Client] = set()
        self._numbers = count()
        self._asked: dict[Controller, float] = {}
        self._goes_on = True
        self._accept(calls, self._add_client)
        self._accept(control, lambda connected: Controller(self, connected))

    def _accept(self, listener: socket.socket, add: Callable[[socket.socket], object]) -> None:
        self.selector.register(listener, READ, lambda _: add(listener.accept()[0]))

    def _add_client(self, connected: socket.socket) -> None:
        self.trial.opened += 1
        client = Client(self, connected, next(self._numbers))
        client.look(self.trial.looks)
        self.clients.add(client)

    def end_with(self, descriptor: int) -> None:
        """End when this descriptor does: the read end of a pipe that a parent holds open."""

        def on_events(_: int) -> None:
            self._goes_on = bool(os.read(descriptor, 1))

        self.selector.register(descriptor, READ, on_events)

    def obey(self, command: SetPlan | GetLedger, controller: Controller) -> None:
        """Carry out a command."""
        if isinstance(command, SetPlan):
            self.trial.drop_all()
            gc.collect()
            self.trial = Trial(command.plan)
            for client in self.clients:
                client.look(self.trial.looks)
            controller.reply(Done())
        else:
            self._asked[controller] = clock() + command.patience

    def forget(self, controller: Controller) -> None:
        """Owe this controller no reply: it is gone."""
        self._asked.pop(controller, None)

    def serve(self) -> None:
        """Serve until the parent ends; the collector runs between trials, not within them.

        Raises:
            OSError: the system gives this process no more sockets.
        """
        gc.disable()
        while self._goes_on:
            for key, events in self.selector.select(self._do_what_is_due()):
                key.data(events)

    def _do_what_is_due(self) -> float | None:
        """Do what is due, and give the seconds until something else is."""
        next_call = self.trial.pass_time()
        if not self._asked:
            return next_call
        next_reply = self._tell()
        return min((wait for wait in (next_call, next_reply) if wait is not None), default=None)

    def _tell(self) -> float | None:
        now = clock()
        quiet = not self.trial.calls_in_progress()
        for controller, latest in list(self._asked.items()):
            if quiet or latest <= now:
                del self._asked[controller]
                controller.reply(Told(self.trial.ledger(len(self.clients))))
        return min((latest - now for latest in self._asked.values()), default=None)
