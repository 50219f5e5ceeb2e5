"""`learn`: the figures of the lessons on patients and how a model is judged, from a seed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from heart.commands.output import HISTORIC, on_terminal, print_share, with_bounds


def encodings(random_state: int) -> dict[str, Any]:
    """What a line over label codes loses in each category, and what codes cost a logistic
    regression.
    """
    from heart.data import load_shipped
    from heart.lessons.encodings import CATEGORIES, category_table, fit_heights
    from heart.lessons.encodings_costs import compare_scores, score_logistic

    rows = []
    for name in CATEGORIES:
        table = category_table(load_shipped("cleveland"), name)
        heights = fit_heights(*(table[column].to_numpy() for column in ("n", "diseased", "code")))
        rows.append(
            {
                "category": name,
                "line_loss": heights.line_loss,
                "free_loss": heights.free_loss,
                "chance": heights.chance,
            }
        )
    cost = compare_scores(
        *(score_logistic(frozenset(coded), 3, random_state) for coded in ((), CATEGORIES))
    )
    return {
        "one_category": rows,
        "codes_cost_logistic_regression": with_bounds(
            {"roc_auc": cost.roc_auc, "log_loss": cost.log_loss}
        ),
    }


def leakage(random_state: int) -> dict[str, Any]:
    """The five mistakes, each on the patients and the model that show it best, over 200 splits."""
    from heart.lessons.leakage import LEAKS, Setup, measure_leak, summarise_lies

    rows = []
    for done, (name, leak) in enumerate(LEAKS.items()):
        cohort = (
            "hungary" if name == "imputation" else "cleveland"
        )  # Cleveland has nothing to fill in
        measured = measure_leak(
            Setup(name, cohort, leak.models[0], random_state), on_share=_share_of(done, len(LEAKS))
        )
        for figure, lie in summarise_lies(measured).items():
            shown = {
                "honest": lie.honest,
                "leaky": lie.leaky,
                **with_bounds({"lie": (lie.mean, lie.low, lie.high)}),
            }
            rows.append(
                {
                    "mistake": name,
                    "patients": cohort,
                    "model": leak.models[0],
                    "figure": HISTORIC.get(figure, figure),
                    **shown,
                }
            )
    return {"splits": 200, "points": rows}


def metrics(_: int) -> dict[str, Any]:
    """Everybody at the Swiss hospital called ill."""
    from heart.data import load_shipped
    from heart.lessons.metrics import call_everybody_ill, lazy_accuracy, read_table

    table = call_everybody_ill(load_shipped("switzerland").y_true)
    readings = read_table(table).values()
    return {
        "table": "everybody at the Swiss hospital is called ill",
        "accuracy_without_looking": lazy_accuracy(table),
        "figures": [
            {
                "figure": each.title,
                "counts": each.counts,
                "value": each.value,
                "not_defined": each.reason,
            }
            for each in readings
        ],
    }


def calibration(random_state: int) -> dict[str, Any]:
    """Three networks before and after a temperature that was fitted on other folds."""
    from heart.lessons.calibration import (
        MODELS,
        fitted_temperature,
        gain_of_temperature,
        judge,
        predict_unseen,
    )

    rows = []
    for name in MODELS:
        predictions = predict_unseen(name, random_state=random_state)
        y_true, y_score = predictions.y_true, predictions.y_score[0]
        judged = judge(y_true, y_score)
        rows.append(
            {
                "network": name,
                "roc_auc": judged.roc_auc,
                "log_loss": judged.log_loss,
                "brier": judged.brier,
                **with_bounds({"slope": judged.slope}),
                "temperature": fitted_temperature(y_true, y_score),
                **with_bounds({"log_loss_change": gain_of_temperature(predictions)}),
            }
        )
    return {"networks": rows}


def missing(random_state: int) -> dict[str, Any]:
    """Both networks and the filling in, with two tests hidden and at the other hospitals."""
    from heart.data import load_shipped
    from heart.lessons.missing import (
        COHORT,
        judge_elsewhere,
        judge_ways,
        predict_ways,
        train_both,
    )

    trained = train_both(0.5, random_state=random_state)
    y_true, sets = load_shipped(COHORT).y_true, ((), ("ca", "thal"))
    told = predict_ways(trained, sets)
    return {
        "hidden": [
            {"hidden": ", ".join(names) or "nothing", **row}
            for names, scores in zip(sets, told, strict=True)
            for row in _ways(judge_ways(y_true, scores))
        ],
        "elsewhere": [
            {"hospital": name, "patients": n, "missing": missing, **row}
            for name, n, missing, ways in judge_elsewhere(trained)
            for row in _ways(ways)
        ],
    }


def _ways(judged: Mapping[str, Any]) -> list[dict[str, Any]]:
    """A row a way, its difference with its bounds."""
    return [
        {
            "way": way,
            **{name: value for name, value in row._asdict().items() if name != "difference"},
            **with_bounds({"difference": row.difference}),
        }
        for way, row in judged.items()
    ]


def _share_of(done: int, n: int) -> Callable[[float], None] | None:
    """Progress of one of n parts, on a terminal."""
    return on_terminal(lambda share: print_share("splits", (done + share) / n))
