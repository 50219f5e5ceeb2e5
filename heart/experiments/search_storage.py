"""Where a search keeps what it has tried: in memory, or in an SQLite file that one search at a time
writes to, and that the next one goes on with if it is the same search.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from heart.atomic import take_lock
from heart.errors import SettingsError

if TYPE_CHECKING:  # nothing but a search waits for it
    import optuna

_IDENTITY = "heart"
_SQLITE = b"SQLite format 3\0"


@contextmanager
def open_study(
    storage: Path | None, identity: dict[str, Any], *, seed: int, first: int
) -> Iterator[optuna.Study]:
    """The study, with what was tried before; trials that an ended search left open are tried
    again.

    Args:
        storage: the file; None keeps nothing.
        identity: what has to be the same for a search to go on, in values of JSON.
        seed: of the proposals.
        first: so many settings are judged to the end before any is given up.

    Raises:
        SettingsError: for a file that cannot be written, that another search uses now, or that
            holds anything but this one.
    """
    import optuna  # noqa: PLC0415  an extra; nothing but a search waits for it

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    with _held(storage) as url:
        study = optuna.create_study(
            storage=url,
            study_name=_IDENTITY,
            direction="minimize",
            load_if_exists=True,
            pruner=optuna.pruners.MedianPruner(n_startup_trials=first),
        )
        _go_on(study, identity, storage, seed=seed)
        yield study


def _go_on(
    study: optuna.Study, identity: dict[str, Any], storage: Path | None, *, seed: int
) -> None:
    import optuna  # noqa: PLC0415

    # a search that goes on draws other numbers than the one before
    study.sampler = optuna.samplers.TPESampler(seed=seed + len(study.trials))
    _check_identity(study, identity, storage)
    for trial in study.get_trials(states=[optuna.trial.TrialState.RUNNING]):
        study.tell(trial.number, state=optuna.trial.TrialState.FAIL)
        study.enqueue_trial(trial.params)


@contextmanager
def _held(storage: Path | None) -> Iterator[str | None]:
    """The address of an SQLite file that only its owner can read, and nobody else searches in."""
    if storage is None:
        yield None
        return
    try:
        descriptor = os.open(storage, os.O_CREAT | os.O_RDWR, 0o600)
    except OSError as error:
        raise SettingsError.unwritable(storage, error) from error
    try:
        _check_file(descriptor, storage)
        yield f"sqlite:///{storage.absolute()}"
    finally:
        os.close(descriptor)


def _check_file(descriptor: int, storage: Path) -> None:
    """Nobody else searches in it until it is closed, and it is an SQLite file or empty."""
    if not take_lock(descriptor):
        raise SettingsError(
            "a file that no other search uses",
            f"one that another uses: {storage}",
            "Wait for it, or choose another file.",
        )
    if os.pread(descriptor, len(_SQLITE), 0) not in (b"", _SQLITE):
        raise SettingsError(
            "a file of an earlier search, or none",
            f"another file at {storage}",
            "Choose another name.",
        )


def _check_identity(study: optuna.Study, identity: dict[str, Any], storage: Path | None) -> None:
    if not study.trials:
        study.set_user_attr(_IDENTITY, identity)
    elif study.user_attrs.get(_IDENTITY) != identity:
        raise SettingsError(
            "an earlier search on these patients, with these folds and these other settings",
            f"another one in {storage}",
            "Choose another file, or search as before.",
        )
