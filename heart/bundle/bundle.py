"""`Bundle`: a trained model with its preprocessors, its threshold and how it was judged; written and loaded as one joblib file."""

from __future__ import annotations

import io
import os
import platform
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import joblib
import numpy as np
import numpy.typing as npt
import pandas as pd
import safetensors.torch
import sklearn
import torch
from safetensors import SafetensorError
from sklearn.preprocessing import LabelEncoder, StandardScaler

import heart
from heart.bundle.content import FORMAT, FORMAT_VERSION, check_content, describe_feature, digest
from heart.bundle.golden import GOLDEN_PATIENTS
from heart.bundle.reader import MAX_BYTES, read_plain, refuse
from heart.config import BOUNDS, Settings
from heart.data.patients import frame_of_patients
from heart.errors import BundleError, PatientError, SettingsError
from heart.evaluation.recalibration import NO_RECALIBRATION, Recalibration
from heart.evaluation.thresholds import ThresholdChoice
from heart.inference import FoldedNetwork
from heart.network import HeartMLP
from heart.preprocessing import HeartPreprocessor
from heart.schema import feature as schema_feature
from heart.training import pick_device

GOLDEN_TOLERANCE = 1e-5
_SETTINGS_EXTRAS = ("epochs_run", "device_used")


class Provenance(NamedTuple):
    """Which cohort a model saw: its name, patients, diseased, and the fingerprint of the canonical table."""

    cohort: str
    n: int
    positives: int
    fingerprint: str


@dataclass(frozen=True, eq=False)
class Bundle:
    """A model that can be used, shared and questioned. Nothing in it is ever changed: `replace` makes another.

    Attributes:
        name: letters, digits, - and _.
        created_at: UTC, ISO 8601.
        preprocessor: fitted on the train part.
        network: M members, read-only; prediction is a function of its weights.
        settings: every setting of network and training.
        epochs_run: epochs until training ended.
        device_used: "cpu" or "cuda", where it was trained.
        threshold: disease is decided at this probability and above, and how it was chosen.
        metrics: part ("train", "valid", "test") to `n`, `positives`, `confusion` and `figures` (name to value, low, high).
        data: the cohort it was trained on.
        versions: of the libraries it was trained with.
        recalibration: the map from the network's probabilities to the bundle's answers.
    """

    name: str
    created_at: str
    preprocessor: HeartPreprocessor
    network: HeartMLP
    settings: Settings
    epochs_run: int
    device_used: str
    threshold: ThresholdChoice
    metrics: Mapping[str, Any]
    data: Provenance
    versions: Mapping[str, str]
    recalibration: Recalibration = NO_RECALIBRATION

    def predict_members(self, frame: pd.DataFrame) -> npt.NDArray[np.float64]:
        """Each member's probability of disease, recalibrated, float64, shape (M, n), for a frame of canonical columns."""
        return self.recalibration.apply(self._folded.predict_members(self.preprocessor.transform(frame)))

    def predict_proba(self, frame: pd.DataFrame) -> npt.NDArray[np.float64]:
        """The probability of disease, the mean of the members', recalibrated, float64, shape (n,)."""
        return self.recalibration.apply(self._folded.predict_mean(self.preprocessor.transform(frame)))

    @cached_property
    def _folded(self) -> FoldedNetwork:
        """The network for prediction."""
        return FoldedNetwork(self.network)

    def with_threshold(self, threshold: ThresholdChoice, metrics: Mapping[str, Any]) -> Bundle:
        """The same model with another threshold, and the figures at it."""
        return replace(self, threshold=threshold, metrics=metrics)


def current_versions() -> dict[str, str]:
    """The versions of what a model depends on."""
    return {
        "python": platform.python_version(),
        "torch": str(torch.__version__),
        "scikit-learn": sklearn.__version__,
        "numpy": np.__version__,
        "heart": heart.__version__,
    }


def serialise_bundle(bundle: Bundle) -> bytes:
    """The bundle as a joblib file, checked by loading it back.

    Raises:
        BundleError: if what would be written is not a valid bundle, for instance because of its name.
    """
    content = _to_content(bundle)
    buffer = io.BytesIO()
    joblib.dump(check_content({**content, "sha256": digest(content)}), buffer)
    written = buffer.getvalue()
    load_bundle(written)
    return written


def save_bundle(bundle: Bundle, path: str | Path) -> Path:
    """Write the bundle and return the path: the whole new file appears at once, or the old one stays.

    Raises:
        BundleError: if the bundle is not valid or the file cannot be written.
    """
    target = Path(path)
    if target.suffix != ".joblib":
        raise BundleError("a file name that ends in .joblib", target.name, "Rename the file.")
    content = serialise_bundle(bundle)
    try:
        _write_atomically(content, target)
    except OSError as error:
        raise BundleError(f"to write {target}", str(error.strerror), "Check the folder, its permissions and the free space.") from error
    return target


def _write_atomically(content: bytes, target: Path) -> None:
    descriptor, temporary = tempfile.mkstemp(dir=target.parent, prefix=f".{target.stem}-", suffix=".part")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).chmod(0o644)
        os.replace(temporary, target)  # noqa: PTH105  the same call, but it names what makes this atomic
    finally:
        Path(temporary).unlink(missing_ok=True)  # it is still there only where something failed


def load_bundle(source: str | Path | bytes, *, device: str = "cpu") -> Bundle:
    """The bundle in a file or its bytes, on the wanted device. Nothing in the file is run.

    Raises:
        BundleError: for anything but a valid bundle; it says what was expected and what was found.
    """
    content = check_content(read_plain(source if isinstance(source, bytes) else _read_file(Path(source))))
    bundle = _from_content(content, device)
    _check_golden(bundle, content["golden"])
    return bundle


def _read_file(path: Path) -> bytes:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise refuse(f"a bundle of at most {MAX_BYTES // 2**20} MiB", f"{path.stat().st_size / 2**20:.1f} MiB")
        return path.read_bytes()
    except OSError as error:
        raise BundleError("a bundle that can be read", f"{path}: {error.strerror}", "Check the path.") from error


def _to_content(bundle: Bundle) -> dict[str, Any]:
    preprocessor = bundle.preprocessor
    ranges = dict(zip((f.name for f in preprocessor.numbers), preprocessor.training_range_.tolist(), strict=True))
    state = {name: tensor.detach().cpu().contiguous() for name, tensor in bundle.network.state_dict().items()}
    golden = bundle.predict_proba(frame_of_patients(GOLDEN_PATIENTS)).tolist()
    return {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "name": bundle.name,
        "created_at": bundle.created_at,
        "features": [describe_feature(f, _finite_or_none(ranges.get(f.name))) for f in preprocessor.features],
        "scaler": {
            "mean": preprocessor.scaler_.mean_.tolist(),
            "scale": preprocessor.scaler_.scale_.tolist(),
            "median": preprocessor.median_.tolist(),
        },
        "encoders": {name: encoder.classes_.tolist() for name, encoder in preprocessor.encoders_.items()},
        "model": safetensors.torch.save(state),
        "settings": _floats(bundle.settings.as_dict()) | {"epochs_run": bundle.epochs_run, "device_used": bundle.device_used},
        "threshold": bundle.threshold._asdict(),
        "recalibration": _plain_recalibration(bundle.recalibration),
        "metrics": dict(bundle.metrics),
        "data": bundle.data._asdict(),
        "golden": [{"patient": dict(p), "probability": q} for p, q in zip(GOLDEN_PATIENTS, golden, strict=True)],
        "versions": dict(bundle.versions),
    }


def _plain_recalibration(recalibration: Recalibration) -> dict[str, Any]:
    return recalibration._asdict() | {"knots": [list(knot) for knot in recalibration.knots]}


def _floats(settings: dict[str, Any]) -> dict[str, Any]:
    """Settings that are measured numbers as floats, also where somebody wrote 0 or 1."""
    return settings | {name: float(settings[name]) for name, bound in BOUNDS.items() if bound.kind is float}


def _finite_or_none(bounds: list[float] | None) -> list[float] | None:
    return bounds if bounds is not None and np.isfinite(bounds).all() else None


def _from_content(content: dict[str, Any], device: str) -> Bundle:
    settings = {key: value for key, value in content["settings"].items() if key not in _SETTINGS_EXTRAS}
    chosen = Settings.from_dict(settings)
    preprocessor = _restore_preprocessor(content, missing_flags=chosen.missing_flags)
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
    )


def _restore_recalibration(entry: dict[str, Any] | None) -> Recalibration:
    """The map; format version 1 has none."""
    if entry is None:
        return NO_RECALIBRATION
    return Recalibration(**entry | {"knots": tuple((before, after) for before, after in entry["knots"])})


def _restore_preprocessor(content: dict[str, Any], *, missing_flags: bool) -> HeartPreprocessor:
    entries = content["features"]
    preprocessor = HeartPreprocessor(tuple(schema_feature(entry["name"]) for entry in entries), missing_flags=missing_flags)
    scaler = StandardScaler()
    scaler.mean_ = np.array(content["scaler"]["mean"])
    scaler.scale_ = np.array(content["scaler"]["scale"])
    scaler.var_ = scaler.scale_**2
    scaler.n_features_in_ = len(scaler.mean_)
    preprocessor.scaler_ = scaler
    preprocessor.median_ = np.array(content["scaler"]["median"])
    ranges = [entry["training_range"] or [np.nan, np.nan] for entry in entries if entry["kind"] == "scale"]
    preprocessor.training_range_ = np.array(ranges, dtype=np.float64).reshape(-1, 2)
    preprocessor.encoders_ = {}
    for entry in preprocessor.categories:
        encoder = LabelEncoder()
        encoder.classes_ = np.array(content["encoders"][entry.name], dtype=str if entry.holds_text else np.int64)
        preprocessor.encoders_[entry.name] = encoder
    return preprocessor


def _restore_network(weights: bytes, preprocessor: HeartPreprocessor, settings: Settings, device: str) -> HeartMLP:
    """The network with the given weights; shapes are compared before any memory is taken for them."""
    try:
        state = safetensors.torch.load(weights)
    except (SafetensorError, ValueError, KeyError, TypeError) as error:
        raise refuse("weights in the safetensors format", f"something else ({type(error).__name__})") from error
    n_numeric = len(preprocessor.numbers) * (2 if settings.missing_flags else 1)
    with torch.device("meta"):
        network = HeartMLP(n_numeric, preprocessor.cardinalities, settings)
    expected = {name: tensor.shape for name, tensor in network.state_dict().items()}
    if {name: tensor.shape for name, tensor in state.items()} != expected:
        raise refuse(f"weights of the shapes { ({name: tuple(s) for name, s in expected.items()}) }", "others")
    if any(tensor.dtype != torch.float32 or not bool(tensor.isfinite().all()) for tensor in state.values()):
        raise refuse("finite float32 weights", "others")
    network.load_state_dict(state, assign=True)
    return network.eval().requires_grad_(requires_grad=False).to(_pick_device(device))


def _pick_device(device: str) -> torch.device:
    try:
        return pick_device(device)
    except SettingsError as error:
        raise BundleError(error.expected, error.found, error.action) from error


def _check_golden(bundle: Bundle, golden: list[dict[str, Any]]) -> None:
    """The golden patients get the probabilities they got when the bundle was written."""
    try:
        patients = frame_of_patients([entry["patient"] for entry in golden])
    except PatientError as error:
        raise refuse("possible values in the golden patients", error.found) from error
    found = bundle.predict_proba(patients)
    largest = float(np.abs(found - [entry["probability"] for entry in golden]).max())
    if not largest <= GOLDEN_TOLERANCE:
        raise refuse(f"the golden patients' probabilities within {GOLDEN_TOLERANCE:g}", f"a difference of {largest:.2g}")
