"""`python -m report RESULTS.jsonl [--into DIR]`: write the report of a results file.

Strategy: the exit code says what became of it.  0, the report is written; 1, it is, but the
results file has lost its end; 2, there is none, and one line says why and what to do; 130, it was
interrupted.
"""

import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path

from report.console import fail, tell
from report.pages import write
from report.results import UnreadableResults, read

PROGRAM = "report"


def main() -> int:
    """Write the report that the command line asks for, and return the exit code."""
    asked = _arguments()
    try:
        results = read(asked.results)
        pages, _ = write(results, asked.results.name, asked.into or asked.results.parent)
    except UnreadableResults as error:
        return fail(PROGRAM, str(error), 2)
    except OSError as error:
        why = f"can't write {error.filename}: {error.strerror}; name a folder with --into"
        return fail(PROGRAM, why, 2)
    except KeyboardInterrupt:
        return fail(PROGRAM, "interrupted", 130)
    print(*pages, sep="\n")
    if results.cut_short:
        tell(PROGRAM, f"not everything was raced: {results.cut_short}")
    return 0 if results.ended else 1


def _arguments() -> Namespace:
    parser = ArgumentParser(prog="python -m report", description="Write the report of a race.")
    parser.add_argument("results", type=Path, metavar="RESULTS.jsonl", help="what the race wrote")
    parser.add_argument("--into", type=Path, metavar="DIR", help="default: beside the results")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
