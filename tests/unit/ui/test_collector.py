"""When the server looks for garbage."""

import gc
import threading
import tomllib
import weakref

import pytest
from streamlit import config

from heart.paths import APP
from heart.ui import collector


class Circle:
    def __init__(self):
        self.itself = self


@pytest.fixture
def own_threshold():
    before = gc.get_threshold()
    yield
    gc.set_threshold(*before)


@pytest.mark.usefixtures("own_threshold")
def test_garbage_in_a_circle_goes_within_an_interval(monkeypatch):
    monkeypatch.setattr(collector, "INTERVAL_S", 0.01)
    monkeypatch.setattr(collector, "is_due", lambda: True)
    monkeypatch.setattr(collector, "_stopped", stopped := threading.Event())
    circle, gone = Circle(), threading.Event()
    weakref.finalize(circle, gone.set)
    del circle
    collector.collect_now_and_then()
    try:
        assert gone.wait(20)
        assert gc.get_threshold()[0] == collector.YOUNG
    finally:
        stopped.set()


@pytest.mark.parametrize(
    ("counts", "due"),
    [
        ((collector.YOUNG // 2, 0, 0), False),
        ((collector.YOUNG // 2 + 1, 0, 0), True),
        ((0, 1, 0), True),
        ((0, 0, 1), True),
    ],
)
def test_a_server_that_nobody_uses_does_not_collect(monkeypatch, counts, due):
    monkeypatch.setattr(gc, "get_count", lambda: counts)
    assert collector.is_due() is due


def test_what_is_frozen_is_out_of_sight_and_garbage_is_not_kept_with_it():
    circle, gone = Circle(), threading.Event()
    weakref.finalize(circle, gone.set)
    del circle
    before = gc.get_freeze_count()
    collector.freeze()
    try:
        assert gone.is_set()
        assert gc.get_freeze_count() > before
    finally:
        gc.unfreeze()


def test_streamlit_is_told_not_to_collect_after_each_run():
    settings = tomllib.loads((APP.parent / ".streamlit" / "config.toml").read_text())
    assert settings["runner"]["postScriptGC"] is False
    assert config.get_config_options()["runner.postScriptGC"].default_val is True  # still its name
