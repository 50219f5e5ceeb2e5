"""What a forest plot draws: the rows that have the figure, in the order that was chosen."""

import numpy as np
import pandas as pd

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
    assert frame["label"].tolist() == ["all", "mine"]
    assert frame["n"].tolist() == [1303, 200]
    assert frame["marked"].tolist() == [False, True]
    assert frame["written"].tolist() == ["0.400 (0.35 to 0.45)", "0.300 (0.20 to 0.50)"]
    assert frame[["low", "value", "high"]].to_numpy().tolist() == [
        [0.35, 0.4, 0.45],
        [0.2, 0.3, 0.5],
    ]


def test_best_is_the_lowest_or_the_highest_as_the_figure_goes():
    lowest = forest_frame(ROWS, "log_loss", best_first=True)
    highest = forest_frame(ROWS, "recall", best_first=True)
    assert lowest["label"].tolist() == ["mine", "all"]
    assert highest["label"].tolist() == ["few", "mine", "all"]
