"""What a reload would lose: what was made in the session and is nowhere else."""

from types import SimpleNamespace

import pytest

from heart.bundle import load_bundle
from heart.experiments.runs import Run
from heart.paths import SHIPPED_BUNDLE
from heart.ui import unsaved
from heart.ui.session import Change, Origin, Session
from heart.ui.session_runs import SessionRun
from heart.ui.unsaved import describe_unsaved, find_unsaved, note_saved

IN_USE = "the model in use, which was neither kept on the Models page nor downloaded"
RUN = Run(**dict.fromkeys(Run._fields[:15], 0))


@pytest.fixture
def session():
    return Session()


@pytest.fixture(scope="module")
def bundle():
    return load_bundle(SHIPPED_BUNDLE)


def test_new_session_loses_nothing_and_asks_for_no_model(session):
    assert find_unsaved(session) == ()
    assert describe_unsaved(session) == ""
    assert session._model is None


@pytest.mark.parametrize("origin", [Origin.SHIPPED, Origin.ACTIVE, Origin.KEPT, Origin.LOADED])
def test_model_that_is_in_a_file_is_lost_only_once_it_was_changed(session, bundle, origin):
    session.use(bundle, origin)
    assert find_unsaved(session) == ()
    session.use_changed(bundle, Change.THRESHOLD)
    assert find_unsaved(session) == (IN_USE,)
    note_saved(session, bundle)
    assert find_unsaved(session) == ()


@pytest.mark.parametrize(
    ("told", "words", "work"),
    [
        ([1, 1, 0, ""], ("a run that is not kept", "your own file of patients"), ""),
        ([2, 0, 1, "Training"], ("2 runs that are not kept", IN_USE), "Training"),
        ([10**30, 0, 0, ""], ("30 runs that are not kept",), ""),
        ([-1, 0, 0, "Training"], (), "Training"),
        ([0, 0, 0, ""], (), ""),
        ([0, 0, 0, "a" * 80], (), "a" * 80),
        ([1, 0, 0, "a" * 81], (), ""),
        ([1, 0, 0, "two\nlines"], (), ""),
        ([1, 0, 0, 7], (), ""),
        ([1, 0, 0], (), ""),
        ([1, 0, 0, "", ""], (), ""),
        ([True, 0, 0, ""], (), ""),
        (["<b>", 0, 0, ""], (), ""),
        ([float("nan"), 0, 0, ""], (), ""),
        ("1234", (), ""),
        (7, (), ""),
        (None, (), ""),
    ],
)
def test_what_a_browser_says_was_lost_is_three_numbers_and_a_name_or_nothing(
    monkeypatch, session, told, words, work
):
    monkeypatch.setattr(unsaved, "get_session", lambda: session)
    monkeypatch.setattr(unsaved.st, "session_state", {"unsaved": {"lost": told}})
    unsaved._note_lost()
    assert (session.lost, session.interrupted) == (words, work)


@pytest.mark.parametrize(
    ("lost", "work", "said"),
    [
        (("a run",), "", "What only the earlier one held is lost: a run."),
        ((), "Training", "`Training` was under way then; nothing of it was kept. Start it again."),
        (
            ("a run",),
            "# [a](b)",
            (
                "What only the earlier one held is lost: a run. `# [a](b)` was under way then;"
                " nothing of it was kept. Start it again."
            ),
        ),
    ],
)
def test_what_a_page_says_of_the_earlier_session(session, lost, work, said):
    session.lost, session.interrupted = lost, work
    start = "The connection to this server had ended, and this is a new session. "
    assert unsaved.describe_lost(session) == start + said


def test_everything_that_would_be_lost_is_named(session, bundle):
    session.use(bundle, Origin.TRAINED)
    session.upload = object()
    for made in (bundle, SimpleNamespace(network=bundle.network)):  # the first is in use
        session.runs.add(SessionRun(RUN, made))
    assert describe_unsaved(session) == (
        "A reload of this tab, or closing it, loses a run that is not kept, your own file of"
        f" patients and {IN_USE}."
    )
