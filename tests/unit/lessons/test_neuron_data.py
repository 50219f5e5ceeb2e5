"""The Cleveland patients in a plane, and the breast tumours."""

import numpy as np
import pytest
from sklearn.datasets import load_breast_cancer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score

from heart.errors import SettingsError
from heart.lessons.neuron import (
    LogisticNeuron,
    Weights,
    forward,
)
from heart.lessons.neuron_data import (
    draw_boundary,
    place_patients,
    score_tumours,
    split_tumours,
    tile_plane,
)


@pytest.fixture(scope="module")
def plane():
    return place_patients("thalach", "oldpeak")


@pytest.fixture(scope="module")
def tumours():
    return split_tumours(random_state=0)


def test_plane_is_standardised_and_finds_its_way_back(cleveland, plane):
    assert plane.X.mean(axis=0) == pytest.approx([0, 0], abs=1e-12)
    assert plane.X.std(axis=0) == pytest.approx([1, 1], abs=1e-12)
    assert plane.points == pytest.approx(cleveland.frame[["thalach", "oldpeak"]].to_numpy(float))
    assert plane.n_left_out == 0


def test_patients_without_a_measurement_are_left_out(cleveland):
    found = place_patients("age", "ca")
    assert found.n_left_out == cleveland.frame["ca"].isna().sum() == 4
    assert len(found.X) == len(found.y) == 299
    assert np.isfinite(found.X).all()


def test_same_feature_twice_is_refused():
    with pytest.raises(SettingsError, match="two different features"):
        place_patients("age", "age")


@pytest.mark.parametrize("at", [(-0.8, 0.8, -0.2), (1.0, 0.0, 0.3), (0.0, -2.0, 0.5)])
def test_boundary_is_where_the_probability_is_one_half(plane, at):
    at = Weights(np.array(at[:2]), at[2])
    ends = plane.scaler.transform(draw_boundary(plane, at))
    assert ends.shape == (2, 2)
    assert forward(ends, at) == pytest.approx([0.5, 0.5], abs=1e-12)
    at_the_edge = np.isclose(ends, plane.X.min(axis=0) - 0.2) | np.isclose(
        ends, plane.X.max(axis=0) + 0.2
    )
    assert at_the_edge.any(axis=1).all()


def test_boundary_far_away_is_not_drawn(plane):
    assert draw_boundary(plane, Weights(np.array([0.01, 0.01]), 5.0)).shape == (0, 2)


def test_cells_cover_the_patients_and_tell_their_probability(plane):
    at = Weights(np.array([-0.8, 0.8]), -0.2)
    cells = tile_plane(plane, at)
    low, high = plane.points.min(axis=0), plane.points.max(axis=0)
    assert bool((cells[["x", "y"]].min() < low).all())
    assert bool((cells[["x2", "y2"]].max() > high).all())
    middles = plane.scaler.transform(
        np.column_stack([(cells["x"] + cells["x2"]) / 2, (cells["y"] + cells["y2"]) / 2])
    )
    assert cells["probability"].to_numpy() == pytest.approx(forward(middles, at), abs=1e-12)


# the tumours


def test_malignant_is_positive(tumours):
    data = load_breast_cancer()
    assert data.target_names[0] == "malignant"
    assert len(tumours.y_train) + len(tumours.y_test) == 569
    assert tumours.y_train.sum() + tumours.y_test.sum() == (data.target == 0).sum() == 212


def test_only_the_train_part_is_standardised_exactly(tumours):
    assert tumours.X_train.mean(axis=0) == pytest.approx(np.zeros(30), abs=1e-12)
    assert np.abs(tumours.X_test.mean(axis=0)).max() > 0.01


def test_neuron_tells_unseen_tumours_apart(tumours):
    neuron = LogisticNeuron().fit(tumours.X_train, tumours.y_train)
    scores = score_tumours(neuron, tumours)
    answers = neuron.predict(tumours.X_test)
    assert scores.accuracy == accuracy_score(tumours.y_test, answers) > 0.92
    missed = ((tumours.y_test == 1) & (answers == 0)).sum()
    assert scores.counts[1, 0] == missed
    assert scores.counts.sum() == 143


def test_line_separates_the_tumours_it_learns_from(tumours):
    free = LogisticRegression(C=np.inf, max_iter=10_000).fit(tumours.X_train, tumours.y_train)
    assert free.score(tumours.X_train, tumours.y_train) == 1.0
    assert (
        LogisticRegression(C=np.inf)
        .fit(*place_patients("thalach", "oldpeak")[1:3])
        .score(*place_patients("thalach", "oldpeak")[1:3])
        < 0.8
    )
