"""The four hospitals' tables that come with the project."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from hashlib import sha256
from types import MappingProxyType

from heart.data.codings import CODINGS, SEVERITY
from heart.data.cohort import Cohort, combine_cohorts
from heart.data.columns import name_columns
from heart.data.dialects.canonical import convert
from heart.data.dialects.cells import parse_table
from heart.data.dialects.reading import Reading
from heart.data.formats.detect import open_table
from heart.data.report import count_frame
from heart.errors import CohortError
from heart.paths import DATA
from heart.schema import TARGET

SHIPPED = MappingProxyType(
    {
        "cleveland": "Cleveland Clinic Foundation",
        "hungary": "Hungarian Institute of Cardiology, Budapest",
        "switzerland": "University Hospitals, Zurich and Basel",
        "va_long_beach": "V.A. Medical Center, Long Beach",
    }
)
"""Name of each shipped cohort, and the hospital."""

PLACES = MappingProxyType(
    {
        "cleveland": "Cleveland",
        "hungary": "Budapest",
        "switzerland": "Swiss",
        "va_long_beach": "Long Beach",
    }
)
"""Name of each shipped cohort, and whose patients they are, in a sentence."""


@cache
def load_shipped(name: str) -> Cohort:
    """The shipped cohort called `name`, or several joined with "+" as in "cleveland+hungary"; read
    once, shared, never changed.

    Raises:
        CohortError: if there is no such cohort.
    """
    names = name.split("+")
    if not set(names) <= set(SHIPPED) or len(set(names)) < len(names):
        raise CohortError(
            f"a shipped cohort among {', '.join(SHIPPED)}",
            repr(name),
            "Choose one of them, or give the path of a file.",
        )
    return (
        _read_shipped(name)
        if len(names) == 1
        else combine_cohorts([load_shipped(part) for part in names])
    )


def read_shipped_table(name: str) -> bytes:
    """The file of one shipped cohort, as it came: byte by byte, by its sum in SHA256SUMS.

    Raises:
        CohortError: if it is not there, or is another one.
    """
    path = DATA / f"{name}.csv"
    try:
        content, sums = path.read_bytes(), (DATA / "SHA256SUMS").read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError) as error:
        reason = str(getattr(error, "strerror", "bytes that are no text"))
        raise _spoilt(name, reason) from error
    if f"{sha256(content).hexdigest()}  {path.name}" not in sums.splitlines():
        raise _spoilt(name, "a file that was cut or changed")
    return content


def _spoilt(name: str, found: str) -> CohortError:
    return CohortError(
        f"{DATA / name}.csv and its sum in SHA256SUMS as they came with Heart",
        found,
        "Restore the folder: `git checkout data` in a clone; else install Heart again.",
    )


def _read_shipped(name: str) -> Cohort:
    """A table in the project's own layout, in which nothing has to be recognised."""
    table = open_table(read_shipped_table(name))
    parsed = parse_table(table, name_columns(table.header))
    converted = convert(parsed, Reading(CODINGS[0], "", SEVERITY, mmol=False))
    frame = converted.frame.astype({TARGET: "int64"})
    report = replace(
        count_frame(frame, converted.changes),
        matched={name: len(frame)},
        reading=CODINGS[0].meaning,
    )
    return Cohort(name, frame, f"{name}.csv", report)
