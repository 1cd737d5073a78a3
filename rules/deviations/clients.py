"""What whole clients fail, by the names of their variants.

Strategy: a client stands under the recipe of its runtime, so what it fails is its own doing, or
its runtime's.
"""

from collections.abc import Mapping

from rules.deviations.faults import Faults
from rules.deviations.runtimes import CANCELLED_ONCE
from rules.known import Known

BEHIND_THE_ANSWER = Known(
    "what comes behind an answer stays in the connection's buffer, where httpcore does not look, "
    "and is taken for the beginning of the next call's answer; the link is to a relation of this "
    "fault, a body behind a status of 204",
    "https://github.com/encode/httpx/issues/1474",
    {"httpcore": "<=1.0.9"},
    seen="F8: .*called with",
)

WHILE_IDLE = Known(
    "what has come while a connection was idle is read as the beginning of the next call's "
    "answer; aiohttp makes a call again only when its connection breaks",
    seen="F8: a body larger than announced, answered: a healthy batch gave",
)

CLEANING_UP_CUT = Known(
    "httpcore shields its hanging up by anyio's cancel scopes, which do not keep off what asyncio "
    "itself cancels: a call that is cancelled while it gives its connection back, or for a second "
    "time, leaves that open, and in the pool, for ever",
    "https://github.com/encode/httpcore/pull/922",
    {"httpcore": "<=1.0.9"},
    seen=r"X2: \d+ more descriptors after 400 calls",
)

HEAD_CUT_OFF = Known(
    "http.client takes a head that breaks off for a whole one; urllib3 logs a warning at most, and "
    "the answer, without its Content-Length, is empty",
    seen=r"F3: hangs up, inside the head: call \d+ gave Value\(''\)",
)

EACH_WAIT = Known(
    "a time limit of urllib3 is one of each wait for the server; to a server that sends a byte now "
    "and then, its documentation says, a request may take any time",
    "https://urllib3.readthedocs.io/en/stable/reference/urllib3.util.html#urllib3.util.Timeout",
)

OF_CLIENTS: Mapping[str, Faults] = {
    "asyncio-aiohttp/workers": [
        (WHILE_IDLE, ["F8-larger_body"]),
        (CANCELLED_ONCE, ["C7-bounded_overrun"]),
    ],
    "asyncio-httpx/workers": [
        (BEHIND_THE_ANSWER, ["F8-larger_body"]),
        (CLEANING_UP_CUT, ["X2-no_descriptor_left"]),
        (CANCELLED_ONCE, ["C7-bounded_overrun"]),
    ],
    "trio-httpx/workers": [(BEHIND_THE_ANSWER, ["F8-larger_body"])],
    "threads-urllib3/workers": [
        (HEAD_CUT_OFF, ["F3-cut_off"]),
        (EACH_WAIT, ["F4-dripped_at"]),
    ],
}
