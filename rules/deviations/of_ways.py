"""What each way of the field fails, and why: by the variant's name, each reason with its checks.

Strategy: whoever writes a way knows why it fails.  The files beside this one have the rows, one
for each family; here they become one table.
"""

from collections.abc import Mapping

from rules.deviations.faults import Faults

OF_WAYS: Mapping[str, Faults] = {}
