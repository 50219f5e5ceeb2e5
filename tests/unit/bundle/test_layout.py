"""What a bundle holds, checked value by value."""

import pytest

from heart.bundle.layout import check_content
from heart.errors import BundleError


def test_deeply_nested_version_is_refused_by_its_type():
    nested: list[object] = []
    for _ in range(20_000):
        nested = [nested]
    with pytest.raises(BundleError, match="a list"):
        check_content({"format": "heart-bundle", "format_version": nested})
