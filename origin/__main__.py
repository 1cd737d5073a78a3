"""Start the origin by hand: `python -m origin`."""

import argparse
import errno
import os
import resource
import socket
import sys

from origin.process import LOOPBACK
from origin.server import Server, listen

REMEDIES = {
    errno.EADDRINUSE: "; free the port, or leave --port and --control-port out to take any",
}


def port(text: str) -> int:
    """Read a port.

    Raises:
        ValueError: there is no such port.
    """
    number = int(text)
    if number not in range(65_536):
        raise ValueError
    return number


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m origin",
        description="The remote end of the calls, and their judge: an HTTP/1.1 server that "
        "answers GET /<whole number>, follows a plan, and keeps a ledger of what it saw.",
        epilog="It says where it listens, and serves until Ctrl-C.",
    )
    parser.add_argument(
        "--host",
        default=LOOPBACK,
        help="where to take calls (%(default)s); plans are taken on the loopback only",
    )
    parser.add_argument("--port", type=port, default=0, help="for calls (any free one)")
    parser.add_argument("--control-port", type=port, default=0, help="for plans (any free one)")
    parser.add_argument("--core", type=int, help="the processor to stay on")
    parser.add_argument(
        "--end-with-stdin", action="store_true", help="end when standard input does"
    )
    return parser.parse_args()


def allow_many_connections() -> None:
    """Let this process have as many sockets as the system allows it."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    if most != resource.RLIM_INFINITY:  # where there is no limit, macOS refuses to set one
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def announce(name: str, listener: socket.socket) -> None:
    """Say where this listener is, as `origin.process` reads it."""
    print("{:8}{}:{}".format(name, *listener.getsockname()), flush=True)


def main() -> int:
    """Serve; give the exit code."""
    args = arguments()
    host = args.host
    try:
        calls = listen(host, args.port)
        host = LOOPBACK
        server = Server(calls, listen(host, args.control_port))
    except OSError as error:
        why, _, _ = str(error.strerror).partition(" (")  # create_server adds the address to it
        return fail(f"cannot listen at {host}: {why}{REMEDIES.get(error.errno or 0, '')}")
    try:
        prepare(server, args)
        server.serve()
    except KeyboardInterrupt:
        return 0
    except OSError as error:
        return fail(f"cannot go on: {error.strerror}")
    return 0


def prepare(server: Server, args: argparse.Namespace) -> None:
    """Do what the command line asks for, and say where the server is.

    Raises:
        OSError: there is no such processor, or the standard input can't be waited for.
    """
    allow_many_connections()
    if args.core is not None and hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {args.core})
    if args.end_with_stdin:
        server.end_with(sys.stdin.fileno())
    announce("calls", server.calls)
    announce("control", server.control)


def fail(why: str) -> int:
    """Say why there is no origin, in one line, and give the exit code."""
    print(f"origin: {why}", file=sys.stderr)
    return 1


sys.exit(main())
