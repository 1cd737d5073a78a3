"""Everything that is broken on purpose, a file for each chapter of the rules."""

import importlib
import pkgutil

from tests.rules.breaking import BROKEN

for _module in pkgutil.iter_modules(__path__, f"{__name__}."):
    importlib.import_module(_module.name)

VARIANTS = {each.name: each for both in BROKEN.values() for each in (both.variant, both.mended)}
"""The broken ones and their mended twins, by their names."""
