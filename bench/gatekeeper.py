"""The far end of the gate: one variant, held against the short form of the rules."""

import logging
import os

from bench.worker import READY, Channel
from impls.registry import housed
from rules.gate import broken


def serve(channel: Channel) -> None:
    """Hold the variant that is named against the rules, and send what it broke."""
    logging.disable()  # runtimes log calls that fail, as they are meant to here
    channel.send(os.getpid())
    home, name, _ = channel.receive()
    variant = housed(home)[name]
    channel.send(READY)
    channel.send(broken(variant))
