"""Real cohorts, one small training run and its bundle, shared by the unit tests."""

import io
from datetime import UTC, datetime

import joblib
import numpy as np
import pytest
import torch

from heart.bundle import serialise_bundle
from heart.bundle.layout import digest
from heart.bundle.reader import read_plain
from heart.config import Settings
from heart.data import load_shipped
from heart.experiments.run import run_experiment

torch.set_num_threads(
    1
)  # the matrices are tiny: on a busy machine threads only wait for each other

NOON = datetime(2024, 5, 1, 12, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def cleveland():
    return load_shipped("cleveland")


@pytest.fixture(scope="session")
def hungary():
    return load_shipped("hungary")


@pytest.fixture(scope="session")
def small():
    """Settings of a run that takes a tenth of a second."""
    return Settings(members=2, hidden=(8,), max_epochs=8, patience=3, device="cpu")


@pytest.fixture(scope="session")
def experiment(cleveland, small):
    return run_experiment(cleveland, small, name="small", created_at=NOON)


@pytest.fixture(scope="session")
def bundle(experiment):
    return experiment.bundle


@pytest.fixture(scope="session")
def bundle_bytes(bundle):
    return serialise_bundle(bundle)


@pytest.fixture
def content(bundle_bytes):
    """The bundle as plain values, fresh for each test."""
    return read_plain(bundle_bytes)


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


def put(content, place, value):
    """The content with the value at a place such as "scaler.scale.0"; changed in place and
    returned.
    """
    *path, last = [int(step) if step.isdigit() else step for step in place.split(".")]
    inner = content
    for step in path:
        inner = inner[step]
    inner[last] = value
    return content


def weights_of(network):
    """All weights of a network in one array."""
    return np.concatenate([p.detach().numpy().ravel() for p in network.parameters()])
