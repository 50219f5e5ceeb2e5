"""The bundle page: what is in the model in use, its card, and bundles out and in."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd
import streamlit as st

from heart.bundle import Bundle, load_bundle, serialise_bundle
from heart.bundle.calculator import check_size, export_calculator
from heart.bundle.learnt import write_sources
from heart.bundle.onnx import export_onnx
from heart.bundle.storage import fingerprint_of
from heart.bundle.weights import pack_weights
from heart.card import Card, gather_facts, make_card, to_html, to_markdown
from heart.data import Cohort
from heart.errors import BundleError
from heart.evaluation.out_of_fold import OutOfFold
from heart.evaluation.recalibration import METHODS, Recalibration
from heart.evaluation.thresholds import RULES
from heart.experiments.run import find_learnt
from heart.markdown import code
from heart.paths import SHIPPED_BUNDLE
from heart.shares import write_share
from heart.ui.downloads import file_name, show_chart_with_data
from heart.ui.for_all import once_for_all
from heart.ui.model_cohort import own_cohorts
from heart.ui.out_of_fold import find_out_of_fold
from heart.ui.session import Origin, Session
from heart.ui.shared import load_shared

BINARY = "application/octet-stream"
BUNDLE_HELP = (
    "One joblib file with model, preprocessing, threshold and figures. No patient is in it, and"
    " nothing in it is run."
)
ONNX_HELP = (
    "For other programs and languages: raw numbers and category strings in, the probability out;"
    " preprocessing is inside."
)
WEIGHTS_HELP = "The network's tensors alone, as safetensors."
CALCULATOR_HELP = (
    "One HTML file for a computer or a phone without Heart: form, answer and why. It works offline,"
    " sends nothing and stores nothing."
)
OPEN_AT_FIRST = ("In short", "Intended use", "Not to be used for", "How it was judged")


def describe_bundle(bundle: Bundle, cohorts: Iterable[Cohort] = ()) -> pd.DataFrame:
    """What is in a bundle: one row an entry, `what` (index) and `value`, all text.

    Args:
        bundle: the model.
        cohorts: tables beside the shipped ones that it may have been trained on.
    """
    settings, threshold = bundle.settings, bundle.threshold
    rule = RULES[threshold.rule].description + (
        "" if threshold.at_least is None else f" ({write_share(threshold.at_least)})"
    )
    layers = " → ".join(map(str, settings.hidden)) or "none"
    rows = {
        "Name": code(bundle.name),
        "Made": bundle.created_at.replace("T", " ").replace("+00:00", " UTC"),
        "Fingerprint": f"{fingerprint_of(bundle)[:16]}…, in full in a report",
        "Cohort": (
            f"{code(bundle.data.cohort)}: {bundle.data.n} patients, {bundle.data.positives}"
            f" diseased; {write_parts(bundle.metrics)}"
        ),
        "Learnt from": write_sources(find_learnt(bundle, cohorts)),
        "Table's SHA-256": f"{bundle.data.fingerprint[:16]}…",
        "Features": ", ".join(feature.name for feature in bundle.preprocessor.features),
        "Network": (
            f"{settings.members} members, hidden layers {layers}, categories as"
            f" {settings.categories}"
        ),
        "Training": (
            f"recipe {settings.recipe}, {bundle.epochs_run} epochs on {bundle.device_used}, random"
            f" state {settings.random_state}"
        ),
        "Threshold": (
            f"{threshold.value:.4g}: {rule}; a missed patient costs {threshold.cost_ratio:g} false"
            " alarms"
        ),
        "Recalibration": describe_recalibration(bundle.recalibration),
        "Versions": ", ".join(
            f"{name} {code(version)}" for name, version in bundle.versions.items()
        ),
    }
    return pd.DataFrame({"value": list(rows.values())}, index=pd.Index(list(rows), name="what"))


def write_parts(metrics: Mapping[str, Any]) -> str:
    """How many patients were fitted on, stopped on and reported on."""
    n = {name: part["n"] for name, part in metrics.items()}
    return f"fitted on {n['train']}, stopped on {n['valid']}, tested on {n['test']}"


def describe_recalibration(recalibration: Recalibration) -> str:
    """The map in words."""
    words = METHODS[recalibration.method]
    if recalibration.method in ("temperature", "platt"):
        words += f"; log-odds × {recalibration.slope:.3f} {recalibration.intercept:+.3f}"
    return (
        words
        if recalibration.method == "none"
        else f"{words}; fitted on {recalibration.patients} patients"
    )


def show_downloads(session: Session) -> None:
    """The model in use in every form; each file is made when its button is pressed."""
    bundle = session.bundle
    st.download_button(
        "Download the model in use",
        lambda: serialise_bundle(bundle),
        f"{bundle.name}.joblib",
        BINARY,
        on_click="ignore",
        type="primary",
        help=BUNDLE_HELP,
    )
    with st.container(horizontal=True):
        onnx = (lambda: export_onnx(bundle), f"{bundle.name}.onnx", BINARY)
        st.download_button("ONNX", *onnx, on_click="ignore", help=ONNX_HELP)
        weights = (lambda: pack_weights(bundle.network), f"{bundle.name}.safetensors", BINARY)
        st.download_button("Weights", *weights, on_click="ignore", help=WEIGHTS_HELP)
        _offer_calculator(bundle)


def _offer_calculator(bundle: Bundle) -> None:
    """Its button, which cannot be pressed where the file would be too large."""
    refused = ""
    try:
        check_size(bundle)
    except BundleError as error:
        refused = str(error)
    st.download_button(
        "Calculator",
        lambda: export_calculator(bundle),
        f"{bundle.name}-calculator.html",
        "text/html",
        on_click="ignore",
        help=refused or CALCULATOR_HELP,
        disabled=bool(refused),
    )


def show_way_back(session: Session) -> None:
    """A button that goes back to the shipped model, where another or a changed one is in use."""
    is_shipped = session.model.origin is Origin.SHIPPED and not session.model.changes
    if not is_shipped and st.button("Go back to the shipped model"):
        session.use(load_shared(SHIPPED_BUNDLE), Origin.SHIPPED)
        st.rerun()


def load_upload(session: Session, upload: Any) -> bool:
    """Make an uploaded bundle the model in use; False if this upload was taken before.

    Raises:
        BundleError: if it is not a valid bundle; the model in use stays.
    """
    content: bytes = upload.getvalue()
    mark = hashlib.sha256(content).hexdigest()
    if mark == session.taken_upload:
        return False
    session.use(load_bundle(content), Origin.LOADED)
    session.taken_upload = mark
    return True


def show_card(session: Session) -> None:
    """The card of the model in use, section by section, and its downloads."""
    card = _card_of(session)
    st.caption(
        "Made from the bundle and the patients that are here. It follows TRIPOD+AI; items that it"
        " cannot fill are listed as open."
    )
    with st.container(horizontal=True):
        html = (lambda: to_html(card), f"{card.name}-card.html", "text/html")
        st.download_button("Card as a web page", *html, on_click="ignore", type="primary")
        markdown = (lambda: to_markdown(card), f"{card.name}-card.md", "text/markdown")
        st.download_button("Card as Markdown", *markdown, on_click="ignore")
    for section in card.sections:
        with st.expander(section.title, expanded=section.title in OPEN_AT_FIRST):
            st.markdown(section.text)
            for number, chart in enumerate(section.charts, start=1):
                column, _ = st.columns([2, 1])  # a square chart as wide as the page would say less
                name = file_name("card", section.title, str(number))
                show_chart_with_data(
                    chart.draw, chart.frame, alt=chart.alt, name=name, container=column
                )
                st.caption(chart.alt)


def _card_of(session: Session) -> Card:
    """The card, which takes a second or two where it is not there yet."""
    with st.spinner("Judging the model for its card …"):
        return find_card(session)


def find_card(session: Session) -> Card:
    """The card, made once for a model and its predictions."""
    bundle, predictions = session.bundle, _find_predictions(session)

    def make() -> Card:
        cohorts = own_cohorts(session)
        return make_card(gather_facts(bundle, cohorts=cohorts, predictions=predictions))

    return once_for_all(session, "card", (bundle, predictions), make)


def _find_predictions(session: Session) -> OutOfFold | None:
    """The out-of-fold predictions that are here; none where the model's patients are not."""
    try:
        return find_out_of_fold(session)
    except BundleError:
        return None
