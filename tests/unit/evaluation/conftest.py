"""What the tests of thresholds share."""

import pytest


@pytest.fixture(scope="module")
def parts(experiment):
    """Outcomes and scores of each part; the parts have different sizes."""
    return {
        name: (part.y_true, experiment.bundle.predict_proba(part.features))
        for name, part in experiment.split._asdict().items()
    }
