"""What all visitors share of a page (heart/ui/for_all.py), made once a server has warmed up, so
that not even the first one waits for it.
"""

from __future__ import annotations

from contextlib import suppress

from heart.data import Cohort
from heart.errors import HeartError
from heart.evaluation.fees import STEPS
from heart.experiments.contenders import contender_of
from heart.experiments.results import RECIPE, find_results
from heart.ui.bundle import find_card
from heart.ui.cohort import cohort_of
from heart.ui.cohort_profile import find_glance
from heart.ui.evaluate import (
    find_bands,
    find_calibration,
    find_judged,
    find_recalibrations,
    find_subgroups,
)
from heart.ui.evaluate_leaderboard import find_board, find_entries, judged_rows, rows_of
from heart.ui.evaluate_learning import find_itself
from heart.ui.evaluate_nested import find_compared
from heart.ui.evaluate_uses import find_uses_stored
from heart.ui.evaluate_work_up import find_table
from heart.ui.out_of_fold import find_out_of_fold
from heart.ui.session import Session


def make_results() -> None:
    """What a visitor finds who has changed nothing yet; nothing is trained for it."""
    session = Session()
    with suppress(HeartError):  # the pages tell of it
        cohort = cohort_of(session)
        find_glance(session, cohort)
        _judge(session, cohort)
        find_card(session)


def _judge(session: Session, cohort: Cohort) -> None:
    """What the Evaluate page shows."""
    board = find_board(session, cohort)
    if board is not None:
        rows = rows_of(session, cohort, board.folds, ())
        find_entries(session, board, rows, judged_rows(board, rows))
        mine = board.results.get(contender_of(session.bundle).key)
        if mine is not None:
            find_bands(session, mine)
            find_calibration(session, mine)
            find_subgroups(session, cohort, mine)
    find_judged(session, cohort)
    find_uses_stored(session)
    stored = find_results(cohort)
    if stored is not None:
        find_table(session, stored.work_up, list(STEPS))
        if stored.nested is not None:
            find_compared(session, stored.nested, stored.leaderboard[RECIPE])
    find_itself(session, cohort)
    predictions = find_out_of_fold(session)
    if predictions is not None:
        find_recalibrations(session, predictions)
