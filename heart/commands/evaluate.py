"""`evaluate`: models judged."""

from __future__ import annotations

from collections.abc import Container, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from heart.commands.fees import fee_option, plain_or_none, read_fees
from heart.commands.inputs import (
    BUNDLE_HELP,
    WHOLE,
    CohortChoice,
    cohort_option,
    command,
    complete_bundle,
    find_bundle,
)
from heart.commands.output import on_terminal, print_share, with_bounds
from heart.commands.scheduler import find_workers, scheduler_option
from heart.commands.suggestions import suggest
from heart.config import RECIPES, get_recipe
from heart.errors import SettingsError
from heart.evaluation.figures import AGREEMENT, LEADERBOARD
from heart.schema import FEATURE_NAMES

if TYPE_CHECKING:
    from heart.bundle import Bundle
    from heart.config import Settings
    from heart.data import Cohort
    from heart.experiments.contenders import Contender
    from heart.experiments.cross_validation import Folds
    from heart.experiments.hospitals import External
    from heart.experiments.leaderboard import Entry

MOST = 50
"""Folds, and repeats."""


@command
@cohort_option
@click.option(
    "--model",
    "bundles",
    multiple=True,
    metavar="BUNDLE",
    help=f"judge its recipe too, trained anew on these patients, may be repeated; {BUNDLE_HELP}."
    " Of the first one are the hospitals and the work-up",
    shell_complete=complete_bundle,
)
@click.option("--models", metavar="NAMES", help="names with commas between them [default: all]")
@click.option("--folds", type=WHOLE, default=10, help="parts of a repeat")
@click.option("--repeats", type=WHOLE, default=5, help="how often the patients are cut anew")
@click.option("--random-state", type=WHOLE, default=0, help="seed of the folds")
@click.option(
    "--nested",
    is_flag=True,
    help="beside the default recipe: one chosen inside the folds from a short list, which knows"
    " nothing of the patients it is judged on (minutes)",
)
@scheduler_option
@click.option("--no-hospitals", is_flag=True, help="leave out the other hospitals")
@click.option(
    "--work-up",
    is_flag=True,
    help="instead: what each step of the examination adds, and what it costs",
)
@click.option(
    "--steps",
    metavar="NAMES",
    help="of the work-up, in their order, with commas between them [default: history, pressure,"
    " bloods, ecg, exercise, thallium, fluoroscopy]",
)
@fee_option
def evaluate(
    *,
    cohort: CohortChoice,
    bundles: tuple[str, ...],
    models: str | None,
    folds: int,
    repeats: int,
    random_state: int,
    nested: bool,
    scheduler: str | None,
    no_hospitals: bool,
    work_up: bool,
    steps: str | None,
    fee: tuple[str, ...],
) -> dict[str, Any]:
    """Judge models by repeated cross-validation, and the default recipe (or that of a model) at
    hospitals that it was not trained on; or what each step of a work-up adds. With a scheduler its
    workers share the repeats of every model, the hospitals, and what --nested and --work-up train.
    """
    from heart.experiments.cross_validation import Folds
    from heart.experiments.leaderboard import MODELS

    names = MODELS if models is None else tuple(name.strip() for name in models.split(","))
    _check(names, MODELS, folds, repeats)
    get_recipe("default", random_state=random_state)  # says so if it is none
    cut = Folds(folds, repeats, random_state)
    workers = find_workers(scheduler)
    judged = _judged_bundles(bundles)
    if work_up:
        return _work_up(cohort, cut, steps, fee, judged[0] if judged else None, workers=workers)
    patients = cohort.read()
    return {
        "cohort": patients.name,
        "folds": cut._asdict(),
        **({"judged": [_describe_judged(one) for one in judged]} if judged else {}),
        **_run_leaderboard(patients, cut, names, judged, workers, all_models=models is None),
        **({"nested": _judge_nested(patients, cut, workers)} if nested else {}),
        "hospitals": [] if no_hospitals else _judge_elsewhere(patients, judged, workers),
    }


def _run_leaderboard(
    patients: Cohort,
    cut: Folds,
    names: Sequence[str],
    judged: Sequence[JudgedBundle],
    workers: str | None,
    *,
    all_models: bool,
) -> dict[str, Any]:
    """The rows of the models that were asked for, and of the bundles; where all were, which of them
    these patients are too few for.
    """
    from heart.experiments.leaderboard import MODELS, leaderboard, models_for, run_leaderboard

    possible = models_for(patients, cut)
    left_out = [name for name in names if all_models and name not in possible]
    results = run_leaderboard(
        patients,
        folds=cut,
        models=_with_recipes([name for name in names if name not in left_out], judged),
        contenders={one.row: one.contender for one in judged if one.row not in MODELS},
        scheduler=workers,
        on_model=on_terminal(print_share),
    )
    how_chosen = _how_chosen(patients, results, judged)
    return {
        **({"left_out": left_out} if left_out else {}),
        **({"how_chosen": how_chosen} if how_chosen else {}),
        "leaderboard": [_describe_entry(entry) for entry in leaderboard(results)],
    }


def _judge_nested(patients: Cohort, cut: Folds, workers: str | None) -> dict[str, Any]:
    """The recipe chosen inside the folds, beside the default one on the same folds."""
    from heart.experiments.cross_validation import cross_validate
    from heart.experiments.nested import (
        compare_nested,
        judge_nested,
        nested_folds,
        short_list,
        write_how_nested,
    )
    from heart.experiments.tuning import count_choices

    folds = nested_folds(cut)
    found = judge_nested(
        patients,
        folds=folds,
        scheduler=workers,
        on_share=on_terminal(partial(print_share, "nested")),
    )
    plain = cross_validate(patients, "default", folds=folds, scheduler=workers)
    compared = compare_nested(found, plain)
    return {
        "how": write_how_nested(folds),
        "short_list": list(short_list()),
        "chosen": count_choices(found.chosen),
        "fits": found.fits,
        "seconds": found.seconds,
        **with_bounds(compared.nested.pooled),
        **with_bounds(compared.plain.pooled, "default_"),
        **with_bounds(compared.difference, "more_"),
    }


def _how_chosen(patients: Cohort, rows: Container[str], judged: Sequence[JudgedBundle]) -> str:
    """That a row's recipe was chosen with these very patients, and of whose settings that is not
    known.
    """
    from heart.experiments.contenders import Contender, write_all_chosen

    named = [Contender(settings) for name, settings in RECIPES.items() if name in rows]
    others = {one.row: one.contender for one in judged}
    return write_all_chosen([*named, *others.values()], patients.report.matched)


def _judge_elsewhere(
    patients: Cohort, judged: Sequence[JudgedBundle], workers: str | None
) -> list[dict[str, Any]]:
    """The first bundle's recipe, else the default one, at the shipped hospitals beside those of the
    cohort; nothing for a cohort of others.
    """
    from heart.data import SHIPPED
    from heart.experiments.hospitals import judge_elsewhere

    if not set(patients.name.split("+")) <= set(SHIPPED):
        return []
    settings, used = _settings_of(judged[0] if judged else None)
    externals = judge_elsewhere(patients.name, settings, used=used, scheduler=workers)
    return [_describe_external(one) for one in externals]


class JudgedBundle(NamedTuple):
    """A bundle that was named, and the row of the leaderboard that its recipe has."""

    bundle: Bundle
    contender: Contender
    row: str


def _judged_bundles(named: Sequence[str]) -> list[JudgedBundle]:
    """The bundles, each with a row: that of the recipe that it is, that of an earlier one with the
    same settings, or one of its own name.
    """
    from heart.experiments.contenders import contender_of

    judged: list[JudgedBundle] = []
    for word in named:
        bundle = find_bundle(word)
        contender = contender_of(bundle)
        same = next((one.row for one in judged if one.contender.key == contender.key), None)
        taken = {one.row for one in judged}
        own = bundle.name if f"model {bundle.name}" not in taken else f"{bundle.name} {len(taken)}"
        judged.append(JudgedBundle(bundle, contender, contender.recipe or same or f"model {own}"))
    return judged


def _with_recipes(names: Sequence[str], judged: Sequence[JudgedBundle]) -> list[str]:
    """The models that were asked for, and the named recipes that bundles are."""
    recipes = (one.contender.recipe for one in judged)
    return list(dict.fromkeys([*(name for name in recipes if name is not None), *names]))


def _settings_of(first: JudgedBundle | None) -> tuple[Settings, tuple[str, ...]]:
    """What is trained for the hospitals and the work-up: the first bundle's recipe, else the
    default one.
    """
    if first is None:
        return RECIPES["default"], FEATURE_NAMES
    return first.contender.settings, first.contender.used


def _describe_judged(one: JudgedBundle) -> dict[str, Any]:
    from heart.experiments.run import find_cohort

    return {
        "model": one.bundle.name,
        "row": one.row,
        "recipe": one.contender.words,
        "recalibration": one.contender.recalibration,
        "threshold": one.bundle.threshold.value,
        "what": "its recipe, trained anew on these patients; not its own weights",
        "own_cohort_at_hand": find_cohort(one.bundle) is not None,
    }


def _work_up(
    cohort: CohortChoice,
    cut: Folds,
    steps: str | None,
    fee: tuple[str, ...],
    first: JudgedBundle | None,
    *,
    workers: str | None,
) -> dict[str, Any]:
    """What is known after each step, out of fold, and what it has cost."""
    from heart.evaluation.fees import STEPS, find_steps
    from heart.evaluation.threshold_table import COST_RATIO
    from heart.evaluation.thresholds import bayes_threshold
    from heart.experiments.work_up import fit_work_up, work_up_table

    names = list(STEPS) if steps is None else [name.strip() for name in steps.split(",")]
    chosen, fees = find_steps(names), read_fees(fee)
    patients = cohort.read()
    threshold = bayes_threshold(COST_RATIO) if first is None else first.bundle.threshold.value
    settings, used = _settings_of(first)
    fits = fit_work_up(
        patients,
        settings,
        folds=cut,
        used=used,
        scheduler=workers,
        on_share=on_terminal(partial(print_share, "cross-validation")),
    )
    table = work_up_table(fits, chosen, threshold=threshold, fees=fees)
    return {
        "cohort": patients.name,
        "folds": cut._asdict(),
        **({} if first is None else {"judged": [_describe_judged(first)]}),
        "threshold": threshold,
        "work_up": [
            {name: plain_or_none(value) for name, value in row.items()}
            for row in table.to_dict("records")
        ],
    }


def _check(names: Sequence[str], known: Sequence[str], folds: int, repeats: int) -> None:
    unknown = [name for name in names if name not in known]
    if unknown:
        action = suggest(unknown[0], known) or "Correct the name."
        raise SettingsError(f"models among {', '.join(known)}", repr(unknown[0][:40]), action)
    if not (2 <= folds <= MOST and 1 <= repeats <= MOST):
        expected = f"2 to {MOST} folds and 1 to {MOST} repeats"
        raise SettingsError(expected, f"{folds} and {repeats}", "Choose fewer.")


def _describe_entry(entry: Entry) -> dict[str, Any]:
    from heart.experiments.tuning import count_choices, describe_grid

    return {
        "model": entry.model,
        **with_bounds(entry.figures),
        **with_bounds(entry.behind, "behind_"),
        "seconds": entry.seconds,
        "fits": entry.fits,
        "tuned_over": describe_grid(entry.model) or None,
        "chosen": count_choices(entry.chosen) or None,
    }


def _describe_external(external: External) -> dict[str, Any]:
    judged = external.judged
    return {
        "trained_on": external.trained_on,
        "tested_on": external.tested_on,
        "features": external.features,
        "lacking": ", ".join(external.lacking),
        "n": judged.at.n,
        "positives": judged.at.positives,
        **with_bounds({name: judged.figure(name) for name in LEADERBOARD}),
        **with_bounds({name: judged.figure(name) for name in AGREEMENT}, "calibration_"),
    }
