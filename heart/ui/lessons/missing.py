"""The lesson on missing values: what is hidden, from whom, and what that costs."""

from __future__ import annotations

from functools import lru_cache, partial

import pandas as pd
import streamlit as st

from heart.charts.evaluate import reliability
from heart.charts.lessons.missing import WAY_TITLES, cost_frame, cost_of_not_knowing
from heart.data import load_shipped
from heart.data.shipped import SHIPPED
from heart.evaluation.calibration import reliability_table
from heart.evaluation.figures import Figure, write_value
from heart.evaluation.metrics import FloatArray
from heart.lessons.missing import (
    COHORT,
    MAX_SEED,
    NAMES,
    RATES,
    WAYS,
    Elsewhere,
    Judged,
    Trained,
    fill_in,
    hide,
    judge_elsewhere,
    judge_ways,
    one_by_one,
    predict_ways,
    train_both,
)
from heart.model.masking import ValueMask
from heart.schema import feature, within_sentence
from heart.shares import write_share
from heart.ui.cache import show_chart
from heart.ui.downloads import file_name, show_table_with_data
from heart.ui.errors import errors_shown
from heart.ui.lessons.frame import show_code, slow_bar

START = ("ca", "thal")


@lru_cache(maxsize=8)
def _train(masking: float, seed: int) -> Trained:
    """Shared, never changed."""
    with slow_bar() as tell:
        return train_both(
            masking,
            random_state=seed,
            on_share=lambda share: tell(share, f"Two networks, five folds: {write_share(share)}"),
        )


@lru_cache(maxsize=64)
def _predict(masking: float, seed: int, hidden: tuple[str, ...]) -> list[dict[str, FloatArray]]:
    """With nothing hidden, then with these."""
    return predict_ways(_train(masking, seed), [(), hidden])


@lru_cache(maxsize=8)
def _one_by_one(masking: float, seed: int) -> pd.DataFrame:
    return one_by_one(_train(masking, seed))


@lru_cache(maxsize=8)
def _judge_elsewhere(masking: float, seed: int) -> list[Elsewhere]:
    return judge_elsewhere(_train(masking, seed))


@st.fragment
def show_missing() -> None:
    """The controls; what hiding costs; every feature by itself; hospitals where much is missing."""
    hidden, masking, seed = _choose()
    with errors_shown():
        known, told = _predict(masking, seed, hidden)
        _show_ways(hidden, known, told)
        _show_features(_one_by_one(masking, seed))
        _show_elsewhere(_judge_elsewhere(masking, seed))


def _choose() -> tuple[tuple[str, ...], float, int]:
    left, middle, right = st.columns([3, 2, 1], gap="large")
    hidden = left.multiselect(
        "Not known of the test patients",
        NAMES,
        START,
        format_func=lambda name: feature(name).label,
        key="missing_hidden",
        bind="query-params",
        help="Hidden from the patients that are predicted; training sees them all.",
    )
    masking = middle.select_slider(
        "Share of values that training hides (masking)",
        RATES,
        0.5,
        format_func=write_share,
        key="missing_masking",
        bind="query-params",
        help="Of the first network. The other one never saw a hidden value.",
    )
    seed = right.number_input("Seed", 0, MAX_SEED, 0, key="missing_seed", bind="query-params")
    return tuple(name for name in NAMES if name in hidden), float(masking), int(seed)


def _show_ways(
    hidden: tuple[str, ...], known: dict[str, FloatArray], told: dict[str, FloatArray]
) -> None:
    y_true = load_shipped(COHORT).y_true
    before, after = judge_ways(y_true, known), judge_ways(y_true, told)
    st.markdown(_describe(hidden, before, after))
    for column, way in zip(st.columns(3, gap="medium"), WAYS, strict=True):
        now, change = after[way], after[way].log_loss - before[way].log_loss
        with column:
            st.markdown(f"**{WAY_TITLES[way].capitalize()}**")
            st.metric(
                "Log-loss",
                f"{now.log_loss:.3f}",
                f"{change:+.3f} by hiding" if hidden else None,
                delta_color="inverse",
            )
            alt = f"{WAY_TITLES[way]}: observed against expected share of disease in ten bins"
            bins = reliability_table(y_true, told[way])
            show_chart(reliability, bins, alt=alt, key=f"missing_{way}")
            st.caption(
                f"Says {write_share(now.expected)} on average, {write_share(now.observed)} are ill;"
                f" slope {write_value(now.slope, 'slope')}, AUC"
                f" {write_value(now.roc_auc, 'roc_auc')}."
            )
    st.caption(
        "303 Cleveland patients, each predicted by networks that did not see the patient (five"
        " folds). Both networks have one member with 64 hidden units and 25 epochs; only the"
        " masking differs. “Filled in”: the mean, or the most frequent code, of the train patients."
    )


def _describe(hidden: tuple[str, ...], before: dict[str, Judged], after: dict[str, Judged]) -> str:
    if not hidden:
        return (
            "Nothing is hidden: all that Cleveland measured is known. Hide something above, and"
            " see what each way makes of it."
        )
    labels = " and ".join(feature(name).words for name in hidden)
    names = labels if len(hidden) < 4 else f"{len(hidden)} features"
    compared = " ".join(_compare(way, after[way].difference) for way in ("plain", "filled"))
    return (
        f"Without **{names}** the network with masking has a log-loss of"
        f" **{after['masked'].log_loss:.3f}** (all known: {before['masked'].log_loss:.3f})."
        f" {compared}"
    )


def _compare(way: str, difference: Figure) -> str:
    """How a way compares with masking, as far as the interval says so."""
    who = {
        "plain": "The network **without**, told “not known”,",
        "filled": "The same one with values **filled in**",
    }[way]
    value, low, high = difference
    numbers = f"{value:+.3f}, 95\N{NO-BREAK SPACE}% interval {low:+.3f} to {high:+.3f}"
    if low is not None and low > 0:
        return f"{who} does worse ({numbers})."
    if high is not None and high < 0:
        return f"{who} does better ({numbers})."
    return f"{who} cannot be told apart from it ({numbers})."


def _show_features(table: pd.DataFrame) -> None:
    st.header("One feature at a time")
    by_way = table.pivot_table(index="feature", columns="way", values="log_loss")
    worst = str(by_way["plain"].idxmax())
    n_gaps = int(load_shipped(COHORT).features.isna().to_numpy().sum())
    plain, masked = (float(by_way[way].to_dict()[worst]) for way in ("plain", "masked"))
    st.markdown(
        f"Hide one feature and nothing else. The network without masking suffers most from"
        f" **{within_sentence(worst)}**: {plain:.3f}, with masking {masked:.3f}. What"
        f" stands for “not known” in it was hardly trained, for Cleveland lacks {n_gaps} values in"
        " all: it is more or less what the first weights happened to be, so another seed gives"
        " another picture."
    )
    show_chart(
        cost_of_not_knowing,
        cost_frame(table),
        alt="Log-loss when one feature alone is not known, for the three ways",
        key="missing_features",
    )
    st.caption("Dashed: with masking, all known.")


def _show_elsewhere(judged: list[Elsewhere]) -> None:
    st.header("Where nobody hid anything")
    st.markdown(
        "The other hospitals did not do every test. Their patients as they are, by networks that"
        " learnt from all of Cleveland; what is missing is missing. No way need be the best"
        " everywhere: these hospitals differ from Cleveland in more than their gaps, first of all"
        " in how many are ill, and masking does nothing about that."
    )
    rows = {
        f"{SHIPPED[name]} ({n} patients)": {
            "values missing": write_share(missing),
            "are ill": write_share(ways["masked"].observed),
            **{
                f"log-loss {WAY_TITLES[way]}": (
                    f"{now.log_loss:.3f} (says {write_share(now.expected)})"
                )
                for way, now in ways.items()
            },
        }
        for name, n, missing, ways in judged
    }
    shown = pd.DataFrame.from_dict(rows, orient="index").rename_axis("hospital")
    show_table_with_data(shown, partial(_as_numbers, judged), name=file_name("missing elsewhere"))


def show_missing_code() -> None:
    """The lines that hide in training, hide in the test and fill in."""
    show_code(ValueMask.__call__, hide, fill_in)


def _as_numbers(judged: list[Elsewhere]) -> pd.DataFrame:
    """A row a hospital and network; log-loss in nats a patient, the others shares."""
    rows = [
        {
            "hospital": name,
            "n": n,
            "missing": missing,
            "ill": now.observed,
            "network": way,
            "log_loss": now.log_loss,
            "mean_probability": now.expected,
        }
        for name, n, missing, ways in judged
        for way, now in ways.items()
    ]
    return pd.DataFrame(rows)
