"""Softmax of one input: three lines, their probabilities and their loss."""

import numpy as np
import pytest
import torch
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import (
    log_loss,
)

from heart.charts.lessons.classes import curve_frame, softmax_lines
from heart.lessons.classes_softmax import (
    Lines,
    fit_lines,
    line_probabilities,
    load_petals,
    mean_loss,
    softmax,
    softmax_curves,
)
from heart.lessons.learned import Recipe


def test_softmax_is_torchs_and_does_not_overflow():
    logits = np.array([[1.0, 2.0, 3.0], [1e4, 0.0, -1e4]])
    assert softmax(logits) == pytest.approx(torch.softmax(torch.tensor(logits), dim=1).numpy())


def test_softmax_of_two_is_the_sigmoid_of_the_difference():
    logits = np.random.default_rng(0).normal(size=(20, 2))
    assert softmax(logits)[:, 1] == pytest.approx(1 / (1 + np.exp(logits[:, 0] - logits[:, 1])))


def test_same_number_on_all_lines_changes_no_probability():
    x = np.linspace(0, 8, 9)
    plain, moved = Lines((0, 2, 4), (0, -5, -14.5)), Lines((3, 5, 7), (10, 5, -4.5))
    assert line_probabilities(x, moved) == pytest.approx(line_probabilities(x, plain))


def test_fitted_lines_are_scikit_learns():
    petals = load_petals()
    fitted = fit_lines(petals, Recipe(layers=0, epochs=300, lr=0.1))
    theirs = LogisticRegression(C=1e6, max_iter=10_000).fit(petals.length[:, None], petals.kind)
    expected = log_loss(petals.kind, theirs.predict_proba(petals.length[:, None]))
    assert mean_loss(petals, fitted) == pytest.approx(expected, abs=0.01)
    assert (fitted.slopes[0], fitted.intercepts[0]) == (0, 0)
    assert mean_loss(petals, fitted) < mean_loss(petals, Lines((0, 2, 4), (0, -5, -14.5)))


def test_curves_sum_to_one_everywhere():
    lines = Lines((0, 2, 4), (0, -5, -14.5))
    curves = softmax_curves(lines, ("a", "b", "c"), low=0, high=8)
    assert curves.groupby("x")["probability"].sum().to_numpy() == pytest.approx(1)
    frame = curve_frame(curves, curves[["x", "label"]].head(2))
    assert frame["what"].value_counts().to_dict() == {"curve": len(curves), "flower": 2}
    assert len(softmax_lines(frame.head(0)).to_dict()["layer"]) == 2
