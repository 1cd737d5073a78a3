"""Everything that is broken on purpose, a file for each chapter of the rules."""

from rules.loading import import_all
from tests.rules.breaking import BROKEN

import_all(__name__)

VARIANTS = {each.name: each for both in BROKEN.values() for each in (both.variant, both.mended)}
"""The broken ones and their mended twins, by their names."""
