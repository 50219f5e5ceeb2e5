"""Bundles for the tests: their bytes, changed contents, and the weights inside."""

import io
from dataclasses import replace
from datetime import UTC, datetime

import joblib
import numpy as np

from heart.bundle.layout import digest
from heart.model.network import HeartMLP
from heart.model.preprocessing import HeartPreprocessor
from heart.schema import FEATURES

KEYS = [
    "format",
    "format_version",
    "name",
    "created_at",
    "features",
    "scaler",
    "encoders",
    "model",
    "settings",
    "threshold",
    "recalibration",
    "metrics",
    "data",
    "learnt",
    "golden",
    "versions",
    "sha256",
]
"""Of a bundle of the newest format version, in order."""

NOON = datetime(2024, 5, 1, 12, 0, tzinfo=UTC)


def dump(value):
    """The bytes of a joblib file."""
    buffer = io.BytesIO()
    joblib.dump(value, buffer)
    return buffer.getvalue()


def sign(content):
    """A joblib file of the content with a digest that fits, so that the checks behind the digest
    are reached.
    """
    return dump({**content, "sha256": digest(content)})


def put(content, path, value):
    """The content with the value at a path such as "scaler.scale.0"; changed in place and
    returned.
    """
    *outer, last = [int(step) if step.isdigit() else step for step in path.split(".")]
    inner = content
    for step in outer:
        inner = inner[step]
    inner[last] = value
    return content


def weights_of(network):
    """All weights of a network in one array."""
    return np.concatenate([p.detach().numpy().ravel() for p in network.parameters()])


def untrained(bundle, frame, settings, features=FEATURES, **changes):
    """The bundle with a network of these settings and features, its first weights twice as
    large so that answers differ, and other changes.
    """
    preprocessor = HeartPreprocessor.from_settings(settings, features).fit(frame)
    network = HeartMLP(preprocessor.n_numeric, preprocessor.cardinalities, settings)
    for parameter in network.parameters():
        parameter.data *= 2
    parts = {"preprocessor": preprocessor, "network": network, "settings": settings}
    return replace(bundle, **parts, **changes)
