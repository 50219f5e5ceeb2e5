"""What the pages of a Parquet file unpack to, as each page itself says: a file's summary may lie.

A page is preceded by a Thrift structure in the compact protocol (thrift.apache.org, "Thrift Compact
protocol encoding"); only two of its numbers are wanted, the rest is passed over.
"""

from __future__ import annotations

from typing import NamedTuple

_TRUE, _FALSE, _BYTE, _DOUBLE, _BINARY, _STRUCT = 1, 2, 3, 7, 8, 12
_INTEGERS = (4, 5, 6)
_UNPACKED, _PACKED = 2, 3
MAX_DEPTH, MAX_HEADER = 8, 512


class Page(NamedTuple):
    """A page's sizes in bytes, and where the next one begins."""

    unpacked: int
    packed: int
    end: int


def read_page(content: bytes, start: int) -> Page:
    """The page whose header is at `start`.

    Raises:
        ValueError: if there is none.
        IndexError: if the file ends in it.
    """
    reader = _Reader(content, start)
    sizes = reader.read_sizes()
    unpacked, packed = sizes.get(_UNPACKED, -1), sizes.get(_PACKED, -1)
    if unpacked < 0 or packed < 0:
        raise ValueError
    return Page(unpacked, packed, reader.position + packed)


class _Reader:
    """Passes over a Thrift structure."""

    def __init__(self, content: bytes, start: int) -> None:
        self._content = content
        self.position = start
        self._n_read = 0

    def read_sizes(self) -> dict[int, int]:
        """The whole numbers of the outer structure, by field."""
        found: dict[int, int] = {}
        field = 0
        while kind_and_step := self._byte():
            kind, step = kind_and_step & 15, kind_and_step >> 4
            field = field + step if step else self._signed()
            if kind in _INTEGERS:
                found[field] = self._signed()
            else:
                self._skip(kind, 0)
        return found

    def _byte(self) -> int:
        self._n_read += 1
        if self._n_read > MAX_HEADER:
            raise ValueError
        value = self._content[self.position]
        self.position += 1
        return value

    def _unsigned(self) -> int:
        value = shift = 0
        while (byte := self._byte()) & 128:
            value |= (byte & 127) << shift
            shift += 7
            if shift > 63:
                raise ValueError
        return value | byte << shift

    def _signed(self) -> int:
        value = self._unsigned()
        return (value >> 1) ^ -(value & 1)

    def _skip(self, kind: int, depth: int) -> None:
        if depth > MAX_DEPTH:
            raise ValueError
        if kind in _INTEGERS:
            self._unsigned()
        elif kind in (_BYTE, _DOUBLE):
            self.position += 1 if kind == _BYTE else 8
        elif kind == _BINARY:
            n_bytes = self._unsigned()
            self.position += n_bytes
        elif kind == _STRUCT:
            self._skip_structure(depth)
        elif kind not in (_TRUE, _FALSE):  # a page's header has no lists, sets or maps
            raise ValueError

    def _skip_structure(self, depth: int) -> None:
        while kind_and_step := self._byte():
            if not kind_and_step >> 4:
                self._signed()
            self._skip(kind_and_step & 15, depth + 1)
