"""The bundle page's inputs: a description, the file to download, and the file that was uploaded."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import pandas as pd
import streamlit as st

from heart.evaluation import RULES
from heart.evaluation.recalibration import METHODS, Recalibration
from heart.markdown import code

if TYPE_CHECKING:
    from heart.bundle import Bundle
    from heart.ui.session import Session

BUNDLE_HELP = (
    "One joblib file with model, preprocessing, threshold and figures. No patient is in it, and"
    " nothing in it is run."
)
ONNX_HELP = (
    "For other programs and languages: raw numbers and category strings in, the probability out;"
    " preprocessing is inside."
)
WEIGHTS_HELP = "The network's tensors alone, as safetensors."


def describe_bundle(bundle: Bundle) -> pd.DataFrame:
    """What is in a bundle: one row an entry, `what` (index) and `value`, all text."""
    settings, threshold = bundle.settings, bundle.threshold
    rule = RULES[threshold.rule] + (
        "" if threshold.at_least is None else f" ({threshold.at_least:.0%})"
    )
    layers = " → ".join(map(str, settings.hidden)) or "none"
    rows = {
        "Name": code(bundle.name),
        "Made": bundle.created_at.replace("T", " ").replace("+00:00", " UTC"),
        "Trained on": (
            f"{code(bundle.data.cohort)}: {bundle.data.n} patients, {bundle.data.positives}"
            " diseased"
        ),
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
    bundle, binary = session.bundle, "application/octet-stream"
    whole = (lambda: _bundle_bytes(bundle), f"{bundle.name}.joblib", binary)
    st.download_button(
        "Download the model in use", *whole, on_click="ignore", type="primary", help=BUNDLE_HELP
    )
    with st.container(horizontal=True):
        st.download_button(
            "ONNX",
            lambda: _onnx_bytes(bundle),
            f"{bundle.name}.onnx",
            binary,
            on_click="ignore",
            help=ONNX_HELP,
        )
        weights = (lambda: _weights_bytes(bundle), f"{bundle.name}.safetensors", binary)
        st.download_button("Weights", *weights, on_click="ignore", help=WEIGHTS_HELP)


def _bundle_bytes(bundle: Bundle) -> bytes:
    from heart.bundle import serialise_bundle  # noqa: PLC0415

    return serialise_bundle(bundle)


def _onnx_bytes(bundle: Bundle) -> bytes:
    from heart.bundle.onnx import export_onnx  # noqa: PLC0415

    return export_onnx(bundle)


def _weights_bytes(bundle: Bundle) -> bytes:
    from heart.bundle.weights import pack_weights  # noqa: PLC0415

    return pack_weights(bundle.network)


def load_upload(session: Session, upload: Any) -> bool:
    """Make an uploaded bundle the model in use; False if this upload was taken before.

    Raises:
        BundleError: if it is not a valid bundle; the model in use stays.
    """
    from heart.bundle import load_bundle  # noqa: PLC0415  torch waits until it is needed

    content: bytes = upload.getvalue()
    mark = hashlib.sha256(content).hexdigest()
    if mark == session.taken_upload:
        return False
    session.use(load_bundle(content), "loaded from a file")
    session.taken_upload = mark
    return True
