"""The frames of the threshold charts."""

import numpy as np
import pytest

from heart.charts.threshold import tuned_frame


def test_tuned_frame_counts_every_resample_once():
    frame = tuned_frame(np.array([0.0, 0.02, 0.019, 0.5, 1.0, 0.98]), 0.3)
    assert frame["share"].sum() == pytest.approx(1)
    assert frame.loc[frame["share"] > 0, "start"].tolist() == [0.0, 0.02, 0.5, 0.98]
