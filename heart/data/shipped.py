"""The four hospitals' tables that come with the project."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from types import MappingProxyType

from heart.data.cohort import Cohort, read_cohort
from heart.errors import CohortError

DATA_FOLDER = Path(__file__).resolve().parents[2] / "data"

SHIPPED = MappingProxyType(
    {
        "cleveland": "Cleveland Clinic Foundation",
        "hungary": "Hungarian Institute of Cardiology, Budapest",
        "switzerland": "University Hospitals, Zurich and Basel",
        "va_long_beach": "V.A. Medical Center, Long Beach",
    }
)
"""Name of each shipped cohort, and the hospital."""


@cache
def load_shipped(name: str) -> Cohort:
    """The shipped cohort called `name`; read once, shared, never changed.

    Raises:
        CohortError: if there is no such cohort.
    """
    if name not in SHIPPED:
        raise CohortError(f"a shipped cohort among {', '.join(SHIPPED)}", repr(name), "Choose one of them, or give the path of a file.")
    return read_cohort(DATA_FOLDER / f"{name}.csv", name=name)
