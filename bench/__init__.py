"""What is measured: scenarios, the race, and its face for pytest-benchmark."""
