"""The four hospitals' tables that come with the project."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
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


def _read_shipped(name: str) -> Cohort:
    """A table in the project's own layout, in which nothing has to be recognised."""
    path = DATA / f"{name}.csv"
    table = open_table(path.read_bytes())
    parsed = parse_table(table, name_columns(table.header))
    converted = convert(parsed, Reading(CODINGS[0], "", SEVERITY, mmol=False))
    frame = converted.frame.astype({TARGET: "int64"})
    report = replace(
        count_frame(frame, converted.changes),
        matched={name: len(frame)},
        reading=CODINGS[0].meaning,
    )
    return Cohort(name, frame, path.name, report)
