"""The specimens, a file for each chapter of the rules or for each runtime that they are about."""
