"""Computes what the Evaluate page shows of each hospital, and what the shipped model uses, and
stores it with the app: `python scripts/store_evaluation.py`, or with names of hospitals, or `uses`,
for some of it. `--models "SVM,random forest"` judges these rows of the leaderboards alone again and
leaves the rest as it was stored today; `nested` among them is our recipe chosen inside the folds.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from heart.atomic import write_atomically  # noqa: E402
from heart.bundle import load_bundle  # noqa: E402
from heart.config import RECIPES  # noqa: E402
from heart.data import SHIPPED, Cohort, load_shipped  # noqa: E402
from heart.evaluation.subgroups import subgroup_table  # noqa: E402
from heart.experiments.cross_validation import Folds  # noqa: E402
from heart.experiments.hospitals import judge_elsewhere, local_recalibration  # noqa: E402
from heart.experiments.leaderboard import (  # noqa: E402
    MODELS,
    figures_of,
    models_for,
    run_leaderboard,
)
from heart.experiments.learning_curve import learning_curve  # noqa: E402
from heart.experiments.nested import judge_nested, nested_folds  # noqa: E402
from heart.experiments.results import (  # noqa: E402
    RECIPE,
    THRESHOLD,
    Results,
    find_results,
    pack_results,
)
from heart.experiments.run import split_of  # noqa: E402
from heart.experiments.work_up import REPEATS, fit_work_up  # noqa: E402
from heart.explain.stored_uses import StoredUses, pack_uses  # noqa: E402
from heart.explain.uses import find_uses  # noqa: E402
from heart.paths import SHIPPED_BUNDLE, SHIPPED_EVALUATION, SHIPPED_USES  # noqa: E402

COMMAND = "python scripts/store_evaluation.py"

NESTED = "nested"
"""Among the models: ours with its recipe chosen inside the folds."""


def today() -> str:
    """The date that is stored."""
    return datetime.now(UTC).date().isoformat()


def stored_today(cohort: Cohort) -> Results:
    """What is stored of a hospital, by the recipes as they are.

    Raises:
        SystemExit: if nothing is, or another day's results: a file has one date.
    """
    stored = find_results(cohort)
    if stored is None or stored.date != today():
        raise SystemExit(
            f"{cohort.name}: what is stored is of other recipes or of another day; run {COMMAND}"
            f" {cohort.name}"
        )
    return stored


def renew(name: str, models: Sequence[str]) -> bytes:
    """The file of one hospital with these rows of its leaderboard judged again."""
    cohort = load_shipped(name)
    folds = stored_today(cohort).folds
    rows = [model for model in models if model != NESTED]
    again = run_leaderboard(cohort, folds=folds, models=rows)
    nested = judge_nested(cohort, folds=nested_folds(folds)) if NESTED in models else None
    stored = stored_today(cohort)  # another process may have stored other rows meanwhile
    results = {**stored.leaderboard, **again}
    figures = {**stored.figures, **{model: figures_of(each) for model, each in again.items()}}
    order = [model for model in MODELS if model in results]
    return pack_results(
        cohort,
        stored._replace(
            leaderboard={model: results[model] for model in order},
            figures={model: figures[model] for model in order},
            nested=nested or stored.nested,
        ),
    )


def compute(name: str) -> bytes:
    """The file of one hospital."""
    cohort, settings = load_shipped(name), RECIPES[RECIPE]
    folds = Folds.fitting(cohort.features, cohort.y_true)
    predictions = run_leaderboard(cohort, folds=folds, models=models_for(cohort, folds))
    elsewhere = judge_elsewhere(name, settings)
    mine = predictions[RECIPE]
    results = Results(
        date=today(),
        command=COMMAND,
        folds=folds,
        leaderboard=predictions,
        figures={model: figures_of(each) for model, each in predictions.items()},
        elsewhere=tuple(elsewhere),
        local={
            e.tested_on: local_recalibration(e.judged.y_true, e.judged.y_score)
            for e in elsewhere
            if e.features == "all"
        },
        subgroups=subgroup_table(cohort.features, mine.y_true, mine.y_score, threshold=THRESHOLD),
        learning=learning_curve(cohort, settings),
        work_up=fit_work_up(cohort, settings, folds=folds._replace(n_repeats=REPEATS)),
        nested=judge_nested(cohort, folds=nested_folds(folds)),
    )
    return pack_results(cohort, results)


def compute_uses() -> bytes:
    """The file of what the shipped model uses."""
    bundle = load_bundle(SHIPPED_BUNDLE)
    found = find_uses(bundle, split_of(bundle))
    return pack_uses(bundle, StoredUses(found, today(), COMMAND))


def main() -> None:
    """Compute and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="hospitals, or uses")
    parser.add_argument("--models", help="only these rows of the leaderboard, commas between them")
    options = parser.parse_args()
    SHIPPED_EVALUATION.mkdir(exist_ok=True)
    models = options.models.split(",") if options.models else ()
    everything = SHIPPED if models else (*SHIPPED, SHIPPED_USES.stem)
    for name in options.names or everything:
        is_uses = name == SHIPPED_USES.stem
        path = SHIPPED_USES if is_uses else SHIPPED_EVALUATION / f"{name}.npz"
        start = time.perf_counter()
        content = compute_uses() if is_uses else renew(name, models) if models else compute(name)
        write_atomically(content, path)
        kilobytes, seconds = len(content) / 1024, time.perf_counter() - start
        print(f"{path.relative_to(ROOT)}: {kilobytes:.0f} KB, {seconds:.0f} s", flush=True)


if __name__ == "__main__":
    main()
