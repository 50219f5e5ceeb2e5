"""The line at the top of the pages says which model is in use, from what its bundle says."""

from dataclasses import replace

import pytest

from heart.bundle import load_bundle
from heart.evaluation.recalibration import Recalibration
from heart.paths import SHIPPED_BUNDLE
from heart.ui.model_line import describe_model
from heart.ui.navigation import PAGES, START, USE_NO_MODEL
from heart.ui.session import Change, Origin, Session
from heart.ui.unsaved import note_saved


@pytest.fixture(scope="module")
def bundle():
    return load_bundle(SHIPPED_BUNDLE)


def line_of(bundle, origin, *changes):
    session = Session()
    session.use(bundle, origin)
    for change in changes:
        session.use_changed(bundle, change)
    return describe_model(session)


def test_line_says_name_state_cohort_and_threshold(bundle):
    assert line_of(bundle, Origin.SHIPPED) == (
        f"Model in use: {bundle.name}, shipped with the app; trained on 193 of 303 patients"
        " (cleveland); decides “disease” at 33\u00a0% and above."
    )


@pytest.mark.parametrize(
    ("origin", "changes", "words"),
    [
        (Origin.ACTIVE, (), "the active model of this server;"),
        (Origin.KEPT, (), "from the models of this server;"),
        (Origin.LOADED, (), "loaded from a file;"),
        (Origin.TRAINED, (), "trained in this session, not kept yet;"),
        (
            Origin.SHIPPED,
            (Change.THRESHOLD,),
            "shipped with the app, with a new threshold, not kept yet;",
        ),
    ],
)
def test_line_says_where_the_model_came_from_and_what_was_changed(bundle, origin, changes, words):
    assert f", {words} trained" in line_of(bundle, origin, *changes)


def test_model_that_came_recalibrated_is_called_so_once(bundle):
    platt = Recalibration("platt", slope=0.9, intercept=0.1, patients=242)
    other = replace(bundle, recalibration=platt)
    assert "loaded from a file, recalibrated;" in line_of(other, Origin.LOADED)
    assert line_of(other, Origin.LOADED, Change.RECALIBRATION).count("recalibrated") == 1


def test_model_that_was_saved_is_no_longer_called_unkept(bundle):
    session = Session()
    session.use(bundle, Origin.TRAINED)
    note_saved(session, bundle)
    assert "not kept" not in describe_model(session)


def test_pages_that_use_no_model_are_pages():
    assert PAGES.keys() > USE_NO_MODEL
    assert START not in USE_NO_MODEL
