"""From raw samples to figures, charts and pages; it knows only the results file."""
