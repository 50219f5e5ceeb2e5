"""`heart`, and `python -m heart`: everything the pages do, without a screen.

It imports next to nothing before Ctrl-C is taken care of.
"""

from __future__ import annotations

import codecs
import errno
import gc
import os
import signal
import sys
from types import FrameType

INTERRUPTED, CLOSED_PIPE = 130, 141
"""What a shell says of a program that Ctrl-C, or a closed pipe, has ended."""

UNWRITABLE, FULL = 2, (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
"""The exit status where standard output goes to a device that is full, and what is said then."""

COLLECT_AFTER = 100_000
"""New objects between two rounds of the garbage collector; with its usual 700 it looks through the
million objects that imports make again and again, a fifth of their time.
"""


def run() -> int:
    """The exit status."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:  # not with nohup
        signal.signal(signal.SIGINT, _interrupt)
    gc.set_threshold(COLLECT_AFTER)
    try:
        # inside, so that Ctrl-C is one line from here on
        from heart.cli import main  # noqa: PLC0415
        from heart.commands.output import spell_plainly  # noqa: PLC0415

        codecs.register_error("spell_plainly", spell_plainly)
        for stream in filter(None, (sys.stdout, sys.stderr)):
            stream.reconfigure(errors="spell_plainly")
        as_module = os.path.basename(sys.argv[0]) == "__main__.py"  # noqa: PTH119  pathlib is slow to import
        status = main(program="python -m heart" if as_module else "heart")
        sys.stdout.flush()
    except BrokenPipeError:  # the reader has seen enough, as `head` has
        # what is left is not written again at exit
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return CLOSED_PIPE
    except OSError as error:
        if error.errno not in FULL:
            raise
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        os.write(2, f"heart: standard output cannot be written: {error.strerror}\n".encode())
        return UNWRITABLE
    except KeyboardInterrupt:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        _say_interrupted()
        return INTERRUPTED
    finally:
        # at exit the collector would walk through all of torch once more: half a second
        gc.freeze()
    return status


def _interrupt(_: int, frame: FrameType | None) -> None:
    """Ctrl-C ends the program, in order where its own code runs. In the middle of an import that
    cannot be: some libraries answer an exception there with a traceback and go on.
    """
    while frame is not None:
        if frame.f_code.co_filename.startswith("<frozen importlib"):
            _say_interrupted()
            os._exit(INTERRUPTED)
        frame = frame.f_back
    raise KeyboardInterrupt


def _say_interrupted() -> None:
    """One line, below the ^C and the progress of a terminal."""
    new_line = "\n" if sys.stderr.isatty() else ""
    os.write(2, f"{new_line}heart: interrupted\n".encode())


if __name__ == "__main__":
    sys.exit(run())
