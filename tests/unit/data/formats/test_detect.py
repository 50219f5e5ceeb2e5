"""A file is what it begins with."""

import pytest

from heart.data.formats.detect import open_table
from heart.errors import CohortError
from tests.support import hostile_files as h

OTHERS = {
    "a gzip archive": [b"\x1f\x8b"],
    "a bzip2 archive": [b"BZh"],
    "an xz archive": [b"\xfd7zXZ"],
    "a zstd archive": [b"\x28\xb5\x2f\xfd"],
    "a RAR archive": [b"Rar!"],
    "a 7-Zip archive": [b"7z\xbc\xaf"],
    "a PDF document": [b"%PDF"],
    "a text document": [rb"{\rtf1"],
    "a JSON file": [b"{", b"["],
    "a picture": [b"\x89PNG", b"\xff\xd8\xff", b"GIF8"],
    "an old Excel or Word file": [b"\xd0\xcf\x11\xe0"],
    "a Python pickle or a bundle": [b"\x80\x02", b"\x80\x03", b"\x80\x04", b"\x80\x05"],
    "a numpy array": [b"\x93NUMPY"],
    "a database": [b"SQLite format 3"],
    "an Arrow file": [b"ARROW1"],
}


@pytest.mark.parametrize(
    ("meaning", "beginning"), [(name, one) for name, ones in OTHERS.items() for one in ones]
)
def test_other_file_is_called_by_its_name(meaning, beginning):
    with pytest.raises(CohortError) as caught:
        open_table(beginning + h.HEAD.encode())
    assert caught.value.found == f"{meaning}, whatever the name says"


def test_table_is_opened_as_what_it_is():
    files = [(h.HEAD + h.GOOD).encode(), h.workbook(), h.parquet(h.columns_of(3))]
    notes = [open_table(content).notes for content in files]
    assert notes == [(), ("Excel",), ("Parquet",)]
