"""One way to write a share, wherever a person reads it."""

import math
import re
from pathlib import Path

import altair as alt
import pandas as pd
import pytest

from heart.charts import style
from heart.shares import write_share

ROOT = Path(__file__).parents[2]
PYTHON = [path for folder in ("heart", "pages") for path in (ROOT / folder).rglob("*.py")]
OTHERWISE = re.compile(r":[.,+]*\d*%[}\"]|\d%\}")
TERMINAL = ROOT / "heart" / "commands" / "output.py"
"""Its progress is plain: not every terminal has a no-break space."""


@pytest.mark.parametrize(
    ("share", "digits", "text"),
    [
        (0, 0, "0 %"),
        (1 / 3, 0, "33 %"),
        (1 / 3, 1, "33.3 %"),
        (1, 0, "100 %"),
        (0.0049, 0, "<1 %"),
        (0.005, 0, "<1 %"),
        (0.0051, 0, "1 %"),
        (0.0004, 1, "<0.1 %"),
        (0.995, 0, ">99 %"),
        (0.9996, 1, ">99.9 %"),
        (-0.25, 0, "-25 %"),
        (math.nan, 0, "–"),
        (None, 1, "–"),
    ],
)
def test_share_is_written_in_percent_and_never_rounded_to_none_or_all(share, digits, text):
    assert write_share(share, digits=digits) == text.replace(" ", "\u00a0")


def test_nothing_writes_a_share_otherwise():
    assert [
        path.name
        for path in PYTHON
        if OTHERWISE.search(path.read_text("utf-8")) and path.stem != "shares" and path != TERMINAL
    ] == []


def test_axes_and_tooltips_of_charts_write_shares_alike():
    spec = alt.Chart(pd.DataFrame({"x": [0.5]})).mark_point().encode(x="x:Q").to_dict()
    assert spec["config"]["locale"]["number"]["percent"] == write_share(0.5).removeprefix("50")
    assert style.SHARE["axis"].to_dict()["format"] == "%"
