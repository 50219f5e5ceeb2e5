"""Small files in the canonical layout."""

from heart.data.columns import COLUMNS

HEADER = ",".join(COLUMNS)
ROW = "63,1,1,145,234,1,2,150,0,2.3,3,0,fixed,0"
ILL = "61,0,4,130,331,0,2,169,0,0,1,0,normal,1"


def file_of(*rows, header=HEADER):
    """A file of these rows and, so that there are two classes, a diseased patient."""
    return "\n".join([header, *rows, ILL, ""]).encode()


def row_with(column, cell):
    """The first patient of Cleveland with one cell changed."""
    return ",".join(
        cell if name == column else old for name, old in zip(COLUMNS, ROW.split(","), strict=True)
    )
