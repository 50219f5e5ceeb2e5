"""What one visitor has made, in that visitor's session and nowhere else."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Any, TypeVar

import streamlit as st

from heart.errors import HeartError
from heart.paths import SHIPPED_BUNDLE
from heart.ui.session_runs import SessionRuns
from heart.units import MG_DL

if TYPE_CHECKING:  # the Patient page's first paint does not wait for what these need
    from heart.bundle import Bundle
    from heart.data import Cohort
    from heart.evaluation.fees import Fees

_KEY = "heart"
T = TypeVar("T")


class Origin(Enum):
    """Where a model came from; the value says it in words."""

    SHIPPED = "shipped with the app"
    ACTIVE = "the active model of this server"
    KEPT = "from the models of this server"
    LOADED = "loaded from a file"
    TRAINED = "trained in this session"


class Change(Enum):
    """What a visitor can change in a model; the value says it in words."""

    THRESHOLD = "with a new threshold"
    RECALIBRATION = "recalibrated"


@dataclass(frozen=True)
class ModelInUse:
    """A model, where it came from, and what was changed since, each once, the latest last."""

    bundle: Bundle
    origin: Origin
    changes: tuple[Change, ...] = ()

    @property
    def history(self) -> str:
        """Origin and changes in words."""
        return ", ".join(entry.value for entry in (self.origin, *self.changes))

    def changed(self, bundle: Bundle, change: Change) -> ModelInUse:
        """The same model after a change, as this bundle."""
        earlier = tuple(entry for entry in self.changes if entry is not change)
        return ModelInUse(bundle, self.origin, (*earlier, change))


@dataclass
class Session:
    """One visitor's state.

    Attributes:
        hospitals: names of the shipped cohorts that are looked at and trained on.
        upload: the visitor's own cohort, if one was read.
        use_upload: whether that is what is looked at and trained on.
        trained_on: cohorts that are not shipped and that a model in this session learnt from, by
            fingerprint.
        runs: the trainings of this session and their models.
        stopped: whether the last training run was stopped by the visitor.
        patient: what was last calculated, feature to value.
        units: in which cholesterol is shown and typed, of `heart.units.UNITS`.
        form: what the fields of the patient form showed when it was last read, by feature.
        precise: canonical values that the patient form shows rounded, by feature.
        asked: whether the form's answer is wanted: from the first Calculate until the form is
            filled anew or cleared. Meanwhile what is changed is answered at once.
        compared: patients that were added to the comparison, canonical values by name.
        used: whether the form was ever filled, so that the browser's copy of it is an old one.
        taken_upload: SHA-256 of the bundle file that was last taken.
        fees: what measurements cost, where the visitor has changed it.
        solved: lessons whose exercise was answered right.
        told: what has happened and is still to be said.
        saved: fingerprints of models that were kept on the server or downloaded.
        token: what the browser knows this session by; it opens nothing.
        lost: what an earlier session of this page held and this one does not, in words.
        interrupted: the long work that was under way in that session; empty if none was.
        works: how often this session has told the browser that such work begins or ends.
        problem: why the active model is not the one in use; None where it is, or once the visitor
            has chosen another.
    """

    hospitals: tuple[str, ...] = ("cleveland",)
    upload: Cohort | None = None
    use_upload: bool = False
    trained_on: dict[str, Cohort] = field(default_factory=dict)
    runs: SessionRuns = field(default_factory=SessionRuns)
    stopped: bool = False
    patient: dict[str, Any] | None = None
    units: str = MG_DL
    form: dict[str, Any] = field(default_factory=dict)
    precise: dict[str, float] = field(default_factory=dict)
    asked: bool = False
    used: bool = False
    compared: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    taken_upload: str | None = None
    fees: Fees | None = None
    solved: set[str] = field(default_factory=set)
    told: list[str] = field(default_factory=list)
    saved: set[str] = field(default_factory=set)
    token: str = field(default_factory=lambda: secrets.token_hex(8))
    lost: tuple[str, ...] = ()
    interrupted: str = ""
    works: int = 0
    problem: HeartError | None = None
    _model: ModelInUse | None = None
    _made: dict[str, tuple[object, Any]] = field(default_factory=dict)

    @property
    def model(self) -> ModelInUse:
        """The model that the pages use: the registry's active one at this session's first look, or
        the shipped one if that is not valid, until the visitor chooses another.

        Raises:
            BundleError: if the file of the shipped one is not valid either.
        """
        if self._model is None:
            # a first paint does not wait for torch; whoever asks has waited for `load_heavy`
            from heart.ui.shared import load_shared, load_start  # noqa: PLC0415

            bundle, self.problem = load_start()
            shipped = bundle is load_shared(SHIPPED_BUNDLE)
            self._model = ModelInUse(bundle, Origin.SHIPPED if shipped else Origin.ACTIVE)
        return self._model

    @property
    def bundle(self) -> Bundle:
        """The bundle of the model in use."""
        return self.model.bundle

    def use(self, bundle: Bundle, origin: Origin) -> None:
        """Make this the model that the pages use, and say so."""
        self.problem = None
        self._model = ModelInUse(bundle, origin)
        self.told.append(f"The model {origin.value} is now in use on every page.")

    def use_changed(self, bundle: Bundle, change: Change) -> None:
        """Make this, the model in use after a change, the model that the pages use, and say so."""
        self._model = self.model.changed(bundle, change)
        self.told.append(f"The model is now in use on every page, {change.value}.")

    @property
    def own_model(self) -> Bundle | None:
        """The model in use where it was trained or changed in this session, and so is nowhere else
        unless it was saved; None for others, and before anything has asked for a model.
        """
        model = self._model
        is_own = model is not None and (model.origin is Origin.TRAINED or model.changes)
        return model.bundle if model is not None and is_own else None

    def is_in_use(self, bundle: Bundle) -> bool:
        """Whether this very model is the one that the pages use."""
        return self._model is not None and self._model.bundle is bundle

    def note_cohort(self, cohort: Cohort) -> None:
        """Hold a cohort that is not shipped for the models that learnt from it, and no longer those
        from which neither a run of this session nor the model in use learnt.
        """
        wanted = {*self.runs.tables, self.bundle.data.fingerprint, cohort.fingerprint}
        held = {**self.trained_on, cohort.fingerprint: cohort}
        self.trained_on = {table: held[table] for table in held if table in wanted}

    def note_stop(self) -> None:
        """Remember that the visitor stopped the training."""
        self.stopped = True

    def once(self, key: str, depends_on: object, make: Callable[[], T]) -> T:
        """What `make` gives, kept under the key until it is asked for with another `depends_on`.

        An exception in `make`, a visitor's stop among them, keeps nothing. One value is kept a
        key: what it replaces is dropped before it is made.

        Args:
            key: what is made.
            depends_on: what it is made from, as `is_same` compares it.
            make: computes it.
        """
        made = self._made.get(key)
        if made is None or not is_same(made[0], depends_on):
            self._made.pop(key, None)
            made = self._made[key] = (depends_on, make())
        value: T = made[1]
        return value

    def keep(self, key: str, depends_on: object, value: T) -> T:
        """Keep a value that was made elsewhere, in place of what is kept under the key."""
        self._made[key] = (depends_on, value)
        return value

    def kept(self, key: str, depends_on: object) -> Any:
        """What `once` keeps under the key for what it depends on; None where it keeps nothing."""
        made = self._made.get(key)
        return made[1] if made is not None and is_same(made[0], depends_on) else None


def is_same(one: object, other: object) -> bool:
    """Whether what is made from one is also what is made from the other.

    Plain values (numbers, texts, None) are the same where they are equal, tuples where all their
    parts are, and everything else (models, cohorts, predictions) only where it is the same object:
    those are never changed, only replaced, and comparing frames and tensors would be slow.
    """
    if isinstance(one, tuple) and isinstance(other, tuple):
        return len(one) == len(other) and all(map(is_same, one, other))
    is_plain = isinstance(one, str | int | float) and type(one) is type(other)
    return one is other or (is_plain and one == other)


def get_session() -> Session:
    """This visitor's state; made at the first call."""
    if _KEY not in st.session_state:
        st.session_state[_KEY] = Session()
    session: Session = st.session_state[_KEY]
    return session


def show_told() -> None:
    """Say what has happened, and no more of it."""
    session = get_session()
    while session.told:
        st.toast(session.told.pop(0), icon=":material/check_circle:", duration="long")
