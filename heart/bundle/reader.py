"""Bytes from a stranger become plain values, or a `BundleError`; nothing in the file is ever run.

A joblib file of plain values is a pickle of a few harmless opcodes. Here it is cut into them, no
argument being read before its opcode and length are known to be plain, and they are carried out one
by one, by an interpreter that knows these and no other: it cannot import, call or build anything,
whatever the file asks for.
"""

from __future__ import annotations

import pickletools
import struct
from collections.abc import Callable, Iterator
from types import MappingProxyType
from typing import Any

from heart.bundle.checks import damaged, refuse

MAX_BYTES = 8 * 2**20
MAX_OPCODES = 100_000
"""A bundle has some thousands; 8 MiB of one-byte opcodes would take seconds and a gigabyte."""

MAX_TEXT = 1024
"""Characters; a text of megabytes would take eight times its size to decode."""

MAX_PROTOCOL = 5

Argument = str | bytes | int | float | None


class _Cursor:
    """A position in the bytes that moves forward."""

    def __init__(self, content: bytes) -> None:
        self.content, self.position = content, 0

    @property
    def left(self) -> int:
        """How many bytes are ahead."""
        return len(self.content) - self.position

    def take(self, n: int) -> bytes:
        """The next n bytes.

        Raises:
            BundleError: if there are not so many.
        """
        if n > self.left:
            raise damaged("it ends too early")
        self.position += n
        return self.content[self.position - n : self.position]

    def byte(self) -> int:
        """The next byte; half of a bundle's time is spent on single ones.

        Raises:
            BundleError: if there is none.
        """
        position = self.position
        if position == len(self.content):
            raise damaged("it ends too early")
        self.position = position + 1
        return self.content[position]

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
    if length > cursor.left:
        raise damaged("a frame that is longer than the file")
    return length


def _nothing(_: _Cursor) -> None:
    """No argument."""


_ARGUMENTS: MappingProxyType[str, Callable[[_Cursor], Argument]] = MappingProxyType(
    {
        "PROTO": _protocol,
        "FRAME": _frame,
        "BINGET": _Cursor.byte,
        "LONG_BINGET": lambda cursor: cursor.number(4),
        "SHORT_BINUNICODE": _text(1),
        "BINUNICODE": _text(4),
        "BINUNICODE8": _text(8),
        "SHORT_BINBYTES": lambda cursor: cursor.take(cursor.byte()),
        "BINBYTES": lambda cursor: cursor.take(cursor.number(4)),
        "BINBYTES8": lambda cursor: cursor.take(cursor.number(8)),
        "BINFLOAT": lambda cursor: float(struct.unpack(">d", cursor.take(8))[0]),
        "BININT": lambda cursor: int.from_bytes(cursor.take(4), "little", signed=True),
        "BININT1": _Cursor.byte,
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


def _read_opcodes(content: bytes) -> Iterator[tuple[str, Argument]]:
    """Each opcode's name in `pickletools` and its argument, up to STOP, which is the last byte.

    Raises:
        BundleError: for any other opcode, an argument that is too large or damaged, or bytes after
            STOP.
    """
    cursor = _Cursor(content)
    name = ""
    while name != "STOP":
        position, code = cursor.position, cursor.byte()
        if code not in _NAMES:
            raise damaged(f"no opcode at byte {position}")
        if (name := _NAMES[code]) not in _ARGUMENTS:
            raise refuse("plain values only", f"the opcode {name} at byte {position}")
        yield name, _ARGUMENTS[name](cursor)
    if cursor.left:
        raise refuse("nothing after the end of the values", f"{cursor.left:,} more bytes")


_CONSTANTS = {"NONE": None, "NEWTRUE": True, "NEWFALSE": False}
_STRUCTURE = frozenset(
    {"MARK", "MEMOIZE", "EMPTY_DICT", "SETITEM", "SETITEMS", "EMPTY_LIST", "APPEND", "APPENDS"}
)
_MEMO = frozenset({"BINGET", "LONG_BINGET"})
_SILENT = frozenset({"PROTO", "FRAME", "STOP"})


def read_plain(content: bytes) -> object:
    """The value in a pickle of plain values: str, bytes, int of 64 bits, float, bool, None, and
    lists and dicts of them with text keys.

    Raises:
        BundleError: for a file that is too large, compressed, damaged, holds any other opcode, or a
            key twice; it names what and where.
    """
    if len(content) > MAX_BYTES:
        raise refuse(
            f"a bundle of at most {MAX_BYTES // 2**20} MiB", f"{len(content) / 2**20:.1f} MiB"
        )
    if not content.startswith(b"\x80"):
        raise refuse("an uncompressed joblib file", f"a file that begins with {content[:4]!r}")
    interpreter = _Interpreter()
    for count, (name, argument) in enumerate(_read_opcodes(content)):
        if count == MAX_OPCODES:
            raise refuse(f"at most {MAX_OPCODES:,} values", "more")
        interpreter.carry_out(name, argument)
    return interpreter.result()


class _Interpreter:
    """A stack, the marks on it, and the memo of what was made before: all that a pickle of plain
    values needs.
    """

    def __init__(self) -> None:
        self._stack: list[Any] = []
        self._marks: list[int] = []
        self._memo: list[Any] = []

    def result(self) -> object:
        """The one value that is left."""
        if len(self._stack) != 1 or self._marks:
            raise damaged(f"{len(self._stack)} values at its end instead of 1")
        return self._stack[0]

    def carry_out(self, name: str, argument: Argument) -> None:
        """One plain opcode.

        Raises:
            BundleError: where it cannot stand.
        """
        if name in _STRUCTURE:
            self._build(name)
        elif name in _MEMO:
            self._recall(argument)
        elif name in _CONSTANTS:
            self._stack.append(_CONSTANTS[name])
        elif name not in _SILENT:
            self._stack.append(argument)

    def _recall(self, index: Any) -> None:
        if index >= len(self._memo):
            raise damaged("a value that was not made yet")
        self._stack.append(self._memo[index])

    def _build(self, name: str) -> None:
        """An opcode that makes or fills a container."""
        if name == "MARK":
            self._marks.append(len(self._stack))
        elif name == "MEMOIZE":
            self._memo.append(self._top())
        elif name == "EMPTY_DICT":
            self._stack.append({})
        elif name == "EMPTY_LIST":
            self._stack.append([])
        elif name in ("APPEND", "APPENDS"):
            items = self._pop(1) if name == "APPEND" else self._pop_to_mark()
            self._container(list).extend(items)
        else:
            items = self._pop(2) if name == "SETITEM" else self._pop_to_mark()
            _set(self._container(dict), items)

    @property
    def _floor(self) -> int:
        """Where the values after the last mark begin."""
        return self._marks[-1] if self._marks else 0

    def _top(self) -> Any:
        if len(self._stack) <= self._floor:
            raise damaged("a value is missing")
        return self._stack[-1]

    def _pop(self, n: int) -> list[Any]:
        """The last n values."""
        if len(self._stack) - n < self._floor:
            raise damaged("a value is missing")
        return self._cut(len(self._stack) - n)

    def _pop_to_mark(self) -> list[Any]:
        """The values since the last mark, which goes with them."""
        if not self._marks:
            raise damaged("a mark is missing")
        return self._cut(self._marks.pop())

    def _cut(self, start: int) -> list[Any]:
        items = self._stack[start:]
        del self._stack[start:]
        return items

    def _container(self, kind: type) -> Any:
        if type(container := self._top()) is not kind:
            raise damaged(f"a {kind.__name__} is missing")
        return container


def _set(container: dict[str, Any], items: list[Any]) -> None:
    """Put keys and values, in turns, into a dict; a key that is there already is a second meaning,
    and refused.
    """
    if len(items) % 2:
        raise damaged("a key without a value")
    for key, value in zip(items[::2], items[1::2], strict=True):
        if type(key) is not str:
            raise refuse("keys that are text", f"one of type {type(key).__name__}")
        if key in container:
            raise refuse("each key once", f"the key {key[:40]!a} twice")
        container[key] = value
