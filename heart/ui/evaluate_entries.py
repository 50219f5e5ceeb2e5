"""The leaderboard's entries as rows and in words: their figures, and their tuning with its cost."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from heart.evaluation.figures import LEADERBOARD, METRICS, write_figure
from heart.experiments.leaderboard import Entry
from heart.experiments.tuning import count_choices, describe_grid
from heart.ui.downloads import offer_csv
from heart.ui.forest import show_folded_table

UNKNOWN = "–"


@st.fragment
def show_tuning(entries: Sequence[Entry], *, name: str) -> None:
    """What each model was tuned over in each fold, what that chose and what it cost.

    Args:
        entries: the models of a leaderboard.
        name: of the file to download.
    """
    show_folded_table(
        name, tuning_table(entries), title="How each model was tuned, and what that cost"
    )
    offer_csv(name, tuning_frame(entries))
    st.caption(
        "Simpler models are tuned anew in the training part of every fold, by the log-loss of"
        " shuffled, stratified inner folds. Fits count the tuning; seconds are those of the machine"
        " that computed the row, and of what else ran on it."
    )


def tuning_frame(entries: Sequence[Entry]) -> pd.DataFrame:
    """One row a model: `model`, `tuned_over`, `chosen` (with the number of folds), `fits`,
    `seconds`; missing where it is not tuned or was not noted.
    """
    return pd.DataFrame(
        [
            {
                "model": entry.model.replace("`", ""),
                "tuned_over": describe_grid(entry.model) or None,
                "chosen": count_choices(entry.chosen) or None,
                "fits": entry.fits or None,
                "seconds": round(entry.seconds, 1),
            }
            for entry in entries
        ]
    )


def tuning_table(entries: Sequence[Entry]) -> pd.DataFrame:
    """The frame in words, by the names of the leaderboard's rows."""
    rows = {
        entry.model: {
            "tuned over": describe_grid(entry.model) or "nothing inside the folds",
            "chosen (in how many folds)": count_choices(entry.chosen) or UNKNOWN,
            "fits": f"{entry.fits:,}" if entry.fits else UNKNOWN,
            "seconds": f"{entry.seconds:,.0f}",
        }
        for entry in entries
    }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("model")


def leaderboard_rows(entries: Sequence[Entry], *, n: int, marked: str | None) -> pd.DataFrame:
    """What a forest plot and the download are made of: one row a model, with each figure and how
    far behind the best it is.

    Args:
        entries: best log-loss first.
        n: patients.
        marked: title of the model in use, if it is among them.
    """
    records = []
    for entry in entries:
        record: dict[str, object] = {
            "label": entry.model.replace("`", ""),
            "n": n,
            "marked": entry.model == marked,
        }
        for prefix, figures in (("", entry.figures), ("behind_", entry.behind)):
            for name, figure in figures.items():
                ends = zip(("", "_low", "_high"), figure, strict=True)
                record |= {f"{prefix}{name}{end}": value for end, value in ends}
        records.append(record)
    return pd.DataFrame(records)


def leaderboard_table(entries: Sequence[Entry]) -> pd.DataFrame:
    """One row a model, best first; cells "0.914 (0.88 to 0.94)"."""
    rows = {
        entry.model: {
            **{
                METRICS[name].label: write_figure(entry.figures[name], name) for name in LEADERBOARD
            },
            f"{METRICS['log_loss'].label} behind": write_figure(
                entry.behind["log_loss"], "log_loss", signed=True
            ),
        }
        for entry in entries
    }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("model")
