"""Computes what the Evaluate page shows of each hospital, and what the shipped model uses, and
stores it with the app: `python scripts/store_evaluation.py`, or with names of hospitals, or `uses`,
for some of it. A hospital takes three to six minutes, where two run side by side on two cores; what
the model uses half a minute.
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from heart.atomic import write_atomically  # noqa: E402
from heart.bundle import load_bundle  # noqa: E402
from heart.config import RECIPES  # noqa: E402
from heart.data import SHIPPED, load_shipped  # noqa: E402
from heart.evaluation.subgroups import subgroup_table  # noqa: E402
from heart.experiments.cross_validation import Folds  # noqa: E402
from heart.experiments.hospitals import judge_elsewhere, local_recalibration  # noqa: E402
from heart.experiments.leaderboard import figures_of, models_for, run_leaderboard  # noqa: E402
from heart.experiments.learning_curve import learning_curve  # noqa: E402
from heart.experiments.results import RECIPE, THRESHOLD, Results, pack_results  # noqa: E402
from heart.experiments.run import split_of  # noqa: E402
from heart.experiments.work_up import REPEATS, fit_work_up  # noqa: E402
from heart.explain.stored_uses import StoredUses, pack_uses  # noqa: E402
from heart.explain.uses import find_uses  # noqa: E402
from heart.paths import SHIPPED_BUNDLE, SHIPPED_EVALUATION, SHIPPED_USES  # noqa: E402

COMMAND = "python scripts/store_evaluation.py"


def compute(name: str) -> bytes:
    """The file of one hospital."""
    cohort, settings = load_shipped(name), RECIPES[RECIPE]
    folds = Folds.fitting(cohort.features, cohort.y_true)
    predictions = run_leaderboard(cohort, folds=folds, models=models_for(cohort, folds))
    elsewhere = judge_elsewhere(name, settings)
    mine = predictions[RECIPE]
    results = Results(
        date=datetime.now(UTC).date().isoformat(),
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
    )
    return pack_results(cohort, results)


def compute_uses() -> bytes:
    """The file of what the shipped model uses."""
    bundle = load_bundle(SHIPPED_BUNDLE)
    found = find_uses(bundle, split_of(bundle))
    return pack_uses(bundle, StoredUses(found, datetime.now(UTC).date().isoformat(), COMMAND))


def main() -> None:
    """Compute and write."""
    SHIPPED_EVALUATION.mkdir(exist_ok=True)
    for name in sys.argv[1:] or (*SHIPPED, SHIPPED_USES.stem):
        is_uses = name == SHIPPED_USES.stem
        path = SHIPPED_USES if is_uses else SHIPPED_EVALUATION / f"{name}.npz"
        write_atomically(compute_uses() if is_uses else compute(name), path)
        print(f"{path.relative_to(ROOT)}: {path.stat().st_size / 1024:.0f} KB", flush=True)


if __name__ == "__main__":
    main()
