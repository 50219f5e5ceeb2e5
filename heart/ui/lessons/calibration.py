"""The lesson on calibration: a network, a temperature, and what the app does about it."""

from __future__ import annotations

from functools import lru_cache

import pandas as pd
import streamlit as st

from heart.charts.evaluate import reliability
from heart.charts.lessons.calibration import figure_frame, figures_by_temperature
from heart.evaluation.calibration import calibration_of, reliability_table
from heart.evaluation.figures import write_value
from heart.evaluation.out_of_fold import OutOfFold
from heart.evaluation.recalibration import compare_recalibrations
from heart.lessons.calibration import (
    MAX_SEED,
    MODELS,
    TEMPERATURES,
    Judged,
    fitted_temperature,
    gain_of_temperature,
    judge,
    predict_unseen,
    temper,
    temperature_table,
    verdict_of,
)
from heart.shares import write_share
from heart.ui.cache import show_chart
from heart.ui.downloads import file_name, show_table_with_data
from heart.ui.errors import errors_shown
from heart.ui.lessons.frame import show_code, slow_bar

WORDS = {
    "too sure": "The slope lies below 1: the network is **too sure**",
    "too timid": "The slope lies above 1: the network is **too timid**",
    "cannot be told": (
        "The interval of the slope holds 1: so many patients do not tell whether it is too sure or"
        " too timid"
    ),
}
METHODS = {
    "none": "as the network gives them",
    "temperature": "temperature",
    "platt": "Platt: temperature and shift",
}


@lru_cache(maxsize=16)
def _predict(model: str, seed: int) -> OutOfFold:
    """Shared, never changed."""
    with slow_bar() as tell:
        return predict_unseen(
            model,
            random_state=seed,
            on_share=lambda share: tell(share, f"Ten folds: {write_share(share)}"),
        )


@lru_cache(maxsize=16)
def _recalibrate(model: str, seed: int) -> pd.DataFrame:
    return compare_recalibrations(_predict(model, seed))


@st.fragment
def show_calibration() -> None:
    """The controls, the reliability of the probabilities, and the figures that follow."""
    controls, results = st.columns([1, 3], gap="large")
    with controls:
        model = st.radio("The network", list(MODELS), key="calibration_model", bind="query-params")
        temperature = st.select_slider(
            "Temperature",
            TEMPERATURES,
            1.0,
            key="calibration_temperature",
            bind="query-params",
            help="The log-odds are divided by it: 1 changes nothing.",
        )
        seed = int(
            st.number_input("Seed", 0, MAX_SEED, 0, key="calibration_seed", bind="query-params")
        )
        st.caption(
            "303 Cleveland patients, each predicted by networks that did not see the patient (ten"
            " folds). “Learnt by heart” and “stopped too soon” are trained on purpose as one should"
            " not; “held back” hides values in training, as the app's recipe does."
        )
    with results, errors_shown():
        predictions = _predict(model, seed)
        _show_one(predictions, float(temperature))
    with errors_shown():
        _show_mending(predictions, _recalibrate(model, seed))


def _show_one(predictions: OutOfFold, temperature: float) -> None:
    y_true, y_score = predictions.y_true, temper(predictions.y_score[0], temperature)
    judged, bins = judge(y_true, y_score), reliability_table(y_true, y_score)
    _describe(judged, bins, temperature)
    left, right = st.columns(2, gap="large")
    with left:
        st.markdown("**Said and seen**, in ten bins of equally many patients")
        alt = "Observed against expected share of disease in ten bins, with exact intervals"
        show_chart(reliability, bins, alt=alt, key="calibration_bins")
        st.caption(
            "Dashed: what is said is what is seen. Bars: exact 95\N{NO-BREAK SPACE}% intervals;"
            " the numbers are patients."
            " Moving the temperature moves the dots to the sides, never up or down."
        )
    with right:
        st.markdown("**What the temperature changes**")
        table = temperature_table(y_true, predictions.y_score[0])
        show_chart(
            figures_by_temperature,
            figure_frame(table, chosen=temperature),
            alt=f"Log-loss, Brier score and AUC against the temperature, {temperature:g} marked",
            key="calibration_figures",
        )
        st.caption("The order of the patients stays, and so does the AUC, at every temperature.")


def _describe(judged: Judged, bins: pd.DataFrame, temperature: float) -> None:
    slope = judged.slope
    columns = st.columns(4)
    columns[0].metric(
        "Log-loss", f"{judged.log_loss:.3f}", help="In nats a patient; less is better"
    )
    columns[1].metric(
        "Brier score", f"{judged.brier:.3f}", help="Mean squared error; less is better"
    )
    columns[2].metric("AUC", f"{judged.roc_auc:.3f}", help="Whether the ill rank above the healthy")
    columns[3].metric(
        "Slope", write_value(slope.value, "slope"), help="Below 1 too sure, above 1 too timid"
    )
    last = bins.iloc[-1]
    st.markdown(
        f"{WORDS[verdict_of(slope)]} (95\N{NO-BREAK SPACE}% interval {slope.low:.2f} to"
        f" {slope.high:.2f})"
        f"{'' if temperature == 1 else f', at a temperature of {temperature:g}'}. To the"
        f" {int(last['patients'])} patients of the last bin it gives"
        f" {write_share(last['expected'])} on"
        f" average; **{int(last['diseased'])} of {int(last['patients'])}** are ill"
        f" ({write_share(last['observed'])}, {write_share(last['low'])} to"
        f" {write_share(last['high'])})."
    )


def _show_mending(predictions: OutOfFold, table: pd.DataFrame) -> None:
    """What recalibration does to patients who took no part in it."""
    st.header("What the app does about it")
    best = fitted_temperature(predictions.y_true, predictions.y_score[0])
    gain, low, high = gain_of_temperature(predictions)
    numbers = f"{gain:+.3f} nats, 95\N{NO-BREAK SPACE}% interval {low:+.3f} to {high:+.3f}"
    if high is not None and high < 0:
        advice = f"The log-loss falls ({numbers}): it is worth doing."
    elif low is not None and low > 0:
        advice = f"The log-loss rises ({numbers}): leave it."
    else:
        advice = (
            f"What it changes cannot be told from nothing ({numbers}): with so few patients a"
            " temperature near 1 is as likely to spoil as to mend. Leave it."
        )
    st.markdown(
        f"For this network the likeliest temperature is **{best:.2f}**. But whoever fits it on all"
        " patients and judges it on the same ones flatters themselves, so the Evaluate page fits it"
        " on"
        f" nine folds and judges it on the tenth, as here. {advice}"
    )
    shown = pd.DataFrame(
        {
            METHODS[row["method"]]: {
                "log-loss": f"{row['log_loss']:.3f}",
                "Brier score": f"{row['brier']:.3f}",
                "slope": f"{row['slope']:.2f}",
            }
            for row in table.to_dict("records")
            if row["method"] in METHODS
        }
    ).T.rename_axis("probabilities")
    show_table_with_data(shown, table, name=file_name("calibration"))


def show_calibration_code() -> None:
    """The temperature, the slope, and the bins."""
    show_code(temper, calibration_of, reliability_table)
