"""The only place that unpickles: bytes become plain values, or a `BundleError`; nothing in the file is ever run.

A joblib file of plain values is a pickle of a few harmless opcodes. They are checked one by one before anything is read, and the reader
that follows cannot look up a name even if it were asked to.
"""

from __future__ import annotations

import io
import pickle
import pickletools
from typing import Any, NoReturn

from heart.errors import BundleError

MAX_BYTES = 8 * 2**20
MAX_OPCODES = 100_000
"""A bundle has some thousands; 8 MiB of one-byte opcodes would take a second and a gigabyte."""

PLAIN_OPCODES = frozenset(
    [
        "PROTO",
        "FRAME",
        "MARK",
        "STOP",
        "MEMOIZE",
        "BINGET",
        "LONG_BINGET",
        "EMPTY_DICT",
        "SETITEM",
        "SETITEMS",
        "EMPTY_LIST",
        "APPEND",
        "APPENDS",
        "SHORT_BINUNICODE",
        "BINUNICODE",
        "BINUNICODE8",
        "SHORT_BINBYTES",
        "BINBYTES",
        "BINBYTES8",
        "BINFLOAT",
        "BININT",
        "BININT1",
        "BININT2",
        "LONG1",
        "NONE",
        "NEWTRUE",
        "NEWFALSE",
    ]
)

GET_A_GOOD_ONE = "Ask the sender for the file as the Bundle page or `python -m heart train` wrote it."


# what pickle and pickletools raise for damaged files
_DAMAGE = (
    pickle.UnpicklingError,
    AttributeError,
    EOFError,
    IndexError,
    KeyError,
    MemoryError,
    OverflowError,
    RecursionError,
    TypeError,
    ValueError,
)


def refuse(expected: str, found: str) -> BundleError:
    """The error for a file that is not a valid bundle."""
    return BundleError(expected, found, GET_A_GOOD_ONE)


class _PlainUnpickler(pickle.Unpickler):
    """Reads plain values; refuses to look anything up."""

    def find_class(self, module_name: str, global_name: str, /) -> NoReturn:
        raise refuse("plain values only", f"the name {module_name[:40]}.{global_name[:40]}")

    def persistent_load(self, pid: Any, /) -> NoReturn:
        raise refuse("plain values only", f"a persistent id of type {type(pid).__name__}")


def read_plain(content: bytes) -> object:
    """The value in a pickle of plain values.

    Raises:
        BundleError: for a file that is too large, compressed, damaged, or holds any other opcode; it names opcode and place.
    """
    if len(content) > MAX_BYTES:
        raise refuse(f"a bundle of at most {MAX_BYTES // 2**20} MiB", f"{len(content) / 2**20:.1f} MiB")
    if not content.startswith(b"\x80"):
        raise refuse("an uncompressed joblib file", f"a file that begins with {content[:4]!r}")
    _check_opcodes(content)
    try:
        return _PlainUnpickler(io.BytesIO(content)).load()
    except BundleError:
        raise
    except _DAMAGE as error:
        raise refuse("a complete joblib file", f"a damaged one ({type(error).__name__})") from error


def _check_opcodes(content: bytes) -> None:
    """Every opcode is plain, no opcode claims more bytes than there are, and nothing follows STOP."""
    end = 0
    try:
        for count, (opcode, _, place) in enumerate(pickletools.genops(content)):
            if count == MAX_OPCODES:
                raise refuse(f"at most {MAX_OPCODES} values", "more")
            if opcode.name not in PLAIN_OPCODES:
                raise refuse("plain values only", f"the opcode {opcode.name} at byte {place}")
            end = (place or 0) + 1
    except BundleError:
        raise
    except _DAMAGE as error:
        raise refuse("a complete joblib file", f"a damaged one ({type(error).__name__})") from error
    if end != len(content):
        raise refuse("nothing after the end of the values", f"{len(content) - end} more bytes")
