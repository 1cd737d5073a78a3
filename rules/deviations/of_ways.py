"""What each way of the field fails, and why: by the variant's name, each reason with its checks.

Strategy: whoever writes a way knows why it fails.  The files beside this one have the rows, one
for each family; here they become one table.
"""

from collections.abc import Mapping

from rules.deviations.clients import OF_CLIENTS
from rules.deviations.executors import OF_EXECUTORS
from rules.deviations.faults import Faults
from rules.deviations.idioms import OF_IDIOMS
from rules.deviations.rivals import OF_RIVALS
from rules.deviations.ways_of_asyncio import OF_ASYNCIO

OF_WAYS: Mapping[str, Faults] = {
    **OF_IDIOMS,
    **OF_ASYNCIO,
    **OF_CLIENTS,
    **OF_EXECUTORS,
    **OF_RIVALS,
}
