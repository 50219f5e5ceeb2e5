"""What the tests of figures and thresholds share."""

import numpy as np
import pytest


@pytest.fixture(scope="module")
def parts(experiment):
    """Outcomes and scores of each part; the parts have different sizes."""
    return {
        name: (part.y_true, experiment.bundle.predict_proba(part.features))
        for name, part in experiment.split._asdict().items()
    }


@pytest.fixture(scope="module")
def scored():
    """150 outcomes with scores that know something and have ties."""
    rng = np.random.default_rng(0)
    y_true = (rng.random(150) < 0.4).astype(np.int64)
    return y_true, np.round(np.clip(0.3 * y_true + rng.random(150) * 0.7, 0.01, 0.99), 2)
