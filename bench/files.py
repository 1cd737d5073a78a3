"""The limit on open files: a batch needs one for each connection.

Strategy: raised for us and all our children before the first of them starts, or refused in words:
a round that runs out of files would look like a variant's fault.
"""

import resource


class TooFewFiles(Exception):  # noqa: N818 - the files are what is too few
    """The system won't allow as many open files as the race needs; the message says how many."""


def allow_open_files(needed: int) -> None:
    """Raise this process's limit to what is needed; its children inherit it.

    Raises:
        TooFewFiles: the hard limit is lower.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY or soft >= needed:
        return
    if hard != resource.RLIM_INFINITY and hard < needed:
        raise TooFewFiles(
            f"the limit on open files is {hard} and the race needs {needed}; "
            f"raise it with: ulimit -n {needed}"
        )
    resource.setrlimit(resource.RLIMIT_NOFILE, (needed, hard))
