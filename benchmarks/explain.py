"""Why one patient gets this probability: how fast, and how far from shap's interventional game.

python benchmarks/explain.py prints the tables of docs/EXPLANATIONS.md; --output DOCUMENT writes
them between the marks there; --quick only shows that the script works. Where `shap` is installed
(no requirement of Heart's) it takes part, and its values are compared.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import torch
from recipes import write_section  # which also finds the package
from scipy.stats import spearmanr

from heart.bundle import Bundle, load_bundle
from heart.data import load_shipped
from heart.evaluation.calibration import to_logits
from heart.explain import why
from heart.explain.shapley import shapley_values
from heart.explain.what_if import what_if
from heart.explain.why import Why, explain_patient
from heart.model.preprocessing import Encoded
from heart.paths import SHIPPED_BUNDLE
from heart.schema import FEATURES, Value
from heart.ui.patient_examples import EXAMPLES

try:
    import shap
except ModuleNotFoundError:
    shap = None

MARKS = (
    "<!-- figures: begin (python benchmarks/explain.py) -->",
    "<!-- figures: end -->",
)
FloatArray = npt.NDArray[np.float64]
Patient = Mapping[str, Value]


def plainly(bundle: Bundle, patient: Patient) -> Callable[[FloatArray], Any]:
    """A function from rows of 0 and 1, which of the 13 features are known, to the members' and the
    model's probabilities: each row is encoded and predicted.
    """
    nothing: dict[str, Value | None] = dict.fromkeys(f.name for f in FEATURES)
    absent = bundle.preprocessor.transform_patient(nothing)
    present = bundle.preprocessor.transform_patient(dict(patient))
    preprocessor = bundle.preprocessor
    numbers = [FEATURES.index(f) for f in preprocessor.numbers]
    columns = numbers + [numbers[j] for j in preprocessor.flagged]
    codes = [FEATURES.index(f) for f in preprocessor.categories]

    def predict(known: FloatArray) -> Any:
        numeric = np.where(known[:, columns] > 0, present.numeric, absent.numeric)
        return bundle.predict_encoded(
            Encoded(numeric, np.where(known[:, codes] > 0, present.codes, absent.codes))
        )

    return predict


def explain_plainly(bundle: Bundle, patient: Patient) -> FloatArray:
    """The contributions from 8,192 encoded rows, (M + 1, 13): the members' and the model's."""
    coalitions = np.arange(2 ** len(FEATURES))[:, None] >> np.arange(len(FEATURES)) & 1
    members, model = plainly(bundle, patient)(coalitions.astype(np.float64))
    return shapley_values(to_logits(np.vstack([members, model])))


def explain_by_frame(bundle: Bundle, patient: Patient) -> FloatArray:
    """The model's contributions, (13,), from a frame of 8,192 patients, as anybody would begin."""
    coalitions = np.arange(2 ** len(FEATURES))[:, None] >> np.arange(len(FEATURES)) & 1
    rows = [
        {f.name: patient[f.name] if known else None for f, known in zip(FEATURES, row, strict=True)}
        for row in coalitions
    ]
    return shapley_values(to_logits(bundle.predict_proba(pd.DataFrame(rows))))


def explain_by_shap(bundle: Bundle, patient: Patient) -> FloatArray:
    """The model's contributions by shap's exact explainer on the same game, (13,)."""
    predict = plainly(bundle, patient)
    explainer = shap.explainers.Exact(
        lambda known: predict(known)[1],
        shap.maskers.Independent(np.zeros((1, len(FEATURES)))),
        link=shap.links.logit,
        linearize_link=False,
    )
    told = explainer(np.ones((1, len(FEATURES))), max_evals=2**14, silent=True)
    return np.asarray(told.values[0])  # noqa: PD011  shap's, not pandas'


def ways(bundle: Bundle, patient: Patient) -> dict[str, Callable[[], object]]:
    """What is timed, by name."""
    timed: dict[str, Callable[[], object]] = {
        "Heart, with every member": lambda: explain_patient(bundle, patient),
        "8,192 encoded rows, with every member": lambda: explain_plainly(bundle, patient),
        "8,192 patients in a frame, the model alone": lambda: explain_by_frame(bundle, patient),
    }
    if shap is not None:
        name = f"shap {shap.__version__}, exact, the model alone"
        timed[name] = lambda: explain_by_shap(bundle, patient)
    timed["What if: the curves of all features"] = lambda: what_if(bundle, patient)
    return timed


def time_ways(bundle: Bundle, patient: Patient, *, rounds: int) -> Iterator[str]:
    """A table of medians and ratios, all in turns, of the processor's time on one thread."""
    timed = ways(bundle, patient)
    seconds: dict[str, list[float]] = {name: [] for name in timed}
    for way in timed.values():
        way()
    for _ in range(rounds):
        for name, way in timed.items():
            start = time.process_time()
            way()
            seconds[name].append(time.process_time() - start)
    medians = {name: statistics.median(taken) for name, taken in seconds.items()}
    ours = next(iter(medians.values()))
    yield "| one patient, 13 known features | processor, median | times ours |"
    yield "| --- | --- | --- |"
    for name, median in medians.items():
        yield f"| {name} | {median * 1000:.1f} ms | {median / ours:.1f} |"


def contributions(told: Why | None) -> FloatArray:
    """In the order of the features, (13,)."""
    assert told is not None  # noqa: S101  there is a cohort
    by_name = {step.feature.name: step.contribution for step in told.steps}
    return np.array([by_name[f.name] for f in FEATURES])


def compare_games(bundle: Bundle, *, patients: int) -> Iterator[str]:
    """The masked and the interventional game of the example patients, side by side."""
    cohort = load_shipped("cleveland").features
    other = replace(bundle, settings=replace(bundle.settings, masking=0.0))
    chosen = dict(list(EXAMPLES.items())[:patients])
    pairs = {
        name: (
            explain_patient(bundle, example.values),
            explain_patient(other, example.values, cohort=cohort),
        )
        for name, example in chosen.items()
    }
    yield f"| log-odds: masked / interventional | {' | '.join(pairs)} |"
    yield f"| --- |{' --- |' * len(pairs)}"
    starts = [f"{a.base:.1%} / {b.base:.1%}" for a, b in pairs.values() if a and b]
    yield f"| start | {' | '.join(starts)} |"
    columns = [(contributions(a), contributions(b)) for a, b in pairs.values()]
    for i, f in enumerate(FEATURES):
        cells = " | ".join(f"{a[i]:+.2f} / {b[i]:+.2f}" for a, b in columns)
        yield f"| {f.label} | {cells} |"
    yield f"| answer | {' | '.join(f'{a.probability:.1%}' for a, _ in pairs.values() if a)} |"
    yield ""
    both = np.concatenate(columns, axis=1)
    yield (
        f"The two differ by {np.abs(both[0] - both[1]).mean():.2f} on average and by"
        f" {np.abs(both[0] - both[1]).max():.2f} at most; rank correlation"
        f" {spearmanr(*both).statistic:.2f}; {np.mean(both[0] * both[1] < 0):.0%} of the signs"
        " differ."
    )
    if shap is not None:
        yield f"shap's values on the masked game equal ours within {check_shap(bundle):.0e}."


def check_shap(bundle: Bundle) -> float:
    """The greatest difference of shap's exact values to ours, on the same game."""
    differences = [
        np.abs(explain_by_shap(bundle, e.values) - contributions(explain_patient(bundle, e.values)))
        for e in EXAMPLES.values()
    ]
    return float(np.max(differences))


def count_outside(bundle: Bundle, *, patients: int) -> str:
    """How often a contribution lies outside of the members' range, over Cleveland's patients."""
    steps = [
        step
        for row in load_shipped("cleveland").features.head(patients).to_dict("records")
        for told in [explain_patient(bundle, {str(name): value for name, value in row.items()})]
        if told is not None
        for step in told.steps
        if step.is_used and step.low is not None and step.high is not None
    ]
    outside = np.mean([not s.low <= s.contribution <= s.high for s in steps])  # type: ignore[operator]
    disputed = np.mean([s.is_disputed for s in steps])
    return (
        f"Of {len(steps):,} contributions ({patients} patients of Cleveland) {outside:.1%} lie"
        f" outside of their members' range; of {disputed:.0%} the members do not agree on the"
        " direction."
    )


def main() -> None:
    """Measure and print, or write into a document."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--output", type=Path, help="a document with the two marks")
    parser.add_argument("--quick", action="store_true", help="little of everything")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    if not arguments.quick:
        why.MAX_FLOATS = 2**40  # all patients of the cohort
    bundle = load_bundle(SHIPPED_BUNDLE)
    patient = EXAMPLES["Patient A"].values  # noqa: PD011  no frame
    lines = [
        *time_ways(bundle, patient, rounds=1 if arguments.quick else arguments.rounds),
        "",
        *compare_games(bundle, patients=1 if arguments.quick else len(EXAMPLES)),
        "",
        count_outside(bundle, patients=3 if arguments.quick else 303),
    ]
    text = "\n".join(lines)
    print(text)
    if arguments.output:
        write_section(arguments.output, text, MARKS)


if __name__ == "__main__":
    main()
