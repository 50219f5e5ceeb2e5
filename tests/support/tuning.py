"""The leaderboard's models tuned over two settings in two folds, with few trees: what is tested of
them does not depend on how wide they are tuned.
"""

from contextlib import contextmanager

import pytest

from heart.experiments import baselines

GRIDS = {
    name: {
        parameter: values[1:3] if place == 0 else values[1:2]
        for place, (parameter, values) in enumerate(grid.items())
    }
    for name, grid in baselines.GRIDS.items()
}


@contextmanager
def tuned_quickly():
    """Within it all are tuned so."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(baselines, "GRIDS", GRIDS)
        patch.setattr(baselines, "INNER_FOLDS", 2)
        patch.setattr(baselines, "TREES", 30)
        patch.setattr(baselines, "SEARCHED_TREES", 5)
        yield
