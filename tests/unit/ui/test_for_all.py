"""What the shipped model gives is made once for all visitors; nothing of a visitor's own is."""

import pytest

from heart.bundle import load_bundle
from heart.paths import SHIPPED_BUNDLE
from heart.ui import for_all
from heart.ui.for_all import once_for_all
from heart.ui.session import Change, Origin, Session


@pytest.fixture(scope="module")
def shipped():
    return load_bundle(SHIPPED_BUNDLE)


@pytest.fixture(autouse=True)
def _nothing_made(monkeypatch):
    monkeypatch.setattr(for_all, "_made", {})


def visitor(bundle, origin=Origin.SHIPPED, **state):
    session = Session(**state)
    session.use(bundle, origin)
    return session


def test_second_visitor_gets_what_the_first_made(shipped):
    made = once_for_all(visitor(shipped), "card", shipped, object)
    assert once_for_all(visitor(shipped), "card", shipped, object) is made


def test_what_depends_on_something_else_is_made_for_the_session_alone(shipped):
    once_for_all(visitor(shipped), "card", (shipped, 1), object)
    other = once_for_all(visitor(shipped), "card", (shipped, 2), object)
    assert once_for_all(visitor(shipped), "card", (shipped, 2), object) is not other


@pytest.mark.parametrize("own", ["upload", "origin", "change", "trained on"])
def test_nothing_of_a_visitors_own_reaches_another(shipped, own):
    origin = Origin.LOADED if own == "origin" else Origin.SHIPPED
    session = visitor(shipped, origin)
    if own == "upload":
        session.upload = object()
    if own == "change":
        session.use_changed(shipped, Change.THRESHOLD)
    if own == "trained on":
        session.trained_on["0af3"] = object()
    made = once_for_all(session, "card", shipped, object)
    assert once_for_all(visitor(shipped), "card", shipped, object) is not made
