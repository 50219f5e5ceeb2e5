"""What kind of file the bytes are, by what they begin with, whatever the name says."""

from __future__ import annotations

from heart.data.formats.table import FORMATS, Table, check_size
from heart.errors import CohortError

_OTHERS: dict[str, tuple[bytes, ...]] = {
    "a gzip archive": (b"\x1f\x8b",),
    "a bzip2 archive": (b"BZh",),
    "an xz archive": (b"\xfd7zXZ",),
    "a zstd archive": (b"\x28\xb5\x2f\xfd",),
    "a RAR archive": (b"Rar!",),
    "a 7-Zip archive": (b"7z\xbc\xaf",),
    "a PDF document": (b"%PDF",),
    "a text document": (b"{\\rtf",),  # before JSON, which begins like it
    "a JSON file": (b"{", b"["),
    "a picture": (b"\x89PNG", b"\xff\xd8\xff", b"GIF8"),
    "an old Excel or Word file": (b"\xd0\xcf\x11\xe0",),
    "a Python pickle or a bundle": (b"\x80\x02", b"\x80\x03", b"\x80\x04", b"\x80\x05"),
    "a numpy array": (b"\x93NUMPY",),
    "a database": (b"SQLite format 3",),
    "an Arrow file": (b"ARROW1",),
}
"""What else a file may be, and how it then begins."""


def open_table(content: bytes) -> Table:
    """The table in a file's bytes: CSV, ARFF, XLSX or Parquet.

    Raises:
        CohortError: for anything else, and for a file that is damaged or too large.
    """
    check_size(len(content))
    for meaning, beginnings in _OTHERS.items():
        if content.startswith(beginnings):
            instead = f"{meaning}, whatever the name says"
            raise CohortError(FORMATS, instead, "Export the table as CSV.")
    if content.startswith(b"PAR1"):
        from heart.data.formats.parquet import open_parquet  # noqa: PLC0415  most files are text

        return open_parquet(content)
    if content.startswith(b"PK"):
        from heart.data.formats.xlsx import open_xlsx  # noqa: PLC0415

        return open_xlsx(content)
    from heart.data.formats.text import open_text  # noqa: PLC0415  pyarrow takes a moment

    return open_text(content)
