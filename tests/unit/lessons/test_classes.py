"""More than two classes: softmax, one-vs-rest, shipped tables, and averages."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import (
    accuracy_score,
    precision_recall_fscore_support,
)

from heart.charts.lessons.classes import confusion_counts, score_sums
from heart.errors import SettingsError
from heart.lessons.classes import (
    class_figures,
    confusion_frame,
    learn_one_vs_rest,
    load_table,
    normalised,
    one_vs_rest_scores,
    sum_bins,
)
from heart.lessons.learned import Recipe, learn_by
from heart.lessons.points import sample_blobs

SLOW = Recipe(layers=0, epochs=400, lr=0.01)
LINEAR = Recipe(layers=0, epochs=100, lr=0.05, random_state=4)


@pytest.fixture(scope="module")
def clouds():
    return sample_blobs(400, n_classes=3, spread=0.5, random_state=4)


@pytest.fixture(scope="module")
def wide():
    """Clouds that overlap, so that the best weights are finite."""
    return sample_blobs(400, n_classes=3, spread=1.2, random_state=4)


# clouds, softmax and one-vs-rest


@pytest.mark.parametrize("n_classes", range(2, 7))
def test_clouds_have_their_classes_in_both_parts(n_classes):
    parts = sample_blobs(120, n_classes=n_classes, spread=0.5, random_state=0)
    assert [sorted(set(part.y_true.tolist())) for part in parts] == [list(range(n_classes))] * 2
    assert [len(part.X) for part in parts] == [84, 36]


def test_softmax_network_without_hidden_layer_is_multinomial_regression(wide):
    ours = learn_by(SLOW, wide).network.predict_proba(wide.test.X)[0]
    theirs = LogisticRegression(C=1e6, max_iter=1_000).fit(*wide.train).predict_proba(wide.test.X)
    assert np.abs(ours - theirs).max() < 0.03
    assert ours.sum(axis=1) == pytest.approx(1)


def test_loss_falls_and_accuracy_rises_while_it_learns(clouds):
    curves = learn_by(LINEAR, clouds).curves
    for _, part in curves.groupby("part"):
        assert part["loss"].iloc[-1] < 0.7 * part["loss"].iloc[0]
        assert part["accuracy"].iloc[-1] > part["accuracy"].iloc[0]
    assert curves.groupby("part")["epoch"].max().tolist() == [100, 100]


def test_curves_end_with_the_figures_of_the_network(clouds):
    learned = learn_by(LINEAR, clouds)
    last = learned.curves.groupby("part").last()
    assert last.loc["test", "accuracy"] == learned.test_accuracy
    assert last.loc["train", "loss"] == pytest.approx(learned.train_loss)
    assert learned.test_accuracy == accuracy_score(
        clouds.test.y_true, learned.network.predict_proba(clouds.test.X)[0].argmax(axis=1)
    )


def test_one_vs_rest_does_not_sum_to_one_and_is_worse_where_a_class_lies_between(clouds):
    scores = one_vs_rest_scores(learn_one_vs_rest(LINEAR, clouds), clouds.test.X)
    sums = scores.sum(axis=1)
    assert sums.min() < 0.9
    assert sums.max() > 1.1
    assert (scores.argmax(axis=1) == clouds.test.y_true).mean() < learn_by(
        LINEAR, clouds
    ).test_accuracy
    assert normalised(scores).sum(axis=1) == pytest.approx(1)


def test_each_one_vs_rest_member_is_its_own_logistic_regression(wide):
    scores = one_vs_rest_scores(learn_one_vs_rest(SLOW, wide), wide.test.X)
    for k in range(3):
        own = LogisticRegression(C=1e6).fit(wide.train.X, wide.train.y_true == k)
        assert np.abs(scores[:, k] - own.predict_proba(wide.test.X)[:, 1]).max() < 0.03


def test_sums_are_counted_once_each():
    scores = np.array([[0.5, 0.52], [0.2, 0.3], [0.9, 0.9], [0.9, 0.91]])
    bins = sum_bins(scores)
    assert bins["points"].sum() == 4
    assert bins["start"].iloc[0] == pytest.approx(0.5)
    assert score_sums(bins.head(0)).to_dict()["layer"][0]["mark"]["type"] == "bar"


# shipped tables


@pytest.mark.parametrize(("name", "columns", "n"), [("wine", 13, 178), ("iris", 4, 150)])
def test_network_learns_the_shipped_tables(name, columns, n):
    table = load_table(name, random_state=0)
    assert (table.n_columns, sum(len(part.X) for part in table.parts)) == (columns, n)
    assert table.parts.train.X.mean(axis=0) == pytest.approx(0, abs=1e-5)
    assert table.parts.train.X.std(axis=0) == pytest.approx(1, abs=1e-5)
    assert learn_by(Recipe(1, 16, "relu", 60, 0.01), table.parts).test_accuracy > 0.9


def test_scaling_does_not_look_at_test():
    parts = load_table("wine", random_state=0).parts
    assert np.abs(parts.test.X.mean(axis=0)).max() > 0.01


def test_other_tables_are_refused():
    with pytest.raises(SettingsError, match="wine, iris"):
        load_table("digits", random_state=0)


def test_confusion_holds_every_pair_and_shares_of_the_truth():
    frame = confusion_frame(np.array([0, 0, 1, 2]), np.array([0, 1, 1, 1]), ("a", "b", "c"))
    assert len(frame) == 9
    assert frame["n"].sum() == 4
    row = frame[(frame["truth"] == "a") & (frame["decided"] == "b")]
    assert row[["n", "share"]].to_numpy().tolist() == [[1, 0.5]]
    assert len(confusion_counts(frame.head(0)).to_dict()["layer"]) == 2


# averages


def test_averages_are_scikit_learns():
    rng = np.random.default_rng(0)
    y_true, decided = rng.choice(5, 300, p=[0.5, 0.2, 0.15, 0.1, 0.05]), rng.integers(0, 4, 300)
    table = class_figures(y_true, decided, n_classes=5).set_index("who")[
        ["precision", "recall", "f1"]
    ]
    for average in ("macro", "micro"):
        expected = precision_recall_fscore_support(
            y_true, decided, labels=range(5), average=average, zero_division=0
        )[:3]
        assert table.loc[average].to_numpy() == pytest.approx(np.array(expected))
    expected = precision_recall_fscore_support(y_true, decided, labels=range(5), zero_division=0)[
        :3
    ]
    for column, values in zip(("precision", "recall", "f1"), expected, strict=True):
        assert table[column].to_numpy()[:5] == pytest.approx(values)
    assert table.loc["micro"].to_numpy() == pytest.approx(accuracy_score(y_true, decided))
