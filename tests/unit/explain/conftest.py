"""The shipped model with its cohort's patients, and models that can tell less."""

from dataclasses import replace

import pytest

from heart.bundle import load_bundle
from heart.experiments.run import split_of
from heart.experiments.stored import find_stored
from heart.explain.cases import gather_cases
from heart.paths import SHIPPED_BUNDLE


@pytest.fixture(scope="session")
def shipped():
    return load_bundle(SHIPPED_BUNDLE)


@pytest.fixture(scope="session")
def predictions(shipped):
    return find_stored(shipped)


@pytest.fixture(scope="session")
def cases(shipped, predictions):
    return gather_cases(shipped, split_of(shipped), predictions)


@pytest.fixture
def patient_of(cases):
    """The canonical values of a row of the cohort."""
    from heart.data.patients import canonical_patient  # noqa: PLC0415

    return lambda position: canonical_patient(cases.features.iloc[position].to_dict())


@pytest.fixture(scope="session")
def single(bundle):
    """The first member of the small model, alone."""
    from heart.model.network import HeartMLP  # noqa: PLC0415

    settings = replace(bundle.settings, members=1)
    preprocessor = bundle.preprocessor
    network = HeartMLP(preprocessor.n_numeric, preprocessor.cardinalities, settings)
    weights = {
        name: value if name == "embedding.offsets" else value[:1]
        for name, value in bundle.network.state_dict().items()
    }
    network.load_state_dict(weights)
    return replace(bundle, settings=settings, network=network.eval())
