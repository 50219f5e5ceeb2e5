"""Forest plots as HTML: what stands where."""

import re

import numpy as np
import pandas as pd
import pytest

from heart.charts.forest import axis_ticks, forest

FRAME = pd.DataFrame(
    {
        "label": ["<b>a</b>", "mine"],
        "n": [1303, 200],
        "marked": [False, True],
        "value": [0.5, 0.75],
        "low": [0.0, 0.5],
        "high": [1.0, np.nan],
        "written": ["0.500 (0.00 to 1.00)", "0.750"],
    }
)


def lefts(html, tag):
    """Where elements of a kind stand, percent of the plot's width."""
    return [float(left) for left in re.findall(rf'<{tag} style="left:([\d.]+)%', html)]


def test_dot_and_interval_stand_where_the_numbers_are():
    html = forest(FRAME, alt="x")
    assert lefts(html, "b") == [50, 74]  # 0 is at 2 % and 1 at 98 %
    assert re.findall("<s style=.left:2.0%;width:96.0%.>", html) == [
        '<s style="left:2.0%;width:96.0%">'
    ]
    assert html.count("<s ") == 1  # a row without an interval has a dot alone


def test_axis_and_grid_stand_at_round_numbers():
    html = forest(FRAME, alt="x")
    assert re.findall(r'left:([\d.]+)%">([\d.]+)</span>', html) == [
        ("2.0", "0.0"),
        ("50.0", "0.5"),
        ("98.0", "1.0"),
    ]
    assert lefts(html, "i") == [2, 50, 98] * 2


def test_dashed_line_stands_at_the_reference_in_every_row_and_is_never_outside():
    assert lefts(forest(FRAME, alt="x"), "u") == []
    assert lefts(forest(FRAME, alt="x", reference=0.25), "u") == [26, 26]
    assert lefts(forest(FRAME, alt="x", reference=2.0), "u") == [98, 98]


def test_marked_row_is_told_apart_and_names_are_text():
    html = forest(FRAME, alt='of "these"')
    assert re.findall("<tr class=marked><th[^>]*>(.*?)<small>(.*?)<", html) == [
        ("mine ", "200 patients")
    ]
    assert "&lt;b&gt;a&lt;/b&gt; <small>1,303 patients" in html
    assert 'aria-label="of &quot;these&quot;"' in html
    assert "<td>0.500 (0.00 to 1.00)</td>" in html


def test_one_row_without_an_interval_is_in_the_middle():
    assert lefts(forest(FRAME.tail(1).assign(low=np.nan), alt="x"), "b") == [50]


@pytest.mark.parametrize(
    ("low", "high", "ticks"),
    [
        (0, 1, ["0.0", "0.5", "1.0"]),
        (0.1, 0.9, ["0.2", "0.4", "0.6", "0.8"]),
        (0.85, 0.95, ["0.85", "0.90", "0.95"]),
        (0.3661, 0.3664, ["0.3661", "0.3662", "0.3663", "0.3664"]),
        (-0.04, 0.04, ["-0.04", "-0.02", "0.00", "0.02", "0.04"]),
        (3, 803, ["200", "400", "600", "800"]),
    ],
)
def test_ticks_are_round(low, high, ticks):
    assert axis_ticks(low, high) == ticks
