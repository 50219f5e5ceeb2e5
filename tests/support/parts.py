"""Patients that nobody knows, for the tests of thresholds."""

import numpy as np


def random_part(seed, n=80):
    """Outcomes, and scores that tell them apart somewhat and are often tied."""
    rng = np.random.default_rng(seed)
    y_true = (rng.random(n) < 0.45).astype(np.int64)
    return y_true, np.round(np.clip(0.35 * y_true + rng.random(n) * 0.65, 0, 1), 2)
