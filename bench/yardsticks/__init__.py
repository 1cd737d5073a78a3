"""This project's benchmarks of its own claims: `python -m bench.yardsticks`."""
