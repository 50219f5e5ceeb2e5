"""What the tests of several modules of the bundle share."""

import pytest

from heart.bundle import load_bundle


@pytest.fixture(scope="module")
def loaded(bundle_bytes):
    return load_bundle(bundle_bytes)
