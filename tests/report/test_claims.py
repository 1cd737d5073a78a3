"""What people say is told with a verdict for each Python, and with what was seen."""

from report.claims import Weighed
from report.matrix import Claim, Truth
from report.rules import together
from tests.report.matrices import matrix

GATHER = Claim("gather_wraps", "gather wraps coroutines.", Truth.HOLDS, "in a task of its own")
LOOP = "get_event_loop() says nothing."
EAGER = "An eager task waits for its turn."


def test_a_verdict_for_each_python() -> None:
    """What all Pythons showed is told once; where they differ, each is named."""
    old = [
        GATHER,
        Claim("loop", LOOP, Truth.HOLDS, "nothing"),
        Claim("eager", EAGER, Truth.NOT_RUN, "needs Python 3.12"),
    ]
    new = [
        GATHER,
        Claim("loop", LOOP, Truth.FAILS, "DeprecationWarning"),
        Claim("eager", EAGER, Truth.FAILS, "it ran\nat once"),
    ]
    made = [
        matrix(claims=old),
        matrix(claims=new, python="3.12.1"),
        matrix(claims=new, python="3.13.0"),
    ]
    pythons = ("3.11", "3.12", "3.13")
    assert together(made).claims == (
        Weighed(
            GATHER.says,
            dict.fromkeys(pythons, Truth.HOLDS),
            (("", "in a task of its own"),),
        ),
        Weighed(
            LOOP,
            {"3.11": Truth.HOLDS, "3.12": Truth.FAILS, "3.13": Truth.FAILS},
            (("3.11", "nothing"), ("3.12, 3.13", "DeprecationWarning")),
        ),
        Weighed(
            EAGER,
            {"3.11": Truth.NOT_RUN, "3.12": Truth.FAILS, "3.13": Truth.FAILS},
            (("3.11", "needs Python 3.12"), ("3.12, 3.13", "it ran at once")),
        ),
    )


def test_what_was_not_tried_somewhere_has_no_verdict_there() -> None:
    """A run of a few tests leaves a few claims."""
    [claim] = together([matrix(), matrix(claims=[GATHER], python="3.12.1")]).claims
    assert claim.verdicts == {"3.11": None, "3.12": Truth.HOLDS}
    assert claim.seen == (("", "in a task of its own"),)


def test_without_claims_there_is_nothing_to_tell() -> None:
    """Also without any matrix."""
    assert together([]).claims == together([matrix()]).claims == ()
