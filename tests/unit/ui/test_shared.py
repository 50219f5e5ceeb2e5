"""The models that all sessions share."""

import time
from concurrent.futures import ThreadPoolExecutor

from heart.paths import SHIPPED_BUNDLE
from heart.ui import shared


def test_visitors_who_ask_at_once_get_the_same_model(monkeypatch):
    load = shared.load_bundle

    def load_slowly(path):
        time.sleep(0.1)
        return load(path)

    monkeypatch.setattr(shared, "load_bundle", load_slowly)
    shared._load_bundle.cache_clear()
    with ThreadPoolExecutor(4) as visitors:
        first, *others = visitors.map(shared.load_shared, [SHIPPED_BUNDLE] * 4)
    assert all(other is first for other in others)
