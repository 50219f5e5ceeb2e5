"""Real cohorts, one small training run and its bundle, shared by the unit tests.

What a fixture needs is imported when a test asks for it: a file that needs no torch does not wait
for it.
"""

import pytest

from heart.config import Settings


@pytest.fixture(scope="session")
def cleveland():
    from heart.data import load_shipped  # noqa: PLC0415

    return load_shipped("cleveland")


@pytest.fixture(scope="session")
def hungary():
    from heart.data import load_shipped  # noqa: PLC0415

    return load_shipped("hungary")


@pytest.fixture(scope="session")
def small():
    """Settings of a run that takes a tenth of a second."""
    return Settings(members=2, hidden=(8,), max_epochs=8, patience=3, device="cpu")


@pytest.fixture(scope="session")
def experiment(cleveland, small):
    from heart.experiments.run import run_experiment  # noqa: PLC0415
    from tests.support.bundles import NOON  # noqa: PLC0415

    return run_experiment(cleveland, small, name="small", created_at=NOON)


@pytest.fixture(scope="session")
def bundle(experiment):
    return experiment.bundle


@pytest.fixture(scope="session")
def bundle_bytes(bundle):
    from heart.bundle import serialise_bundle  # noqa: PLC0415

    return serialise_bundle(bundle)


@pytest.fixture
def content(bundle_bytes):
    """The bundle as plain values, fresh for each test."""
    from heart.bundle.reader import read_plain  # noqa: PLC0415

    return read_plain(bundle_bytes)
