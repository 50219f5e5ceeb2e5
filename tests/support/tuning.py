"""The leaderboard's models tuned over two settings in two folds, with few trees: what is tested of
them does not depend on how wide they are tuned.
"""

from contextlib import contextmanager

import pytest

from heart.experiments import baselines, tuning

GRIDS = {
    name: {
        parameter: values[1:3] if place == 0 else values[1:2]
        for place, (parameter, values) in enumerate(grid.items())
    }
    # by way of what describes the grids, which binds them when it is first imported: had that been
    # inside `tuned_quickly`, it would describe these for as long as the process lasts
    for name, grid in tuning.GRIDS.items()
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
