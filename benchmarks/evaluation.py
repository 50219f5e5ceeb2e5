"""The tables of docs/EVALUATION.md: `python benchmarks/evaluation.py` computes and writes them;
--stored takes the leaderboard's from what is stored with the app; --quick only shows that it runs.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

import numpy as np  # noqa: E402

from heart.bundle import load_bundle  # noqa: E402
from heart.config import RECIPES  # noqa: E402
from heart.data import load_shipped  # noqa: E402
from heart.evaluation.figures import LEADERBOARD, METRICS, Figure, write_figure, write_value  # noqa: E402
from heart.evaluation.out_of_fold import OutOfFold  # noqa: E402
from heart.evaluation.recalibration import compare_recalibrations  # noqa: E402
from heart.evaluation.threshold_curves import ThresholdCurves  # noqa: E402
from heart.evaluation.threshold_table import COST_RATIO  # noqa: E402
from heart.evaluation.thresholds import (  # noqa: E402
    RULES,
    TUNED,
    WANTING,
    bayes_threshold,
)
from heart.experiments.cross_validation import Folds  # noqa: E402
from heart.experiments.hospitals import DETRANO, External, judge_elsewhere  # noqa: E402
from heart.experiments.leaderboard import MODELS, Entry, leaderboard, run_leaderboard  # noqa: E402
from heart.experiments.nested import (  # noqa: E402
    compare_nested,
    judge_nested,
    nested_folds,
    write_how_nested,
)
from heart.experiments.results import RECIPE, find_results  # noqa: E402
from heart.experiments.stored import find_stored  # noqa: E402
from heart.experiments.tuning import (  # noqa: E402
    count_choices,
    describe_grid,
    find_untuned,
    write_untuned,
)
from heart.paths import SHIPPED_BUNDLE  # noqa: E402

DOCUMENT = ROOT / "docs" / "EVALUATION.md"
TRAINED_ON = (
    "cleveland",
    "hungary",
    "va_long_beach",
    "cleveland+va_long_beach",
    "cleveland+hungary+va_long_beach",
)


def cell(figure: Figure, name: str, *, signed: bool = False) -> str:
    """A figure with its interval, one digit finer than on a page."""
    return write_figure(figure, name, digits=4, end_digits=3, signed=signed)


def to_table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Markdown."""
    return "\n".join(f"| {' | '.join(row)} |" for row in [heads, ["---"] * len(heads), *rows])


def show_leaderboard(entries: Sequence[Entry], source: str) -> str:
    """The models, how far each is behind in log-loss, and how they were tuned."""
    rows = [
        [
            e.model,
            *(cell(e.figures[name], name) for name in LEADERBOARD),
            cell(e.behind["log_loss"], "log_loss", signed=True),
            f"{e.fits:,}" if e.fits else "–",
            f"{e.seconds:.1f}",
        ]
        for e in entries
    ]
    heads = [
        "model",
        *(METRICS[name].words for name in LEADERBOARD),
        f"{METRICS['log_loss'].words} behind the best",
        "fits",
        "seconds",
    ]
    return "\n\n".join([source, to_table(heads, rows), show_tuning(entries)])


def show_tuning(entries: Sequence[Entry]) -> str:
    """What the models that were tuned inside the folds chose."""
    rows = [[e.model, describe_grid(e.model), count_choices(e.chosen)] for e in entries if e.chosen]
    return to_table(["model", "tuned over", "chosen, in how many folds"], rows)


def show_nested(nested: OutOfFold, plain: OutOfFold, folds: Folds) -> str:
    """Ours with its recipe chosen inside the folds."""
    compared = compare_nested(nested, plain)
    rows = [
        [title, *(cell(of.pooled[name], name) for name in LEADERBOARD)]
        for title, of in (
            ("chosen inside the folds", compared.nested),
            ("the default recipe", compared.plain),
        )
    ]
    table = to_table(["recipe", *(METRICS[name].words for name in LEADERBOARD)], rows)
    more = cell(compared.difference["log_loss"], "log_loss", signed=True)
    return (
        f"{write_how_nested(folds)} {nested.fits:,} fits, {nested.seconds:.0f} s.\n\n{table}\n\n"
        f"Taken: {count_choices(nested.chosen)}. Log-loss, chosen inside less default, mean over"
        f" folds: {more}."
    )


def show_hospitals(found: Sequence[External]) -> str:
    """One row a pair of hospitals and set of features."""
    rows = [
        [
            e.trained_on.replace("+", " + "),
            e.tested_on,
            e.features,
            f"{e.judged.scores.positives / e.judged.scores.n:.0%}",
            cell(e.judged.at.accuracy, "accuracy"),
            write_value(DETRANO[e.tested_on], "accuracy", digits=2)
            if e.trained_on == "cleveland"
            else "–",
            cell(e.judged.scores.roc_auc, "roc_auc"),
            cell(e.judged.scores.log_loss, "log_loss"),
            write_value(e.judged.calibration.intercept.value, "intercept"),
            write_value(e.judged.calibration.slope.value, "slope"),
        ]
        for e in found
    ]
    heads = [
        "trained on",
        "tested on",
        "features",
        "diseased",
        METRICS["accuracy"].words,
        "1989",
        METRICS["roc_auc"].words,
        METRICS["log_loss"].words,
        METRICS["intercept"].words,
        METRICS["slope"].words,
    ]
    return to_table(heads, rows)


def show_thresholds() -> str:
    """Where tuned thresholds fall, and what recalibration would do."""
    predictions = find_stored(load_bundle(SHIPPED_BUNDLE))
    if predictions is None:
        return "Nothing is stored for the shipped model: `python scripts/store_out_of_fold.py`."
    curves = ThresholdCurves(predictions)
    rows = [
        [
            RULES[rule].tuned,
            *(f"{q:.2f}" for q in np.quantile(curves.tuned(rule), [0, 0.1, 0.5, 0.9, 1])),
        ]
        for rule in TUNED
        if rule not in WANTING
    ]
    tuned = to_table(["rule", "lowest", "10 %", "median", "90 %", "highest"], rows)
    names = ("log_loss", "brier", "intercept", "slope")
    compared = [
        [
            row["method"],
            *(write_value(row[name], name, digits=4) for name in names),
        ]
        for row in compare_recalibrations(predictions).to_dict("records")
    ]
    recalibrations = to_table(["recalibration", *(METRICS[name].words for name in names)], compared)
    head = (
        "Thresholds tuned on 500 resamples, where a missed patient costs"
        f" {COST_RATIO:g} false alarms (the default is {bayes_threshold(COST_RATIO):.2f}):"
    )
    note = "Recalibration, each fold by the others:"
    return f"{head}\n\n{tuned}\n\n{note}\n\n{recalibrations}"


def write(document: Path, parts: dict[str, str]) -> None:
    """Replace what stands between the marks."""
    text = document.read_text(encoding="utf-8")
    for name, part in parts.items():
        start, end = f"<!-- {name} -->", f"<!-- end of {name} -->"
        text = f"{text.split(start)[0]}{start}\n\n{part}\n\n{end}{text.split(end)[1]}"
    document.write_text(text, encoding="utf-8")


def stored_parts() -> dict[str, str]:
    """The leaderboard of Cleveland and the nested choice, as far as they are stored."""
    stored = find_results(load_shipped("cleveland"))
    if stored is None:
        raise SystemExit("Nothing is stored: python scripts/store_evaluation.py cleveland")
    entries = leaderboard(stored.leaderboard, known=stored.figures)
    seconds = sum(e.seconds for e in entries)
    source = (
        f"Made by `{stored.command}` on {stored.date}, written by `python benchmarks/evaluation.py"
        f" --stored`; {seconds:.0f} s for all, partly beside other work."
        f" {write_untuned(find_untuned(stored.leaderboard))}"
    ).strip()
    parts = {"leaderboard": show_leaderboard(entries, source)}
    if stored.nested is not None:
        folds, plain = nested_folds(stored.folds), stored.leaderboard[RECIPE]
        parts["nested"] = show_nested(stored.nested, plain, folds)
    return parts


def quick_parts(trained_on: Sequence[str]) -> dict[str, str]:
    """What is computed in a minute."""
    found = [e for name in trained_on for e in judge_elsewhere(name, RECIPES["default"])]
    return {"hospitals": show_hospitals(found), "thresholds": show_thresholds()}


def main() -> None:
    """Compute, print, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--quick", action="store_true", help="few folds, two models, one hospital; writes nothing"
    )
    parser.add_argument(
        "--stored", action="store_true", help="the leaderboard as it is stored with the app"
    )
    options = parser.parse_args()
    if options.stored:
        write(DOCUMENT, stored_parts() | quick_parts(TRAINED_ON))
        return
    models, folds = (MODELS[2:3], Folds(2, 1)) if options.quick else (MODELS, Folds())
    trained_on = ("va_long_beach",) if options.quick else TRAINED_ON
    start = time.perf_counter()
    cohort = load_shipped("cleveland")
    results = run_leaderboard(cohort, folds=folds, models=models)
    seconds = time.perf_counter() - start
    source = f"Made by `python benchmarks/evaluation.py`; {seconds:.0f} s for all."
    parts = {"leaderboard": show_leaderboard(leaderboard(results), source)}
    if not options.quick:
        cut = nested_folds(folds)
        nested = judge_nested(cohort, folds=cut)
        parts["nested"] = show_nested(nested, results[RECIPE], cut)
    parts |= quick_parts(trained_on)
    print(*parts.values(), sep="\n\n")
    if not options.quick:
        write(DOCUMENT, parts)


if __name__ == "__main__":
    main()
