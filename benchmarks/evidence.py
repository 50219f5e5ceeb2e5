"""How long the parts of the Patient page take that look at the model's patients, and Gower's
distance beside the same written out value by value: `python benchmarks/evidence.py`.

Prints a table for docs/EXPLANATIONS.md: medians in milliseconds, with the 10th and 90th percentile.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402
import torch  # noqa: E402

from heart.bundle import Bundle, load_bundle  # noqa: E402
from heart.data import load_shipped  # noqa: E402
from heart.data.cohort import Cohort, combine_cohorts  # noqa: E402
from heart.evaluation.out_of_fold import OutOfFold  # noqa: E402
from heart.experiments.run import split_for  # noqa: E402
from heart.experiments.stored import find_stored  # noqa: E402
from heart.explain.cases import Cases, gather_cases  # noqa: E402
from heart.explain.certainty import (  # noqa: E402
    find_nearby,
    find_novelty,
    find_places,
    find_zone,
    member_spread,
)
from heart.explain.gower import Gower  # noqa: E402
from heart.explain.neighbours import find_neighbours  # noqa: E402
from heart.explain.next_tests import find_next_tests  # noqa: E402
from heart.paths import SHIPPED_BUNDLE  # noqa: E402
from heart.schema import EXAMPLE_PATIENT, FEATURES, Value  # noqa: E402

COPIES = 66
"""Of the 303 patients: 19,998, about as many as are ever looked at."""

Patient = Mapping[str, Value | None]


def milliseconds(work: Callable[[], object], rounds: int) -> list[float]:
    """Of each round, after one that does not count."""
    work()
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        work()
        times.append((time.perf_counter() - start) * 1000)
    return times


def to_row(name: str, times: list[float], large: list[float]) -> str:
    """Median, and the 10th to the 90th percentile, for both cohorts."""
    cells = [
        f"{statistics.median(each):.1f} ({low:.1f} to {high:.1f})"
        for each in (times, large)
        for low, high in [np.quantile(each, [0.1, 0.9])]
    ]
    return f"| {name} | {' | '.join(cells)} |"


def gather(bundle: Bundle, cohort: Cohort) -> tuple[Cases, OutOfFold]:
    """The cohort's cases, and its answers as if they had been cross-validated."""
    split = split_for(cohort, bundle.settings)
    stored = find_stored(bundle)
    n = split.train.n + split.valid.n
    if stored is None or len(stored.y_true) != n:
        y_true = np.concatenate([split.train.y_true, split.valid.y_true])
        y_score = bundle.predict_proba(pd.concat([split.train.features, split.valid.features]))
        stored = OutOfFold(y_true, y_score[None], np.arange(n)[None] % 10, 0.0)
    return gather_cases(bundle, split, stored), stored


def parts(bundle: Bundle, cases: Cases, unseen: OutOfFold) -> dict[str, Callable[[], object]]:
    """What each part of the page computes for the example patient."""
    patient: Patient = EXAMPLE_PATIENT
    early: Patient = {
        name: value if name in ("age", "sex", "cp") else None for name, value in patient.items()
    }
    scores = unseen.y_true, unseen.mean_score

    def how_sure() -> Any:
        return (
            member_spread(bundle, patient),
            find_zone(*scores, 0.4),
            find_nearby(*scores, 0.4),
            find_novelty(cases, patient),
            find_places(cases, patient),
        )

    return {
        "how sure": how_sure,
        "who is alike": lambda: find_neighbours(cases, patient),
        "what next, six steps open": lambda: find_next_tests(bundle, early, cases),
        "of that without the cohort": lambda: find_next_tests(bundle, early, None),
        "Gower's distance to all": lambda: cases.gower.distances(cases.gower.point(patient)),
        "once a model: distances made ready": lambda: Gower(cases.features, cases.used),
    }


def plain_distances(frame: pd.DataFrame, patient: Patient) -> list[float]:
    """Gower's distance, value by value."""
    ranges = {
        f.name: np.ptp(frame[f.name].dropna().to_numpy(dtype=float))
        for f in FEATURES
        if f.encoding == "scale"
    }
    distances = []
    for row in frame.to_dict("records"):
        found = [
            abs(row[f.name] - patient[f.name]) / ranges[f.name]
            if f.encoding == "scale"
            else float(row[f.name] != patient[f.name])
            for f in FEATURES
            if not pd.isna(row[f.name]) and patient[f.name] is not None
        ]
        distances.append(sum(found) / len(found))
    return distances


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=50)
    parser.add_argument("--quick", action="store_true", help="two rounds, few copies")
    options = parser.parse_args()
    rounds, copies = (2, 2) if options.quick else (options.rounds, COPIES)
    torch.set_num_threads(1)
    bundle, cohort = load_bundle(SHIPPED_BUNDLE), load_shipped("cleveland")
    large = combine_cohorts([cohort] * copies)
    small_parts, large_parts = (parts(bundle, *gather(bundle, each)) for each in (cohort, large))
    print(f"| part, ms | {cohort.n} patients | {large.n:,} patients |\n| --- | --- | --- |")
    for name, work in small_parts.items():
        print(to_row(name, milliseconds(work, rounds), milliseconds(large_parts[name], rounds)))
    frame = cohort.features
    plain = milliseconds(lambda: plain_distances(frame, EXAMPLE_PATIENT), max(rounds // 5, 2))
    ready = milliseconds(small_parts["Gower's distance to all"], rounds)
    ratio = statistics.median(plain) / statistics.median(ready)
    print(f"\nGower's distance value by value takes {ratio:.0f} times as long.")


if __name__ == "__main__":
    main()
