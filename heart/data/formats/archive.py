"""A ZIP archive of XML, read as a stream: what it may cost is counted while it is read, and nothing
in it is believed.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from pyexpat import ExpatError, ParserCreate

from heart.errors import CohortError

# zipfile has no error of its own for every damaged file: whatever its bytes run into
_DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    LookupError,
    ValueError,
    TypeError,
    OSError,
    ArithmeticError,
    RuntimeError,
    EOFError,
    ExpatError,
)
MAX_PARTS = 4_000
MAX_UNPACKED = 128 * 2**20
MAX_ELEMENTS = 600_000
MAX_DEPTH = 32
MAX_MARKUP = 2**20
CHUNK = 2**16
_DIRECTORY_ENTRY = b"PK\x01\x02"
_PLAIN_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)

Attributes = Mapping[str, str]


class Handler:
    """What is done with a part's elements; their names come without a prefix."""

    def start(self, name: str, attributes: Attributes) -> None:
        """An element begins."""

    def text(self, text: str) -> None:
        """Some of the text in the element that began last."""

    def end(self, name: str) -> None:
        """An element ends."""


class Archive:
    """The parts of an archive.

    Raises:
        CohortError: if it is damaged, or has very many parts.
    """

    def __init__(self, content: bytes) -> None:
        if content.count(_DIRECTORY_ENTRY) > MAX_PARTS:  # zipfile would list them all
            raise _too_large(f"at most {MAX_PARTS:,} parts", "more")
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(content))
        except _DAMAGE as error:
            raise damaged() from error
        self._entries = {entry.filename: entry for entry in self._zip.infolist()}
        self._n_bytes = self._n_elements = 0

    def __contains__(self, name: str) -> bool:
        return name in self._entries

    def claimed_bytes(self) -> int:
        """To how much the parts unpack, as the archive itself says."""
        return sum(entry.file_size for entry in self._entries.values())

    def walk(self, name: str, handler: Handler) -> None:
        """Show a part's elements to the handler.

        Raises:
            CohortError: if there is no such part, it is no XML, or too large.
        """
        if name not in self._entries:
            raise damaged()
        parser = _Parser(handler, MAX_ELEMENTS - self._n_elements)
        try:
            for chunk in self._chunks(name):
                parser.feed(chunk)
            parser.finish()
            self._n_elements += parser.n_elements
        except CohortError:
            raise
        except _DAMAGE as error:
            raise damaged() from error

    def _chunks(self, name: str) -> Iterator[bytes]:
        entry = self._entries[name]
        if entry.compress_type not in _PLAIN_METHODS:  # others may ask for gigabytes
            raise damaged()
        with self._zip.open(entry) as part:
            while chunk := part.read(CHUNK):
                self._n_bytes += len(chunk)
                if self._n_bytes > MAX_UNPACKED:
                    raise too_much_unpacked(self._n_bytes)
                yield chunk


class _Parser:
    """An XML parser that gives up after so many elements."""

    def __init__(self, handler: Handler, most_elements: int) -> None:
        self.n_elements = 0
        self._most_elements = most_elements
        self._handler_start, self._handler_end = handler.start, handler.end
        self._depth = self._fed = 0
        self._expat = ParserCreate()
        self._expat.buffer_text = True
        self._expat.StartElementHandler = self._start
        self._expat.EndElementHandler = self._end
        self._expat.CharacterDataHandler = handler.text
        self._expat.StartDoctypeDeclHandler = _refuse_doctype

    def feed(self, chunk: bytes) -> None:
        """The next bytes of the part."""
        self._expat.Parse(chunk, False)  # noqa: FBT003  its signature
        self._fed += len(chunk)
        # what has not ended is looked through again with each chunk, so it must not be long
        if self._fed - max(self._expat.CurrentByteIndex, 0) > MAX_MARKUP:
            raise _too_large(f"markup of at most {MAX_MARKUP:,} characters", "longer")

    def finish(self) -> None:
        """The part has ended."""
        self._expat.Parse(b"", True)  # noqa: FBT003

    def _start(self, name: str, attributes: Attributes) -> None:
        self.n_elements += 1
        self._depth += 1
        if self.n_elements > self._most_elements:
            raise _too_large(f"at most {MAX_ELEMENTS:,} elements", "more")
        if self._depth > MAX_DEPTH:
            raise _too_large(f"elements at most {MAX_DEPTH} deep", "deeper ones")
        self._handler_start(name.rpartition(":")[2] if ":" in name else name, attributes)

    def _end(self, name: str) -> None:
        self._depth -= 1
        self._handler_end(name.rpartition(":")[2] if ":" in name else name)


def _refuse_doctype(*_: object) -> None:
    """Only a document type can name other files, or texts that unfold."""
    raise CohortError("a workbook", "one with a document type", "Export the table as CSV.")


def _too_large(limit: str, instead: str) -> CohortError:
    return CohortError(f"a workbook of {limit}", instead, "Export the table as CSV.")


def too_much_unpacked(n_bytes: int) -> CohortError:
    """The error for an archive that is larger inside than it may be."""
    instead = f"one that unpacks to {n_bytes / 2**20:,.0f} MiB"
    return CohortError("a workbook of ordinary size", instead, "Export the table as CSV.")


def damaged() -> CohortError:
    """The error for an archive that cannot be opened."""
    return CohortError.damaged("an Excel workbook", "Export the table as CSV.")
