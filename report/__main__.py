"""`python -m report RESULTS.jsonl [--into DIR]`: write the report of a results file.

Strategy: the exit code says what became of it.  0, the report is written; 1, it is, but the
results file has lost its end; 2, there is none, and one line says why and what to do.
"""

import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path

from report.pages import write
from report.results import UnreadableResults, read


def main() -> int:
    """Write the report that the command line asks for, and return the exit code."""
    asked = _arguments()
    try:
        results = read(asked.results)
        pages = write(results, asked.results.name, asked.into or asked.results.parent)
    except UnreadableResults as error:
        return _fail(str(error))
    except OSError as error:
        return _fail(f"can't write {error.filename}: {error.strerror}; name a folder with --into")
    print(*pages, sep="\n")
    if results.cut_short:
        print(f"report: not everything was raced: {results.cut_short}", file=sys.stderr)
    return 0 if results.ended else 1


def _arguments() -> Namespace:
    parser = ArgumentParser(prog="python -m report", description="Write the report of a race.")
    parser.add_argument("results", type=Path, metavar="RESULTS.jsonl", help="what the race wrote")
    parser.add_argument("--into", type=Path, metavar="DIR", help="default: beside the results")
    return parser.parse_args()


def _fail(why: str) -> int:
    print(f"report: {' '.join(why.split())}", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main())
