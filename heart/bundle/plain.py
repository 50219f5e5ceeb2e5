"""A bundle as plain values, and back."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from sklearn.preprocessing import LabelEncoder, StandardScaler

from heart.bundle.bundle import Bundle, Provenance
from heart.bundle.golden import GOLDEN_PATIENTS
from heart.bundle.layout import FORMAT, FORMAT_VERSION, WITHOUT_LATER
from heart.bundle.learnt import Learnt, LearntPart, learnt_from
from heart.bundle.rules import KINDS, describe_feature
from heart.bundle.weights import pack_weights, unpack_weights
from heart.config import BOUNDS, LATER, Settings, without_later
from heart.data.patients import frame_of_patients
from heart.data.shipped import load_shipped
from heart.data.split import Split, split_cohort
from heart.errors import BundleError, CohortError, SettingsError, SplitError
from heart.evaluation.recalibration import NO_RECALIBRATION, Recalibration
from heart.evaluation.thresholds import ThresholdChoice
from heart.model.network import HeartMLP
from heart.model.preprocessing import HeartPreprocessor
from heart.model.training import pick_device
from heart.schema import feature as schema_feature

_SETTINGS_EXTRAS = ("epochs_run", "device_used")


def to_content(bundle: Bundle) -> dict[str, Any]:
    """All but the digest, as str, int, float, bool, None, bytes, list and dict."""
    extras = {name: getattr(bundle, name) for name in _SETTINGS_EXTRAS}
    settings = _floats(bundle.settings.as_dict())
    is_newer = any(settings[name] != value for name, value in LATER.items())
    return {
        "format": FORMAT,
        "format_version": FORMAT_VERSION if is_newer else WITHOUT_LATER,
        "name": bundle.name,
        "created_at": bundle.created_at,
        **_plain_preprocessor(bundle.preprocessor, has_knots=is_newer),
        "model": pack_weights(bundle.network),
        "settings": (settings if is_newer else without_later(settings)) | extras,
        "threshold": bundle.threshold._asdict(),
        "recalibration": _plain_recalibration(bundle.recalibration),
        "metrics": dict(bundle.metrics),
        "data": bundle.data._asdict(),
        "learnt": _plain_learnt(bundle.learnt),
        "golden": _plain_golden(bundle),
        "versions": dict(bundle.versions),
    }


def _plain_preprocessor(preprocessor: HeartPreprocessor, *, has_knots: bool) -> dict[str, Any]:
    """The entries `features`, `scaler` and `encoders`."""
    names = [f.name for f in preprocessor.numbers]
    ranges = dict(zip(names, preprocessor.training_range_.tolist(), strict=True))
    knots = {"knots": preprocessor.knots_.tolist()} if has_knots else {}
    return {
        "features": [
            describe_feature(
                f, _finite_or_none(ranges.get(f.name)), kind=KINDS[preprocessor.entry_of(f)]
            )
            for f in preprocessor.features
        ],
        "scaler": {
            "mean": preprocessor.scaler_.mean_.tolist(),
            "scale": preprocessor.scaler_.scale_.tolist(),
            "median": preprocessor.median_.tolist(),
            **knots,
        },
        "encoders": {
            name: encoder.classes_.tolist() for name, encoder in preprocessor.encoders_.items()
        },
    }


def _plain_golden(bundle: Bundle) -> list[dict[str, Any]]:
    probabilities = bundle.predict_proba(frame_of_patients(GOLDEN_PATIENTS)).tolist()
    return [
        {"patient": dict(patient), "probability": probability}
        for patient, probability in zip(GOLDEN_PATIENTS, probabilities, strict=True)
    ]


def _plain_recalibration(recalibration: Recalibration) -> dict[str, Any]:
    return recalibration._asdict() | {"knots": [list(knot) for knot in recalibration.knots]}


def _plain_learnt(learnt: Learnt | None) -> dict[str, Any] | None:
    return learnt and {name: part._asdict() for name, part in learnt._asdict().items()}


def _floats(settings: dict[str, Any]) -> dict[str, Any]:
    """Settings that are measured numbers as floats, also where somebody wrote 0 or 1."""
    return settings | {
        name: float(settings[name]) for name, bound in BOUNDS.items() if bound.kind is float
    }


def _finite_or_none(bounds: list[float] | None) -> list[float] | None:
    return bounds if bounds is not None and np.isfinite(bounds).all() else None


def from_content(content: dict[str, Any], device: str) -> Bundle:
    """The bundle with its real objects, from content whose layout was checked.

    Raises:
        BundleError: for weights that are not the network's, or a device that is not there.
    """
    settings = {
        key: value for key, value in content["settings"].items() if key not in _SETTINGS_EXTRAS
    }
    chosen = Settings.from_dict(settings)
    preprocessor = _restore_preprocessor(content, chosen)
    return Bundle(
        name=content["name"],
        created_at=content["created_at"],
        preprocessor=preprocessor,
        network=_restore_network(content["model"], preprocessor, chosen, device),
        settings=chosen,
        **{key: content["settings"][key] for key in _SETTINGS_EXTRAS},
        threshold=ThresholdChoice(**content["threshold"]),
        metrics=content["metrics"],
        data=Provenance(**content["data"]),
        versions=content["versions"],
        recalibration=_restore_recalibration(content.get("recalibration")),
        learnt=_restore_learnt(content),
    )


def _restore_recalibration(entry: dict[str, Any] | None) -> Recalibration:
    """The map; format version 1 has none."""
    if entry is None:
        return NO_RECALIBRATION
    return Recalibration(
        **entry | {"knots": tuple((before, after) for before, after in entry["knots"])}
    )


def _restore_learnt(content: dict[str, Any]) -> Learnt | None:
    """From whom it has learnt. Format versions 1 and 2 do not say: there the split of a shipped
    cohort is made again, and counts if it has as many patients as the bundle tells of.
    """
    if "learnt" in content:
        entry = content["learnt"]
        return entry and Learnt(**{name: LearntPart(**part) for name, part in entry.items()})
    split = _split_of_shipped(Provenance(**content["data"]), content["settings"])
    told = [part["n"] for part in content["metrics"].values()]
    if split is None or [part.n for part in split] != told:
        return None
    return learnt_from(part.features for part in split)


def _split_of_shipped(data: Provenance, settings: dict[str, Any]) -> Split | None:
    """The parts of a shipped cohort; None where the bundle's is another one."""
    try:
        cohort = load_shipped(data.cohort)
        if cohort.fingerprint != data.fingerprint:
            return None
        return split_cohort(
            cohort,
            random_state=settings["random_state"],
            complete_rows=settings["complete_rows"],
        )
    except (CohortError, SplitError):
        return None


def _restore_preprocessor(content: dict[str, Any], settings: Settings) -> HeartPreprocessor:
    entries = content["features"]
    preprocessor = HeartPreprocessor.from_settings(
        settings, tuple(schema_feature(entry["name"]) for entry in entries)
    )
    scaler = StandardScaler()
    scaler.mean_ = np.array(content["scaler"]["mean"])
    scaler.scale_ = np.array(content["scaler"]["scale"])
    scaler.var_ = scaler.scale_**2
    scaler.n_features_in_ = len(scaler.mean_)
    preprocessor.scaler_ = scaler
    preprocessor.median_ = np.array(content["scaler"]["median"])
    n_knots = settings.pieces + 1 if settings.pieces > 1 else 0
    knots = np.array(content["scaler"].get("knots", []), dtype=np.float64)
    preprocessor.knots_ = knots.reshape(len(preprocessor.median_), n_knots)
    ranges = [
        entry["training_range"] or [np.nan, np.nan] for entry in entries if entry["kind"] != "label"
    ]
    preprocessor.training_range_ = np.array(ranges, dtype=np.float64).reshape(-1, 2)
    preprocessor.encoders_ = {}
    for entry in preprocessor.categories:
        encoder = LabelEncoder()
        encoder.classes_ = np.array(
            content["encoders"][entry.name], dtype=str if entry.holds_text else np.int64
        )
        preprocessor.encoders_[entry.name] = encoder
    return preprocessor


def _restore_network(
    weights: bytes, preprocessor: HeartPreprocessor, settings: Settings, device: str
) -> HeartMLP:
    """The network with these weights; shapes are compared before memory is taken for them."""
    with torch.device("meta"):
        network = HeartMLP(preprocessor.n_numeric, preprocessor.cardinalities, settings)
    expected = {name: tuple(tensor.shape) for name, tensor in network.state_dict().items()}
    network.load_state_dict(unpack_weights(weights, expected), assign=True)
    return network.eval().requires_grad_(requires_grad=False).to(_pick_device(device))


def _pick_device(device: str) -> torch.device:
    try:
        return pick_device(device)
    except SettingsError as error:
        raise BundleError(error.expected, error.found, error.action) from error
