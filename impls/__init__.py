"""The workload, once for each runtime: the recipes."""
