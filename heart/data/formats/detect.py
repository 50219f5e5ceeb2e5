"""What kind of file the bytes are, by what they begin with, whatever the name says."""

from __future__ import annotations

from heart.data.formats.table import FORMATS, Table, check_size
from heart.errors import CohortError

_OTHERS: tuple[tuple[bytes, str], ...] = (
    (b"\x1f\x8b", "a gzip archive"),
    (b"%PDF", "a PDF document"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"Rar!", "a RAR archive"),
    (b"7z\xbc\xaf", "a 7-Zip archive"),
    (b"BZh", "a bzip2 archive"),
    (b"\xfd7zXZ", "an xz archive"),
    (b"\x28\xb5\x2f\xfd", "a zstd archive"),
    (b"\xd0\xcf\x11\xe0", "an old Excel or Word file"),
    (b"\x80\x02", "a Python pickle or a bundle"),
    (b"\x80\x03", "a Python pickle or a bundle"),
    (b"\x80\x04", "a Python pickle or a bundle"),
    (b"\x80\x05", "a Python pickle or a bundle"),
    (b"\x93NUMPY", "a numpy array"),
    (b"SQLite format 3", "a database"),
    (b"ARROW1", "an Arrow file"),
    (b"{\\rtf", "a text document"),
    (b"{", "a JSON file"),
    (b"[", "a JSON file"),
)


def open_table(content: bytes) -> Table:
    """The table in a file's bytes: CSV, ARFF, XLSX or Parquet.

    Raises:
        CohortError: for anything else, and for a file that is damaged or too large.
    """
    check_size(len(content))
    for signature, meaning in _OTHERS:
        if content.startswith(signature):
            raise CohortError(
                FORMATS, f"{meaning}, whatever the name says", "Export the table as CSV."
            )
    if content.startswith(b"PAR1"):
        from heart.data.formats.workbooks import open_parquet  # noqa: PLC0415  most files are text

        return open_parquet(content)
    if content.startswith(b"PK"):
        from heart.data.formats.workbooks import open_xlsx  # noqa: PLC0415

        return open_xlsx(content)
    from heart.data.formats.text import open_text  # noqa: PLC0415  pyarrow takes a moment

    return open_text(content)
