"""`python -m heart`: everything the pages do, without a screen."""

import gc
import os
import sys

from heart.cli import main


def run() -> int:
    """The exit status; where the reader has seen enough, as `head` has, it is 141, as a shell says
    of a closed pipe.
    """
    try:
        status = main()
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(
            os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno()
        )  # what is left is not written again at exit
        return 141
    finally:
        # at exit the collector would walk through all of torch once more: half a second
        gc.freeze()
    return status


if __name__ == "__main__":
    sys.exit(run())
