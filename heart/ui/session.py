"""What one visitor has made, in that visitor's session and nowhere else."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import streamlit as st

from heart.paths import SHIPPED_BUNDLE
from heart.ui.cache import load_active, load_shared

if TYPE_CHECKING:
    from heart.bundle import Bundle
    from heart.card import Card
    from heart.data import Cohort
    from heart.evaluation import ThresholdChoice
    from heart.evaluation.out_of_fold import OutOfFold
    from heart.experiments.comparison import Comparison
    from heart.experiments.run import Experiment
    from heart.ui.evaluate import Evaluation
    from heart.ui.score import Scores
    from heart.ui.threshold import Judgement
    from heart.ui.upload import FileResult

_KEY = "heart"
SHIPPED_ORIGIN, ACTIVE_ORIGIN = "shipped with the app", "the active model of this server"
NEW_THRESHOLD, RECALIBRATED = ", with a new threshold", ", recalibrated"


@dataclass
class Session:
    """One visitor's state.

    Attributes:
        origin: where the model came from, in words.
        hospitals: names of the shipped cohorts that are looked at and trained on.
        upload: the visitor's own cohort, if one was read.
        use_upload: whether that is what is looked at and trained on.
        trained_on: cohorts that are not shipped and that a model in this session learnt from, by
            fingerprint.
        files: by purpose, the last file that was read and what came of it.
        scores: the last scored file.
        evaluations: what was computed for a cohort, by its fingerprint.
        trial: a training run that was neither kept nor discarded.
        stopped: whether the last training run was stopped by the visitor.
        patient: what was last calculated, feature to value.
        out_of_fold: a network and its recipe's predictions for patients that its folds did not see.
        judgement: a network with its recalibration, and what a threshold is chosen on and reported
            on.
        card: a model, its out-of-fold predictions, and its card.
        comparison: what was compared (two models and a cohort), and how they do.
        taken_upload: SHA-256 of the bundle file that was last taken.
    """

    origin: str = SHIPPED_ORIGIN
    hospitals: tuple[str, ...] = ("cleveland",)
    upload: Cohort | None = None
    use_upload: bool = False
    trained_on: dict[str, Cohort] = field(default_factory=dict)
    files: dict[str, FileResult] = field(default_factory=dict)
    scores: Scores | None = None
    evaluations: dict[str, Evaluation] = field(default_factory=dict)
    trial: Experiment | None = None
    stopped: bool = False
    patient: dict[str, Any] | None = None
    out_of_fold: tuple[object, OutOfFold] | None = None
    judgement: tuple[tuple[object, object], Judgement] | None = None
    card: tuple[object, object, Card] | None = None
    comparison: tuple[object, Comparison] | None = None
    taken_upload: str | None = None
    _bundle: Bundle | None = None

    @property
    def bundle(self) -> Bundle:
        """The model that the pages use: the registry's active one at this session's first look,
        until the visitor chooses another.
        """
        if self._bundle is None:
            self._bundle = load_active()
            self.origin = (
                SHIPPED_ORIGIN if self._bundle is load_shared(SHIPPED_BUNDLE) else ACTIVE_ORIGIN
            )
        return self._bundle

    @property
    def cohort(self) -> Cohort:
        """The patients that are looked at and trained on."""
        from heart.data import load_shipped  # noqa: PLC0415  the patient page does not need it

        return (
            self.upload
            if self.use_upload and self.upload is not None
            else load_shipped("+".join(self.hospitals))
        )

    def use(self, bundle: Bundle, origin: str) -> None:
        """Make this the model that the pages use."""
        self._bundle, self.origin = bundle, origin

    def use_shipped(self) -> None:
        """Go back to the shipped model."""
        self.use(load_shared(SHIPPED_BUNDLE), SHIPPED_ORIGIN)

    def use_threshold(self, choice: ThresholdChoice) -> None:
        """Put a threshold into the model in use, and judge every part at it."""
        from heart.experiments.run import (  # noqa: PLC0415  torch waits until it is needed
            judge,
            split_of,
        )

        self.use(
            judge(self.bundle, split_of(self.bundle, self.trained_on.values()), choice),
            self._changed(NEW_THRESHOLD),
        )

    def use_recalibration(self, predictions: OutOfFold, method: str) -> None:
        """Put a recalibration, fitted on out-of-fold predictions, into the model in use, and judge
        every part again.
        """
        from heart.experiments.run import recalibrate, split_of  # noqa: PLC0415

        split = split_of(self.bundle, self.trained_on.values())
        self.use(recalibrate(self.bundle, split, predictions, method), self._changed(RECALIBRATED))

    def _changed(self, what: str) -> str:
        """Where the model came from, and what was changed since, each once."""
        return self.origin.replace(what, "") + what

    def keep_trial(self) -> None:
        """Make the trial the model in use."""
        if self.trial is not None:
            self.use(self.trial.bundle, "trained in this session")
            self.trial = None

    def note_stop(self) -> None:
        """Remember that the visitor stopped the training."""
        self.stopped = True


def get_session() -> Session:
    """This visitor's state; made at the first call."""
    if _KEY not in st.session_state:
        st.session_state[_KEY] = Session()
    session: Session = st.session_state[_KEY]
    return session
