"""Points in the plane: what no hidden layer cannot do and one can, and the cells that are drawn."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from heart.charts.lessons.regions import decision_regions, region_frame
from heart.errors import SettingsError
from heart.lessons.learned import Recipe, learn_by
from heart.lessons.points import CELLS, KINDS, region_cells, sample_blobs, sample_curves


@pytest.mark.parametrize("seed", range(3))
def test_circles_need_a_hidden_layer(seed):
    parts = sample_curves("circles", 400, noise=0.1, random_state=seed)
    straight, curved = (
        learn_by(Recipe(layers=layers, random_state=seed), parts) for layers in (0, 1)
    )
    assert 0.35 < straight.test_accuracy < 0.65
    assert curved.test_accuracy > 0.9


def test_moons_are_better_with_a_hidden_layer():
    parts = sample_curves("moons", 400, noise=0.1, random_state=0)
    straight, curved = (learn_by(Recipe(layers=layers), parts).test_accuracy for layers in (0, 1))
    assert straight < 0.92
    assert curved > 0.95


def test_layers_without_activation_stay_straight():
    parts = sample_curves("circles", 400, noise=0.1, random_state=0)
    assert learn_by(Recipe(layers=3, activation="none"), parts).test_accuracy < 0.65


def test_without_a_hidden_layer_it_is_logistic_regression():
    parts = sample_curves("moons", 400, noise=0.2, random_state=0)
    ours = learn_by(Recipe(layers=0, epochs=400, lr=0.05), parts).network.predict_proba(
        parts.test.X
    )[0, :, 1]
    theirs = LogisticRegression(C=1e6).fit(*parts.train).predict_proba(parts.test.X)[:, 1]
    assert np.abs(ours - theirs).max() < 0.03


def test_test_points_are_not_learnt():
    parts = sample_curves("moons", 200, noise=0.2, random_state=0)
    spoilt = parts._replace(test=parts.test._replace(X=parts.test.X * 100))
    first, second = (
        learn_by(Recipe(epochs=20), each).network.predict_proba(parts.train.X)
        for each in (parts, spoilt)
    )
    assert np.array_equal(first, second)


@pytest.mark.parametrize("kind", KINDS)
def test_parts_hold_every_point_once_and_the_same_share_of_each_class(kind):
    parts = sample_curves(kind, 300, noise=0.1, random_state=4)
    assert [len(part.X) for part in parts] == [210, 90]
    assert len(np.unique(np.concatenate([part.X for part in parts]), axis=0)) == 300
    assert [part.y_true.mean() for part in parts] == [0.5, 0.5]


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: sample_curves("spirals", 100, noise=0.1, random_state=0),
        lambda: sample_curves("moons", 49, noise=0.1, random_state=0),
        lambda: sample_curves("moons", 2001, noise=0.1, random_state=0),
        lambda: sample_curves("moons", 100, noise=-0.1, random_state=0),
        lambda: sample_blobs(100, n_classes=7, spread=1, random_state=0),
        lambda: sample_blobs(100, n_classes=3, spread=0, random_state=0),
        lambda: learn_by(
            Recipe(units=1000), sample_curves("moons", 100, noise=0.1, random_state=0)
        ),
    ],
)
def test_what_is_outside_its_bounds_is_refused(wrong):
    with pytest.raises(SettingsError, match="Choose"):
        wrong()


def test_cells_cover_the_points_and_hold_the_winner_at_their_middle():
    X = np.array([[0, 0], [4, 2]], dtype=np.float32)

    def left_or_right(points):
        right = (points[:, 0] > 1).astype(float) * 0.6 + 0.2
        return np.stack([1 - right, right], axis=1)

    cells = region_cells(left_or_right, X)
    assert len(cells) == CELLS**2 <= 2_500
    assert (cells["x"].min(), cells["x2"].max()) == pytest.approx((-0.32, 4.32))
    assert (cells["y"].min(), cells["y2"].max()) == pytest.approx((-0.16, 2.16))
    assert (((cells["x"] + cells["x2"]) / 2 > 1) == (cells["label"] == 1)).all()
    assert cells["probability"].to_numpy() == pytest.approx(0.8)
    area = ((cells["x2"] - cells["x"]) * (cells["y2"] - cells["y"])).sum()
    assert area == pytest.approx(4.64 * 2.32)


def test_certainty_is_none_at_even_odds_and_one_at_certainty():
    cells = region_cells(
        lambda X: np.stack(
            [np.linspace(0.334, 1, len(X)), *[(1 - np.linspace(0.334, 1, len(X))) / 2] * 2], axis=1
        ),
        np.eye(2, dtype=np.float32),
    )
    points = cells[["x", "y", "label"]].head(3).assign(part=["train", "test", "train"])
    frame = region_frame(cells, points, n_classes=3)
    assert frame["certainty"].iloc[[0, len(cells) - 1]].tolist() == pytest.approx([0.001, 1])
    assert frame["what"].value_counts().to_dict() == {"cell": len(cells), "train": 2, "test": 1}
    assert set(frame["label"]) == {"A"}
    assert (
        decision_regions(frame.head(0)).to_dict()["layer"][0]["encoding"]["opacity"]["field"]
        == "certainty"
    )
