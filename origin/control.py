"""What is said over the control connection: commands and replies, one JSON line each."""

import msgspec

from origin.ledger import Ledger
from origin.plan import Plan, Seconds


class SetPlan(msgspec.Struct, tag=True, frozen=True):
    """Forget what was seen, drop the calls in progress, and follow this plan.

    The reply is `Done`.
    """

    plan: Plan


class GetLedger(msgspec.Struct, tag=True, frozen=True):
    """Tell what was seen, as soon as no call is in progress, or after so many seconds.

    The reply is `Told`.
    """

    patience: Seconds = 0.0


class Done(msgspec.Struct, tag=True, frozen=True):
    """The command was carried out."""


class Told(msgspec.Struct, tag=True, frozen=True):
    """The ledger."""

    ledger: Ledger


class Refused(msgspec.Struct, tag=True, frozen=True):
    """The command could not be carried out."""

    why: str


Command = SetPlan | GetLedger
Reply = Done | Told | Refused

encode = msgspec.json.Encoder().encode
decode_command = msgspec.json.Decoder(Command).decode
decode_reply = msgspec.json.Decoder(Reply).decode
