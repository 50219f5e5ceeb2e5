"""Bytes from a stranger become plain values, or a `BundleError`; nothing in the file is ever run.

A joblib file of plain values is a pickle of a few harmless opcodes. Here they are carried out one by one, by an interpreter that knows
these and no other: it cannot import, call or build anything, whatever the file asks for. `pickletools` only cuts the stream into opcodes.
"""

from __future__ import annotations

import pickletools
from typing import Any

from heart.errors import BundleError

MAX_BYTES = 8 * 2**20
MAX_OPCODES = 100_000
"""A bundle has some thousands; 8 MiB of one-byte opcodes would take a second and a gigabyte."""

MAX_PROTOCOL = 5

_CONSTANTS = {"NONE": None, "NEWTRUE": True, "NEWFALSE": False}
_TEXTS = frozenset({"SHORT_BINUNICODE", "BINUNICODE", "BINUNICODE8"})
_BYTES = frozenset({"SHORT_BINBYTES", "BINBYTES", "BINBYTES8"})
_NUMBERS = frozenset({"BINFLOAT", "BININT", "BININT1", "BININT2", "LONG1"})
_MEMO = frozenset({"BINGET", "LONG_BINGET"})
_STRUCTURE = frozenset({"MARK", "MEMOIZE", "EMPTY_DICT", "SETITEM", "SETITEMS", "EMPTY_LIST", "APPEND", "APPENDS"})
_FRAMING = frozenset({"PROTO", "FRAME", "STOP"})

PLAIN_OPCODES = frozenset(_CONSTANTS) | _TEXTS | _BYTES | _NUMBERS | _MEMO | _STRUCTURE | _FRAMING

GET_A_GOOD_ONE = "Ask the sender for the file as the Bundle page or `python -m heart train` wrote it."

_FRAME_BYTES = 9

# what pickletools raises for damaged files
_DAMAGE = (ValueError, KeyError, IndexError, OverflowError, MemoryError)


def refuse(expected: str, found: str) -> BundleError:
    """The error for a file that is not a valid bundle."""
    return BundleError(expected, found, GET_A_GOOD_ONE)


def read_plain(content: bytes) -> object:
    """The value in a pickle of plain values: str, bytes, int of 64 bits, float, bool, None, and lists and dicts of them with text keys.

    Raises:
        BundleError: for a file that is too large, compressed, damaged, holds any other opcode, or a key twice; it names what and where.
    """
    if len(content) > MAX_BYTES:
        raise refuse(f"a bundle of at most {MAX_BYTES // 2**20} MiB", f"{len(content) / 2**20:.1f} MiB")
    if not content.startswith(b"\x80"):
        raise refuse("an uncompressed joblib file", f"a file that begins with {content[:4]!r}")
    interpreter = _Interpreter(len(content))
    place = -1
    try:
        for count, (opcode, argument, position) in enumerate(pickletools.genops(content)):
            place = position or 0
            if count == MAX_OPCODES:
                raise refuse(f"at most {MAX_OPCODES:,} values", "more")
            interpreter.carry_out(opcode.name, argument, place)
    except BundleError:
        raise
    except _DAMAGE as error:
        raise _damaged(type(error).__name__) from error
    if place + 1 != len(content):
        raise refuse("nothing after the end of the values", f"{len(content) - place - 1:,} more bytes")
    return interpreter.result()


def _damaged(how: str) -> BundleError:
    return refuse("a complete joblib file", f"a damaged one ({how})")


class _Interpreter:
    """A stack, the marks on it, and the memo of what was made before: all that a pickle of plain values needs."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._stack: list[Any] = []
        self._marks: list[int] = []
        self._memo: list[Any] = []

    def result(self) -> object:
        """The one value that is left."""
        if len(self._stack) != 1 or self._marks:
            raise _damaged(f"{len(self._stack)} values at its end instead of 1")
        return self._stack[0]

    def carry_out(self, name: str, argument: Any, place: int) -> None:
        """One opcode, at this place of the file.

        Raises:
            BundleError: for an opcode that is not plain, or a plain one where it cannot stand.
        """
        if name not in PLAIN_OPCODES:
            raise refuse("plain values only", f"the opcode {name} at byte {place}")
        if name in _FRAMING:
            self._check_framing(name, argument, place)
        elif name in _STRUCTURE:
            self._build(name)
        elif name in _MEMO:
            self._stack.append(self._memo[argument])
        elif name in _CONSTANTS:
            self._stack.append(_CONSTANTS[name])
        elif name == "LONG1" and not -(2**63) <= argument < 2**63:
            # larger ones can all be given the same hash, and then a dict of them takes the square of their number in time
            raise refuse("whole numbers of at most 64 bits", f"a larger one at byte {place}")
        else:
            self._stack.append(argument)

    def _check_framing(self, name: str, argument: Any, place: int) -> None:
        if name == "PROTO" and argument > MAX_PROTOCOL:
            raise _damaged(f"pickle protocol {argument}")
        if name == "FRAME" and argument > self._size - place - _FRAME_BYTES:
            raise _damaged("a frame that is longer than the file")

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
            items = self._pop(1 if name == "APPEND" else None)
            self._container(list).extend(items)
        else:
            items = self._pop(2 if name == "SETITEM" else None)
            self._set(self._container(dict), items)

    def _top(self) -> Any:
        """The last value after the last mark."""
        if len(self._stack) <= (self._marks[-1] if self._marks else 0):
            raise _damaged("a value is missing")
        return self._stack[-1]

    def _pop(self, n: int | None) -> list[Any]:
        """The last n values, or all since the last mark, which goes with them."""
        if n is None:
            start = self._marks.pop()
        else:
            start = len(self._stack) - n
            if start < (self._marks[-1] if self._marks else 0):
                raise _damaged("a value is missing")
        items = self._stack[start:]
        del self._stack[start:]
        return items

    def _container(self, kind: type) -> Any:
        if type(container := self._top()) is not kind:
            raise _damaged(f"a {kind.__name__} is missing")
        return container

    @staticmethod
    def _set(container: dict[str, Any], items: list[Any]) -> None:
        if len(items) % 2:
            raise _damaged("a key without a value")
        for key, value in zip(items[::2], items[1::2], strict=True):
            if type(key) is not str:
                raise refuse("keys that are text", f"one of type {type(key).__name__}")
            if key in container:
                raise refuse("each key once", f"the key {key[:40]!a} twice")
            container[key] = value
