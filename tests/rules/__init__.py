"""The rules, held against every variant, and shown by what is broken on purpose."""
