"""`learn`: what each lesson of the Learn page claims, computed."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import click

from heart.commands.inputs import WHOLE, OneOf, command
from heart.commands.output import HISTORIC, on_terminal, print_share, with_bounds
from heart.errors import SettingsError
from heart.glossary import TERMS, Term
from heart.lessons import LESSONS, Lesson

if TYPE_CHECKING:
    from heart.model.loop import OnEpochEnd

MAX_SEED = 9_999


@command
@click.argument(
    "lesson", required=False, type=OneOf(LESSONS), help="[default: say which there are]"
)
@click.option("--random-state", type=WHOLE, default=0, help=f"seed, 0 to {MAX_SEED}")
@click.option("--answer", help="to the lesson's exercise: is it right, and why")
@click.option("--glossary", is_flag=True, help="the words of the lessons, with their meanings")
def learn(
    *, lesson: str | None, random_state: int, answer: str | None, glossary: bool
) -> dict[str, Any]:
    """Compute what a lesson of the Learn page claims, or check an answer to its exercise."""
    if glossary:
        return {"glossary": [_define(term) for term in TERMS.values()]}
    if lesson is None:
        if answer is not None:
            raise SettingsError(
                "the lesson whose exercise is answered", "no lesson", "Name it before --answer."
            )
        return {"lessons": list(LESSONS), "course": [_describe(each) for each in LESSONS.values()]}
    if not 0 <= random_state <= MAX_SEED:
        raise SettingsError(
            f"a seed from 0 to {MAX_SEED:,}", str(random_state), "Choose one inside."
        )
    # the networks are tiny: on a busy machine threads only wait for each other (torch reads this
    # when it is loaded, which is below)
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    if answer is not None:
        return _check_answer(lesson, answer)
    figures = FIGURES[lesson](random_state)
    return {"lesson": lesson, "random_state": random_state, **figures, **_exercise(lesson)}


def _define(term: Term) -> dict[str, Any]:
    """A word as the glossary has it; formulas are LaTeX."""
    also = ", ".join(term.also)
    return {"word": term.name, "also": also, "meaning": term.meaning, "formula": term.formula}


def _describe(lesson: Lesson) -> dict[str, Any]:
    """A lesson as its card on the Learn page has it."""
    return {
        "lesson": lesson.name,
        "title": lesson.title,
        "minutes": lesson.minutes,
        "builds_on": ", ".join(lesson.builds_on),
    }


def _exercise(lesson: str) -> dict[str, Any]:
    """What the lesson asks in the end."""
    from heart.lessons.exercise import Choice
    from heart.lessons.exercises import EXERCISES

    question, kind, _ = EXERCISES[lesson]
    options = {"options": list(kind.options)} if isinstance(kind, Choice) else {}
    return {"exercise": {"question": question.replace("**", ""), **options}}


def _check_answer(lesson: str, answer: str) -> dict[str, Any]:
    """What an answer to the lesson's exercise is worth."""
    from heart.lessons.exercises import EXERCISES

    return {"lesson": lesson, "answer": answer, **EXERCISES[lesson].check(answer)._asdict()}


def _neuron(random_state: int) -> dict[str, Any]:
    """Two features of Cleveland, three implementations, and the tumours."""
    import numpy as np

    from heart.lessons.neuron import (
        LogisticNeuron,
        gradient,
        learn_three_ways,
        numerical_gradient,
    )
    from heart.lessons.neuron_data import place_patients, score_tumours, split_tumours

    plane = place_patients("thalach", "oldpeak")
    neuron = LogisticNeuron(random_state=random_state).fit(plane.X, plane.y)
    slopes = [slope(plane.X, plane.y, neuron.weights_) for slope in (gradient, numerical_gradient)]
    tumours = split_tumours(random_state=random_state)
    scores = score_tumours(
        LogisticNeuron(random_state=random_state).fit(tumours.X_train, tumours.y_train), tumours
    )
    return {
        "features": ["thalach", "oldpeak"],
        "loss_before": float(neuron.losses_[0]),
        "loss_after": float(neuron.losses_[-1]),
        "gradient_differs_from_numerical_by": float(
            np.abs(np.append(slopes[0].w - slopes[1].w, slopes[0].b - slopes[1].b)).max()
        ),
        "converged_weights": [
            {"by": name, "thalach": float(at.w[0]), "oldpeak": float(at.w[1]), "bias": at.b}
            for name, at in learn_three_ways(plane.X, plane.y).items()
        ],
        "tumours": {"accuracy": scores.accuracy, "benign_then_malignant": scores.counts.tolist()},
    }


def _loss(_: int) -> dict[str, Any]:
    """Both losses of answers about a diseased patient, the likelihood, and the dragged line."""
    from heart.lessons.loss import look_at
    from heart.lessons.loss_likelihood import (
        FARTHEST,
        best_weight,
        compare_lines,
        log_likelihood,
    )

    near, far = compare_lines(3.0), compare_lines(FARTHEST)
    return {
        "answers_about_a_diseased_patient": [
            {"logit": z, **look_at(z, 1)._asdict()} for z in (-8.0, -5.0, -2.0, 0.0, 2.0, 5.0)
        ],
        "best_weight": best_weight(),
        "its_log_likelihood": log_likelihood(best_weight()),
        "far_patient": [
            {"model": name, "boundary_near": before, "boundary_far": after}
            for name, before, after in (
                ("straight line", near[0].crossing, far[0].crossing),
                ("logistic regression", near[1].boundary, far[1].boundary),
            )
        ],
    }


def _logits(random_state: int) -> dict[str, Any]:
    """Both ways to the loss at extreme logits, and the four endings."""
    import numpy as np

    from heart.lessons.logits import compare_ways
    from heart.lessons.logits_endings import learn_endings

    endings = learn_endings(epochs=100, lr=0.01, random_state=random_state)
    return {
        "healthy_patient": compare_ways(np.array([5.0, 30.0, 200.0]), 0).to_dict("records"),
        "endings": [
            {
                "ending": name,
                "train_loss": float(learnt.losses[-1]),
                "floor": learnt.floor,
                "test_accuracy": learnt.accuracy,
                "test_log_loss": learnt.test_loss,
            }
            for name, learnt in endings.items()
        ],
    }


def _encodings(random_state: int) -> dict[str, Any]:
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


def _classes(random_state: int) -> dict[str, Any]:
    """Clouds, wine, iris, and the severity of Cleveland's patients."""
    from heart.lessons.classes import load_table
    from heart.lessons.learned import Recipe, learn_by

    recipe = Recipe(random_state=random_state)
    tables = {
        name: learn_by(recipe, load_table(name, random_state=random_state).parts).test_accuracy
        for name in ("wine", "iris")
    }
    return {
        "clouds": _clouds(random_state),
        "test_accuracy": tables,
        **_severity(random_state),
    }


def _clouds(random_state: int) -> dict[str, Any]:
    """Three clouds of points, by softmax and by one-vs-rest."""
    from heart.lessons.classes import learn_one_vs_rest, one_vs_rest_scores
    from heart.lessons.learned import Recipe, learn_by
    from heart.lessons.points import sample_blobs

    straight = Recipe(layers=0, epochs=100, lr=0.05, random_state=random_state)
    clouds = sample_blobs(400, n_classes=3, spread=0.5, random_state=random_state)
    sums = one_vs_rest_scores(learn_one_vs_rest(straight, clouds), clouds.test.X)
    return {
        "softmax_accuracy": learn_by(straight, clouds).test_accuracy,
        "one_vs_rest_accuracy": float((sums.argmax(axis=1) == clouds.test.y_true).mean()),
        "one_vs_rest_sums": [float(sums.sum(axis=1).min()), float(sums.sum(axis=1).max())],
    }


def _severity(random_state: int) -> dict[str, Any]:
    """The grade of Cleveland's patients, and each grade's own figures."""
    from heart.data import load_shipped
    from heart.lessons.classes import class_figures
    from heart.lessons.classes_severity import (
        judge,
        most_probable,
        predict_severity,
        severity_settings,
    )

    severity = predict_severity(
        load_shipped("cleveland"),
        severity_settings(random_state=random_state),
        on_epoch_end=_told(60),
    )
    decided = judge(severity.y_true, most_probable(severity.y_score))
    return {
        "severity": {
            "accuracy": decided.accuracy,
            "commonest_grade": float((severity.y_true == 0).mean()),
            "error_in_grades": decided.error,
        },
        "grades": class_figures(severity.y_true, decided.grade, n_classes=5).to_dict("records"),
    }


def _boundaries(random_state: int) -> dict[str, Any]:
    """Circles and moons with no hidden layer and with one."""
    from heart.lessons.learned import Recipe, learn_by
    from heart.lessons.points import KINDS, sample_curves

    rows = []
    for kind in KINDS:
        parts = sample_curves(kind, 400, noise=0.1, random_state=random_state)
        learnt = {
            layers: learn_by(Recipe(layers=layers, random_state=random_state), parts).test_accuracy
            for layers in (0, 1)
        }
        rows.append({"points": kind, "no_hidden_layer": learnt[0], "one_hidden_layer": learnt[1]})
    return {"test_accuracy": rows}


def _overfitting(random_state: int) -> dict[str, Any]:
    """Three networks on the same moons, and where width and weight decay are best."""
    from heart.lessons import overfitting as capacity

    moons = capacity.make_moons_parts(random_state=random_state)
    fitted = {
        "tiny": capacity.learn_tiny(moons, random_state=random_state),
        "big": capacity.learn_big(moons, random_state=random_state),
        "regularised": capacity.learn_held(moons, capacity.Held(), random_state=random_state),
    }
    names = ("train_accuracy", "test_accuracy", "train_loss", "test_loss")
    sweep = capacity.run_sweep(
        moons, random_state=random_state, on_epoch_end=_told(capacity.SWEEP_EPOCHS)
    )
    return {
        "networks": [
            {"network": name, **{figure: getattr(learned, figure) for figure in names}}
            for name, learned in fitted.items()
        ],
        **{
            f"by_{which}": capacity.summarise_sweep(sweep, which).to_dict("records")
            for which in ("width", "decay")
        },
    }


def _leakage(random_state: int) -> dict[str, Any]:
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


def _metrics(_: int) -> dict[str, Any]:
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


def _calibration(random_state: int) -> dict[str, Any]:
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


def _missing(random_state: int) -> dict[str, Any]:
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


def _told(epochs: int) -> OnEpochEnd | None:
    """Progress of a training, on a terminal."""
    return on_terminal(lambda record: print_share("learning", record.epoch / epochs))


def _share_of(done: int, n: int) -> Callable[[float], None] | None:
    """Progress of one of n parts, on a terminal."""
    return on_terminal(lambda share: print_share("splits", (done + share) / n))


FIGURES: dict[str, Callable[[int], dict[str, Any]]] = {
    "neuron": _neuron,
    "loss": _loss,
    "logits": _logits,
    "encodings": _encodings,
    "classes": _classes,
    "boundaries": _boundaries,
    "overfitting": _overfitting,
    "leakage": _leakage,
    "metrics": _metrics,
    "calibration": _calibration,
    "missing": _missing,
}
"""What computes each lesson's figures from a seed."""
