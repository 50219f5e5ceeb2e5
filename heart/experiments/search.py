"""Settings searched for by cross-validated log-loss, with Optuna: which were tried, which were
given up on the way, and what the best of them is worth on folds that took no part in choosing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from heart.cluster.spread import spread
from heart.config import RECIPES, Settings
from heart.data import Cohort
from heart.errors import HeartError, SettingsError
from heart.evaluation.figures import Figure
from heart.evaluation.metrics import log_losses
from heart.evaluation.out_of_fold import OutOfFold
from heart.experiments.contenders import describe_settings
from heart.experiments.cross_validation import Folds, cross_validate, predict_repeats
from heart.experiments.leaderboard import fold_difference, fold_figures
from heart.experiments.search_space import point_of, suggest_settings
from heart.experiments.search_storage import open_study

if TYPE_CHECKING:  # nothing but a search waits for it
    import optuna

REPEATS = 3
AT_ONCE = 4
"""So many settings side by side where there is a scheduler and nothing else is said."""

MEMBERS = 8
"""Of the ensembles that are compared; what is found is trained with those that it had."""

UNTOUCHED = 1_000_003
"""How far the seed of the folds that take no part in choosing lies from that of the others."""

FIRST = 5
"""So many settings are judged to the end before any is given up."""

ENOUGH = 20
"""So many have to be judged to the end before it is said which settings make a difference: fewer
name others than the one that does (tests/unit/experiments/test_search.py).
"""

KEPT, GIVEN_UP, FAILED = "kept", "given up", "failed"


class Tried(NamedTuple):
    """Settings that were tried.

    Attributes:
        number: from 0, in the order of trying; some are left out where a search was ended.
        state: `KEPT` (judged to the end), `GIVEN_UP`, or `FAILED` (it could not be trained).
        changes: the settings that the search chose, as `heart.experiments.search_space` names them.
        losses: the log-loss of each repeat that was judged, in nats.
    """

    number: int
    state: str
    changes: Mapping[str, Any]
    losses: tuple[float, ...]

    @property
    def log_loss(self) -> float | None:
        """The mean over the repeats; None of what was not judged to the end."""
        return sum(self.losses) / len(self.losses) if self.state == KEPT else None


class Worth(NamedTuple):
    """What the best settings are worth against those that the search began with.

    Attributes:
        base, best: the mean log-loss over repeats of each.
        gain: how much lower that of the best is, mean over folds, with the corrected resampled t
            interval.
    """

    base: float
    best: float
    gain: Figure


class Search(NamedTuple):
    """What a search gave.

    Attributes:
        folds: by which the settings were chosen.
        base: the settings that it began with.
        tried: all that was tried, in its order.
        best: the settings with the lowest log-loss.
        chosen: what they are worth on the folds by which they were chosen: too good, by the
            winner's curse.
        untouched: the same on other folds of the same patients.
        importance: setting to its share of what makes the log-losses differ; empty where too few
            were judged.
    """

    folds: Folds
    base: Settings
    tried: tuple[Tried, ...]
    best: Settings
    chosen: Worth
    untouched: Worth
    importance: Mapping[str, float]


OnTrial = Callable[[Tried, int, int], object]
"""Called with what was tried, how many are tried with it and how many are to be tried in all; what
it raises ends all. The number of what was tried tells no count: a search that was ended has taken
numbers of which nothing came.
"""


def search(
    cohort: Cohort,
    *,
    trials: int,
    base: Settings = RECIPES["default"],
    folds: Folds | None = None,
    members: int = MEMBERS,
    storage: Path | None = None,
    at_once: int = 1,
    scheduler: str | None = None,
    on_trial: OnTrial | None = None,
) -> Search:
    """Try settings until so many were tried, and judge the best.

    The first are `base`; then Optuna's tree-structured Parzen estimator proposes (Bergstra and
    others 2011). Settings whose mean log-loss after a repeat is above the median of the others'
    after the same repeat are given up.

    Args:
        cohort: the patients.
        trials: how many settings to try, those of an earlier search in the same storage included.
        base: what is tried first, and what stays in all.
        folds: by which the settings are judged; 10 folds and 3 repeats by default.
        members: of the ensembles that are compared.
        storage: an SQLite file that keeps what was tried, so that a search that was ended goes on;
            None keeps nothing.
        at_once: how many are judged side by side. What is found depends on this number, and not on
            who judges them.
        scheduler: of the workers that judge them (`heart.cluster`).
        on_trial: sees each one.

    Raises:
        SettingsError: for numbers outside their bounds, or a storage of another search.
        SplitError: if the cohort is too small for the folds.
        ClusterError: as `heart.cluster.spread`.
    """
    folds = folds or Folds.fitting(cohort.features, cohort.y_true, REPEATS)
    small = replace(base, members=min(members, base.members), device="cpu")
    _check(trials, at_once)
    identity = _identify(cohort, small, folds)
    with open_study(storage, identity, seed=folds.random_state, first=FIRST) as study:
        work = _Work(cohort, small, folds, scheduler)
        done = len(_finished(study))
        while done < trials:
            for tried in _try(study, work, min(at_once, trials - done)):
                done += 1
                if on_trial is not None:
                    on_trial(tried, done, trials)
        return _conclude(study, work, base)


class _Work(NamedTuple):
    cohort: Cohort
    base: Settings
    folds: Folds
    scheduler: str | None


def _check(trials: int, at_once: int) -> None:
    if not 2 <= trials <= 10_000:
        raise SettingsError("2 to 10,000 settings to try", str(trials), "Choose another number.")
    if not 1 <= at_once <= 256:
        raise SettingsError("1 to 256 settings at once", str(at_once), "Choose another number.")


def _identify(cohort: Cohort, base: Settings, folds: Folds) -> dict[str, Any]:
    """What has to be the same for a search to go on."""
    return {
        "cohort": cohort.fingerprint,
        "folds": list(folds),
        "settings": describe_settings(base),
    }


def _finished(study: optuna.Study) -> list[optuna.trial.FrozenTrial]:
    """What was tried: without trials that were left open when a search ended."""
    return [trial for trial in study.trials if _state_of(trial) is not None]


def _state_of(trial: optuna.trial.FrozenTrial) -> str | None:
    states = {"COMPLETE": KEPT, "PRUNED": GIVEN_UP}
    if trial.state.name == "FAIL" and "failed" in trial.user_attrs:
        return FAILED
    return states.get(trial.state.name)


def _describe(trial: optuna.trial.FrozenTrial) -> Tried:
    losses = tuple(trial.user_attrs.get("losses", ()))
    return Tried(trial.number, _state_of(trial) or FAILED, dict(trial.params), losses)


def _try(study: optuna.Study, work: _Work, n: int) -> Iterator[Tried]:
    """Ask for settings and judge them, a repeat of all after the other."""
    import optuna  # noqa: PLC0415

    state = optuna.trial.TrialState
    if not study.trials and (point := point_of(work.base)) is not None:
        study.enqueue_trial(point)
    alive = {}
    for trial in [study.ask() for _ in range(n)]:
        alive[trial.number] = (trial, suggest_settings(trial, work.base))
    losses: dict[int, list[float]] = {number: [] for number in alive}
    for repeat in range(work.folds.n_repeats):
        numbers = list(alive)
        tasks = [(alive[number][1], repeat) for number in numbers]
        judged = spread(_judge, tasks, shared=(work.cohort, work.folds), scheduler=work.scheduler)
        for number, loss in sorted((numbers[i], loss) for i, loss in judged):
            trial = alive[number][0]
            if isinstance(loss, str):
                trial.set_user_attr("failed", loss)
                study.tell(trial, state=state.FAIL)
            else:
                losses[number].append(loss)
                trial.set_user_attr("losses", losses[number])
                mean = sum(losses[number]) / (repeat + 1)
                trial.report(mean, step=repeat)
                if repeat + 1 == work.folds.n_repeats:
                    study.tell(trial, mean)
                elif trial.should_prune():
                    study.tell(trial, state=state.PRUNED)
                else:
                    continue
            del alive[number]
            yield _describe(study.trials[number])


def _judge(shared: tuple[Cohort, Folds], task: tuple[Settings, int]) -> float | str:
    """The log-loss of a repeat over its patients; why, where these settings cannot be trained."""
    (cohort, folds), (settings, repeat) = shared, task
    try:
        predicted = predict_repeats(cohort.features, cohort.y_true, settings, [repeat], folds=folds)
    except HeartError as error:
        return str(error)
    return _loss(predicted)


def _conclude(study: optuna.Study, work: _Work, base: Settings) -> Search:
    tried = tuple(map(_describe, _finished(study)))
    judged = [one for one in tried if one.log_loss is not None]
    if not judged:
        raise SettingsError(
            "settings that can be trained on these patients",
            f"{len(tried)} that cannot",
            "Try more, or other patients.",
        )
    winner = min(judged, key=lambda one: (one.log_loss, one.number))
    changes = suggest_settings(_fixed(winner), work.base)
    other = work.folds._replace(random_state=work.folds.random_state + UNTOUCHED)
    return Search(
        work.folds,
        base,
        tried,
        replace(changes, members=base.members, device=base.device),
        _compare(work, changes, work.folds),
        _compare(work, changes, other),
        _find_importance(study, len(judged)),
    )


def _fixed(tried: Tried) -> Any:
    """A trial that suggests again what was tried."""
    import optuna  # noqa: PLC0415

    return optuna.trial.FixedTrial(dict(tried.changes))


def _compare(work: _Work, best: Settings, folds: Folds) -> Worth:
    of_base, of_best = (
        cross_validate(work.cohort, one, folds=folds, scheduler=work.scheduler)
        for one in (work.base, best)
    )
    by_fold = fold_figures(of_base)["log_loss"] - fold_figures(of_best)["log_loss"]
    return Worth(_loss(of_base), _loss(of_best), fold_difference(by_fold, of_best))


def _loss(predictions: OutOfFold) -> float:
    return float(log_losses(predictions.y_true, predictions.y_score).mean())


def _find_importance(study: optuna.Study, n: int) -> dict[str, float]:
    """By functional analysis of variance (Hutter and others 2014)."""
    import optuna  # noqa: PLC0415

    if n < ENOUGH:
        return {}
    evaluator = optuna.importance.FanovaImportanceEvaluator(seed=0)
    try:
        shares = optuna.importance.get_param_importances(study, evaluator=evaluator)
    except (ValueError, RuntimeError):  # all of them alike
        return {}
    return {name: float(share) for name, share in shares.items()}
