"""`learn`: the figures of the lessons on how networks learn, from a seed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from heart.commands.output import on_terminal, print_share

if TYPE_CHECKING:
    from heart.model.loop import OnEpochEnd


def neuron(random_state: int) -> dict[str, Any]:
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


def loss(_: int) -> dict[str, Any]:
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


def logits(random_state: int) -> dict[str, Any]:
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


def classes(random_state: int) -> dict[str, Any]:
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


def boundaries(random_state: int) -> dict[str, Any]:
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


def overfitting(random_state: int) -> dict[str, Any]:
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


def _told(epochs: int) -> OnEpochEnd | None:
    """Progress of a training, on a terminal."""
    return on_terminal(lambda record: print_share("learning", record.epoch / epochs))
