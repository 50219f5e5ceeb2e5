"""Bundles as files: written whole or not at all, read without running anything, then checked."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import joblib
import numpy as np

from heart.atomic import write_atomically
from heart.bundle.bundle import About, Bundle, Provenance
from heart.bundle.checks import refuse
from heart.bundle.layout import check_content, check_layout, digest
from heart.bundle.plain import from_content, to_content
from heart.bundle.reader import MAX_BYTES, read_plain
from heart.data.patients import frame_of_patients
from heart.errors import BundleError, PatientError
from heart.evaluation.thresholds import ThresholdChoice

GOLDEN_TOLERANCE = 1e-5


def serialise_bundle(bundle: Bundle) -> bytes:
    """The bundle as a joblib file, checked by loading it back.

    Raises:
        BundleError: if what would be written is not a valid bundle, for instance because of its
            name.
    """
    content = to_content(bundle)
    buffer = io.BytesIO()
    joblib.dump(check_content({**content, "sha256": digest(content)}), buffer)
    written = buffer.getvalue()
    load_bundle(written)
    return written


def fingerprint_of(bundle: Bundle) -> str:
    """SHA-256, hexadecimal, by which a model is told from every other one: of everything in its
    file but the golden patients' answers, whose last digits are the machine's that wrote them, and
    what depends on the format's version alone.
    """
    content = to_content(bundle)
    apart = {"golden", "format_version", *(key for key, value in content.items() if value is None)}
    return digest({key: value for key, value in content.items() if key not in apart})


def fingerprint_of_answers(bundle: Bundle) -> str:
    """SHA-256, hexadecimal, of what a model answers by and of whom it has learnt: its name, its
    threshold and the figures in it are not part of it.
    """
    content = to_content(bundle)
    parts = ("features", "scaler", "encoders", "model", "settings", "recalibration", "data")
    return digest({name: content[name] for name in parts})


def save_bundle(bundle: Bundle, path: str | Path) -> Path:
    """Write the bundle and return the path: the whole new file appears at once, or the old one
    stays.

    Raises:
        BundleError: if the bundle is not valid or the file cannot be written.
    """
    target = Path(path)
    if target.suffix != ".joblib":
        raise BundleError("a file name that ends in .joblib", target.name, "Rename the file.")
    content = serialise_bundle(bundle)
    try:
        write_atomically(content, target)
    except OSError as error:
        raise BundleError.unwritable(target, error) from error
    return target


def load_bundle(source: str | Path | bytes, *, device: str = "cpu") -> Bundle:
    """The bundle in a file or its bytes, on the wanted device. Nothing in the file is run.

    Raises:
        BundleError: for anything but a valid bundle; it says what was expected and what was found.
    """
    content = check_content(
        read_plain(source if isinstance(source, bytes) else _read_file(Path(source)))
    )
    bundle = from_content(content, device)
    _check_extremes(bundle)
    _check_golden(bundle, content["golden"])
    return bundle


def read_about(path: Path) -> About:
    """What the bundle in a file says of itself. Its digest and its answers are not checked, which
    takes five times as long: that is for whoever loads it.

    Raises:
        BundleError: for a file whose layout is not that of a bundle.
    """
    content = check_layout(read_plain(_read_file(path)))
    return About(
        content["name"],
        content["created_at"],
        ThresholdChoice(**content["threshold"]),
        content["metrics"],
        Provenance(**content["data"]),
    )


def _read_file(path: Path) -> bytes:
    try:
        size = path.stat().st_size
        content = path.read_bytes() if size <= MAX_BYTES else b""
    except OSError as error:
        raise BundleError(
            "a bundle that can be read", f"{path}: {error.strerror}", "Check the path."
        ) from error
    except ValueError as error:  # a NUL in the path
        raise BundleError(
            "a bundle that can be read", f"the path {str(path)[:80]!a}", "Check the path."
        ) from error
    if size > MAX_BYTES:
        raise refuse(f"a bundle of at most {MAX_BYTES // 2**20} MiB", f"{size / 2**20:.1f} MiB")
    return content


def _check_extremes(bundle: Bundle) -> None:
    """Every answer is a probability, also at the ends of what is possible.

    `rules` and `weights` bound each part so that it must be; this looks once whether it is.
    """
    members, mean = bundle.predict_encoded(bundle.preprocessor.extremes())
    steps = np.array([before for before, _ in bundle.recalibration.knots])
    middles = (steps[1:] + steps[:-1]) / 2
    beside = [np.nextafter(steps, end) for end in (0.0, 1.0)]
    scores = np.concatenate([[0.0, 0.5, 1.0], steps, middles, *beside])
    for y_score in (members, mean, bundle.recalibration.apply(scores)):
        if not ((y_score >= 0) & (y_score <= 1)).all():  # NaN is neither
            raise refuse("a probability for every possible patient", "an answer that is none")


def _check_golden(bundle: Bundle, golden: list[dict[str, Any]]) -> None:
    """The golden patients get the probabilities they got when the bundle was written."""
    try:
        patients = frame_of_patients([entry["patient"] for entry in golden])
    except PatientError as error:
        raise refuse("possible values in the golden patients", error.found) from error
    expected = [entry["probability"] for entry in golden]
    largest = float(np.abs(bundle.predict_proba(patients) - expected).max())
    if not largest <= GOLDEN_TOLERANCE:
        raise refuse(
            f"the golden patients' probabilities within {GOLDEN_TOLERANCE:g}",
            f"a difference of {largest:.2g}",
        )
