"""What the model uses, as a table: each dot and bar lies where its numbers are."""

import re

import numpy as np
import pandas as pd
import pytest

from heart.charts.ranges import uses_ranges

FRAME = pd.DataFrame(
    {
        "label": ["Age", "<b>Sex</b>"],
        "importance": [0.05, -0.01],
        "low": [0.02, -0.02],
        "high": [0.08, 0.0],
        "contribution": [0.4, np.nan],
        "contribution_low": [0.3, np.nan],
        "contribution_high": [0.5, np.nan],
    }
)


def test_dots_and_bars_lie_where_the_numbers_are():
    page = uses_ranges(FRAME)
    zeros, bars, dots = (
        re.findall(rf'<{tag} style="left:([\d.]+)%(?:;width:([\d.]+)%)?"', page) for tag in "usb"
    )
    # importance from -0.02 to 0.08, contribution from 0 to 0.5, in the middle 94 of 100
    assert [float(left) for left, _ in zeros] == pytest.approx([21.8, 3, 21.8])
    assert [tuple(map(float, bar)) for bar in bars] == [(40.6, 56.4), (59.4, 37.6), (3.0, 18.8)]
    assert [float(left) for left, _ in dots] == pytest.approx([68.8, 78.2, 12.4])
    assert re.findall(r"<span>(.*?)</span>", page) == ["0.050", "0.400", "-0.010"]


def test_what_is_not_known_is_a_dash_and_markup_is_text():
    page = uses_ranges(FRAME)
    assert "<td>–</td></tr></tbody>" in page
    assert "&lt;b&gt;Sex" in page
