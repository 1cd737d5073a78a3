"""The batch on asyncio with aiohttp for a client: what our own call is measured against.

Strategy: everything but the client is the asyncio recipe's: its `workers`, its clock, its loop.
"""

from impls.field import OURS

NAME = "asyncio-aiohttp/workers"
VARIANTS = {NAME: OURS[NAME]}
