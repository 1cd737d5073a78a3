"""Random batches, held against a model of the rules.

Strategy: a schedule (`rules.acts`) is run on a variant, then a healthy batch over the same pool,
and what came of both is held against the model (`rules.model`).  What breaks a rule is printed as
one command that runs it again (`python -m rules.schedules --help`).
"""

import argparse
import shlex
import sys
from collections.abc import Sequence

import msgspec

from impls.contract import Variant
from impls.registry import housed, missing
from origin.process import started
from rules.acts import Schedule, for_this, safe
from rules.model import JUDGES, Held
from rules.trial import Trial, later

PYTHON = ".venv/bin/python"
HOME = "impls.registry"


def hold(schedule: Schedule, trial: Trial) -> str:
    """Run the schedule and a healthy batch after it; give what came of it.

    Raises:
        AssertionError: a rule is broken; the message begins with its number.
    """
    schedule = for_this(schedule, trial)
    trial.origin.plan(schedule.plan(cuts=trial.cuts))
    run = trial.variant.load()
    first, second = run(trial.endpoint, [schedule.batch, later()])
    held = Held(schedule, trial, first, second, trial.origin.ledger())
    for judge in JUDGES:
        judge(held)
    return f"{len(schedule.calls)} calls ended with {held.ending}"


# The command line: one schedule, run again.


def command(schedule: Schedule, variant: Variant) -> str:
    """Give the command that runs this again."""
    text = msgspec.json.encode(schedule).decode()
    home = [] if variant.home == HOME else ["--home", variant.home]
    return shlex.join([PYTHON, "-m", "rules.schedules", "--variant", variant.name, *home, text])


def read(text: str) -> Schedule:
    """Read a schedule.

    Raises:
        ValueError: it is none, or could wait for ever.
    """
    schedule = msgspec.json.decode(text, type=Schedule)
    if (nearest := safe(schedule)) != schedule:
        better = msgspec.json.encode(nearest).decode()
        raise ValueError(f"this could wait for ever; the nearest that can't is {better}")
    return schedule


def find(name: str, home: str) -> Variant:
    """Find a variant.

    Raises:
        ValueError: there is none of that name, or it is not installed.
    """
    variants = housed(home)
    if name not in variants:
        raise ValueError(f"there is no variant {name!r}; there are {', '.join(variants)}")
    variant = variants[name]
    if reason := missing(variant):
        raise ValueError(f"{name} is {reason}")
    return variant


def main(argv: Sequence[str] | None = None) -> int:
    """Run one schedule on one variant; 1 if a rule is broken, 2 if there is nothing to run."""
    parser = argparse.ArgumentParser(
        prog="python -m rules.schedules",
        description="Run one schedule on one variant, and hold it against the rules.",
    )
    parser.add_argument("--variant", required=True, metavar="NAME", help="such as trio/workers")
    parser.add_argument(
        "--home", default=HOME, help="the module, or the file, whose VARIANTS hold it (%(default)s)"
    )
    parser.add_argument(
        "schedule", metavar="JSON", help='such as \'{"calls": [{}, {}], "limit": 1}\''
    )
    asked = parser.parse_args(argv)
    try:
        variant, schedule = find(asked.variant, asked.home), read(asked.schedule)
    except (ValueError, ImportError) as error:
        parser.error(str(error))
    with started() as origin:
        try:
            print(hold(schedule, Trial(variant, origin)))
        except AssertionError as broken:
            print(broken)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
