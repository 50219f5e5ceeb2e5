"""What a forest plot draws: the rows that have the figure, in the order that was chosen."""

import numpy as np
import pandas as pd

from heart.charts.forest import MARKED, PLAIN
from heart.ui.forest import forest_frame

ROWS = pd.DataFrame(
    {
        "label": ["all", "few", "mine"],
        "n": [1303, 9, 200],
        "marked": [False, False, True],
        "log_loss": [0.4, np.nan, 0.3],
        "log_loss_low": [0.35, np.nan, 0.2],
        "log_loss_high": [0.45, np.nan, 0.5],
        "recall": [0.7, 0.9, 0.8],
        "recall_low": [0.6, 0.5, 0.7],
        "recall_high": [0.8, 1.0, 0.9],
    }
)


def test_rows_without_the_figure_are_left_out_and_the_marked_one_is_marked():
    frame = forest_frame(ROWS, "log_loss", best_first=False)
    assert frame["text"].tolist() == ["all · 1,303 patients", "mine · 200 patients"]
    assert frame["kind"].tolist() == [PLAIN, MARKED]
    assert frame[["low", "value", "high"]].to_numpy().tolist() == [
        [0.35, 0.4, 0.45],
        [0.2, 0.3, 0.5],
    ]
    assert "reference" not in frame


def test_name_that_is_too_long_for_a_phone_takes_two_lines():
    long = ROWS.assign(label=["all", "few", "a" * 60 + " (the model in use)"])
    frame = forest_frame(long, "recall", best_first=False)
    assert frame["text"].tolist()[0] == "all · 1,303 patients"
    assert f"{frame['text'].iloc[2]}{frame['second'].iloc[2]}".startswith("a" * 60)
    assert frame["second"].iloc[2].endswith("· 200 patients")
    assert frame["second"].iloc[0] == ""
    assert "second" not in forest_frame(ROWS, "recall", best_first=False)


def test_best_is_the_lowest_or_the_highest_as_the_figure_goes():
    lowest = forest_frame(ROWS, "log_loss", best_first=True)
    highest = forest_frame(ROWS, "recall", best_first=True)
    assert lowest["label"].tolist() == ["mine", "all"]
    assert highest["label"].tolist() == ["few", "mine", "all"]
    assert lowest["order"].tolist() == [0, 1]


def test_dashed_line_stands_at_the_row_that_the_others_are_compared_with():
    frame = forest_frame(ROWS, "recall", best_first=True, reference="all")
    assert frame["reference"].tolist() == [0.7, 0.7, 0.7]
