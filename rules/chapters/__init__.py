"""The checks: one file for each chapter of the rules, or two where one grew long."""
