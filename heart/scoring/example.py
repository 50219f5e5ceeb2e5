"""A file to try: public patients of the four hospitals, as somebody might send them."""

from __future__ import annotations

import pandas as pd

from heart.data.shipped import SHIPPED, load_shipped
from heart.schema import TARGET
from heart.scoring.safe_csv import to_safe_csv

EXAMPLE_NAME = "heart-example.csv"
EXAMPLE_ID = "case"
EACH = 10


def example_frame() -> pd.DataFrame:
    """Of each hospital the first `EACH` patients with and the first without disease (Switzerland
    has fewer of these), shape (n, 15): `case`, the 13 features in UCI's codes, `num`.
    """
    frames = []
    for name in SHIPPED:
        frame = load_shipped(name).frame
        chosen = frame.groupby(frame[TARGET] > 0).head(EACH).sort_index()
        ids = [f"{name}-{row}" for row in chosen.index]
        frames.append(chosen.assign(**{EXAMPLE_ID: ids}))
    table = pd.concat(frames, ignore_index=True)
    return table[[EXAMPLE_ID, *table.columns.drop(EXAMPLE_ID)]]


def example_file() -> bytes:
    """The example as CSV, which can be scored, learnt from, and looked at as a cohort."""
    return to_safe_csv(example_frame())
