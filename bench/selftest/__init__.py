"""The self-test of the measurement: how often it is wrong, and what it misses.

`python -m bench.selftest`
"""
