"""A real scheduler with two worker processes, once for all tests of this folder."""

import pytest

from tests.support.cluster import open_clusters


@pytest.fixture(scope="session")
def _dask():
    pytest.importorskip("distributed", reason="Dask is not installed: requirements-cluster.txt")


@pytest.fixture(scope="session")
def clusters(_dask):
    with open_clusters() as started:
        yield started


@pytest.fixture(scope="session")
def two_workers(clusters):
    """The scheduler's address."""
    scheduler = clusters.start_scheduler()
    for _ in range(2):
        clusters.start_worker(scheduler)
    return scheduler.address
