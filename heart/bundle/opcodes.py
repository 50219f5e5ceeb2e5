"""A pickle cut into its opcodes, as far as they are plain; no argument is read before its opcode
and length are known to be so.
"""

from __future__ import annotations

import pickletools
import struct
from collections.abc import Callable, Iterator
from types import MappingProxyType
from typing import NamedTuple

from heart.errors import BundleError

MAX_TEXT = 1024
"""Characters; a text of megabytes would take eight times its size to decode."""

MAX_PROTOCOL = 5

GET_A_GOOD_ONE = (
    "Ask the sender for the file as the Bundle page or `python -m heart train` wrote it."
)

Argument = str | bytes | int | float | None


def refuse(expected: str, found: str) -> BundleError:
    """The error for a file that is not a valid bundle."""
    return BundleError(expected, found, GET_A_GOOD_ONE)


def damaged(how: str) -> BundleError:
    """The error for a file that was cut or changed."""
    return refuse("a complete joblib file", f"a damaged one ({how})")


class Opcode(NamedTuple):
    """One opcode: its name in `pickletools`, its argument, and the byte where it stands."""

    name: str
    argument: Argument
    place: int


class _Cursor:
    """A place in the bytes that moves forward."""

    def __init__(self, content: bytes) -> None:
        self.content, self.place = content, 0

    def take(self, n: int) -> bytes:
        """The next n bytes.

        Raises:
            BundleError: if there are not so many.
        """
        if n > len(self.content) - self.place:
            raise damaged("it ends too early")
        self.place += n
        return self.content[self.place - n : self.place]

    def number(self, width: int) -> int:
        """An unsigned little-endian number of so many bytes."""
        return int.from_bytes(self.take(width), "little")


def _text(width: int) -> Callable[[_Cursor], str]:
    """A text behind its length in bytes."""

    def read(cursor: _Cursor) -> str:
        length = cursor.number(width)
        if length > 4 * MAX_TEXT:
            raise refuse(f"texts of at most {MAX_TEXT:,} characters", f"one of {length:,} bytes")
        try:
            text = cursor.take(length).decode()
        except UnicodeDecodeError as error:
            raise damaged("text that is not UTF-8") from error
        if len(text) > MAX_TEXT:
            raise refuse(f"texts of at most {MAX_TEXT:,} characters", f"one of {len(text):,}")
        return text

    return read


def _long(cursor: _Cursor) -> int:
    """A signed number behind its length in bytes. Larger ones can all be given one hash, and a dict
    of them takes the square in time.
    """
    length = cursor.number(1)
    if length > 8:
        raise refuse("whole numbers of at most 64 bits", f"one of {8 * length}")
    return int.from_bytes(cursor.take(length), "little", signed=True)


def _protocol(cursor: _Cursor) -> int:
    if (protocol := cursor.number(1)) > MAX_PROTOCOL:
        raise damaged(f"pickle protocol {protocol}")
    return protocol


def _frame(cursor: _Cursor) -> int:
    length = cursor.number(8)
    if length > len(cursor.content) - cursor.place:
        raise damaged("a frame that is longer than the file")
    return length


def _nothing(_: _Cursor) -> None:
    """No argument."""


_ARGUMENTS: MappingProxyType[str, Callable[[_Cursor], Argument]] = MappingProxyType(
    {
        "PROTO": _protocol,
        "FRAME": _frame,
        "BINGET": lambda cursor: cursor.number(1),
        "LONG_BINGET": lambda cursor: cursor.number(4),
        "SHORT_BINUNICODE": _text(1),
        "BINUNICODE": _text(4),
        "BINUNICODE8": _text(8),
        "SHORT_BINBYTES": lambda cursor: cursor.take(cursor.number(1)),
        "BINBYTES": lambda cursor: cursor.take(cursor.number(4)),
        "BINBYTES8": lambda cursor: cursor.take(cursor.number(8)),
        "BINFLOAT": lambda cursor: float(struct.unpack(">d", cursor.take(8))[0]),
        "BININT": lambda cursor: int.from_bytes(cursor.take(4), "little", signed=True),
        "BININT1": lambda cursor: cursor.number(1),
        "BININT2": lambda cursor: cursor.number(2),
        "LONG1": _long,
    }
    | dict.fromkeys(("NONE", "NEWTRUE", "NEWFALSE", "MARK", "MEMOIZE", "STOP"), _nothing)
    | dict.fromkeys(
        ("EMPTY_DICT", "SETITEM", "SETITEMS", "EMPTY_LIST", "APPEND", "APPENDS"), _nothing
    )
)
"""Every opcode that plain values need, and how its argument is read."""

PLAIN_OPCODES = frozenset(_ARGUMENTS)

_NAMES = MappingProxyType({ord(opcode.code): opcode.name for opcode in pickletools.opcodes})


def read_opcodes(content: bytes) -> Iterator[Opcode]:
    """The opcodes up to STOP, which has to be the last byte.

    Raises:
        BundleError: for any other opcode, an argument that is too large or damaged, or bytes after
            STOP.
    """
    cursor = _Cursor(content)
    name = ""
    while name != "STOP":
        place = cursor.place
        code = cursor.number(1)
        if code not in _NAMES:
            raise damaged(f"no opcode at byte {place}")
        if (name := _NAMES[code]) not in _ARGUMENTS:
            raise refuse("plain values only", f"the opcode {name} at byte {place}")
        yield Opcode(name, _ARGUMENTS[name](cursor), place)
    if cursor.place != len(content):
        raise refuse(
            "nothing after the end of the values", f"{len(content) - cursor.place:,} more bytes"
        )
