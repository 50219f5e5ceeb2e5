"""The lesson on a single neuron: its controls, its boundary, its gradient, and the tumours."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import pandas as pd
import streamlit as st

from heart.lessons.neuron import LogisticNeuron, forward, gradient, learn_by_torch
from heart.lessons.neuron_data import TumourScores, score_tumours, split_tumours
from heart.schema import FEATURES, feature
from heart.shares import write_share
from heart.ui.downloads import file_name, show_table_with_data
from heart.ui.errors import errors_shown
from heart.ui.lessons.frame import choose_one, show_code
from heart.ui.lessons.neuron_epochs import Learned, learn_from, show_epochs

MEASURED = [entry.name for entry in FEATURES if not entry.is_coded]
LRS = (0.01, 0.03, 0.1, 0.3, 1.0, 3.0)
BATCHES = {"batch": None, "mini-batch": 32, "stochastic": 1}
"""Names of the ways to learn, and how many rows each takes a step."""
STEPS = {"batch": "all rows a step", "mini-batch": "32 rows a step", "stochastic": "one row a step"}


class Learning(NamedTuple):
    """How the neuron learns."""

    lr: float
    batch: str
    epochs: int
    seed: int


def _make_neuron(learning: Learning) -> LogisticNeuron:
    return LogisticNeuron(
        lr=learning.lr,
        epochs=learning.epochs,
        batch_size=BATCHES[learning.batch],
        random_state=learning.seed,
    )


@lru_cache(maxsize=32)
def _learn(first: str, second: str, learning: Learning) -> Learned:
    return learn_from(first, second, _make_neuron(learning))


@lru_cache(maxsize=32)
def _learn_tumours(learning: Learning) -> TumourScores:
    tumours = split_tumours(random_state=learning.seed)
    return score_tumours(_make_neuron(learning).fit(tumours.X_train, tumours.y_train), tumours)


def _choose_features() -> tuple[str, str]:
    first, second = (
        st.selectbox(
            f"Feature {number}",
            MEASURED,
            MEASURED.index(default),
            format_func=lambda name: feature(name).title,
            key=f"neuron_{number}",
            bind="query-params",
        )
        for number, default in ((1, "thalach"), (2, "oldpeak"))
    )
    return first, second


def _choose_learning() -> Learning:
    lr = st.select_slider("Learning rate", LRS, 0.3, key="neuron_lr", bind="query-params")
    batch = choose_one("Gradient descent", list(BATCHES), key="neuron_batch")
    st.caption(f"{STEPS[batch].capitalize()}.")
    epochs = st.slider("Epochs", 5, 80, 60, step=5, key="neuron_epochs", bind="query-params")
    seed = st.number_input("Seed", 0, 9_999, 0, key="neuron_seed", bind="query-params")
    return Learning(lr, batch, epochs, seed)


def show_neuron() -> None:
    """The controls, the epochs, and the tumours.

    Not a fragment: the browser forgets that epochs are played only when the whole page runs.
    """
    controls, picture = st.columns([1, 3], gap="large")
    with controls:
        names, learning = _choose_features(), _choose_learning()
    with picture, errors_shown():
        show_epochs(_learn(*names, learning))
    _show_tumours(learning)


def _show_tumours(learning: Learning) -> None:
    scores = _learn_tumours(learning)
    (benign_right, false_alarms), (missed, _) = scores.counts.tolist()
    st.header("The same neuron on 30 features")
    words, table = st.columns([3, 2], gap="large")
    with words:
        st.metric("Test accuracy, breast tumours", write_share(scores.accuracy, digits=1))
        st.markdown(
            "Scikit-learn's 569 breast tumours, learned with the settings above from three"
            f" quarters of them; of the other {scores.counts.sum()} the neuron misses **{missed}**"
            f" malignant ones, raises **{false_alarms}** false alarms and clears {benign_right}"
            " benign ones rightly. Each measurement is standardised by the train part's mean and"
            " deviation only."
        )
        st.caption(
            "The positive class is **malignant**, because that is what is to be found. Scikit-learn"
            " codes malignant as 0 and benign as 1, so the codes are turned round here; otherwise"
            " the sensitivity would count benign tumours."
        )
    with table:
        counts = pd.DataFrame(
            scores.counts,
            index=pd.Index(["is benign", "is malignant"], name="tumour"),
            columns=["called benign", "called malignant"],
        )
        show_table_with_data(counts, counts, name=file_name("breast tumours"))


def show_neuron_code() -> None:
    """The lines that compute and learn."""
    # to be read, not called
    show_code(forward, gradient, LogisticNeuron._learn_epoch, learn_by_torch)  # noqa: SLF001
