"""A code lies on a line, free heights do not; an embedding is one-hot times a product."""

import numpy as np
import pandas as pd
import pytest
import torch
from scipy.optimize import minimize
from sklearn.preprocessing import LabelEncoder, OneHotEncoder

from heart.charts.lessons.encodings import (
    contributions,
    cost_frame,
    height_frame,
    heights,
    log_loss_costs,
    product_frame,
    roc_auc_costs,
)
from heart.errors import SettingsError
from heart.evaluation.figures import Figure
from heart.lessons.encodings import (
    CATEGORIES,
    ORDERS,
    category_table,
    factorise,
    fit_heights,
    order_losses,
    positions_of,
    through_embedding,
    through_one_hot,
)
from heart.lessons.encodings_costs import (
    Cost,
)
from heart.ui.lessons.encodings import describe_heights, describe_rank
from heart.ui.lessons.encodings_costs import describe_cost


def counts(cohort, name):
    table = category_table(cohort, name)
    return table, table["n"].to_numpy(), table["diseased"].to_numpy()


def fitted(cohort, name, order="LabelEncoder"):
    table, n, diseased = counts(cohort, name)
    return table, fit_heights(n, diseased, positions_of(n, diseased, order))


# one unit, one category


def test_table_counts_every_patient_in_label_encoders_order(cleveland):
    table, n, diseased = counts(cleveland, "thal")
    assert (
        table["value"].tolist()
        == LabelEncoder().fit(cleveland.features["thal"].dropna()).classes_.tolist()
    )
    assert n.sum() == cleveland.features["thal"].notna().sum() == 301
    shares = cleveland.y_true[(cleveland.features["thal"] == "normal").to_numpy(dtype=bool)].mean()
    assert diseased[1] / n[1] == shares


@pytest.mark.parametrize("name", CATEGORIES)
def test_observed_log_odds_lie_in_their_interval_and_free_heights_are_they(cleveland, name):
    table, found = fitted(cleveland, name)
    assert np.isfinite(table[["log_odds", "low", "high"]].to_numpy()).all()
    assert (table["low"] < table["log_odds"]).all()
    assert (table["log_odds"] < table["high"]).all()
    np.testing.assert_allclose(found.free, table["log_odds"], atol=1e-5)


@pytest.mark.parametrize("name", CATEGORIES)
@pytest.mark.parametrize("order", ORDERS)
def test_line_puts_each_category_between_its_neighbours(cleveland, name, order):
    table, n, diseased = counts(cleveland, name)
    position = positions_of(n, diseased, order)
    found = fit_heights(n, diseased, position)
    steps = np.diff(found.line[np.argsort(position)])
    np.testing.assert_allclose(steps, found.weight, atol=1e-9)
    assert sorted(position) == list(range(len(table)))


def test_free_heights_turn_where_a_line_cannot(cleveland):
    _, found = fitted(cleveland, "thal")
    assert (
        found.free[1] < found.free[0] < found.free[2]
    )  # normal, in the middle of the alphabet, has the fewest diseased
    assert found.line_loss - found.free_loss > 0.05
    assert found.chance < 0.001


def test_line_is_the_most_likely_one(cleveland):
    _, n, diseased = counts(cleveland, "cp")
    position = np.arange(4)

    def loss(parameters):
        logit = parameters[0] * position + parameters[1]
        return (
            diseased * np.logaddexp(0, -logit) + (n - diseased) * np.logaddexp(0, logit)
        ).sum() / n.sum()

    best = minimize(loss, [0.0, 0.0])
    found = fit_heights(n, diseased, position)
    assert (found.weight, found.bias) == pytest.approx(tuple(best.x), abs=1e-3)
    assert found.line_loss == pytest.approx(best.fun, abs=1e-8)


def test_two_categories_cost_nothing(cleveland):
    _, found = fitted(cleveland, "exang")
    np.testing.assert_allclose(found.line, found.free, atol=1e-5)
    assert found.chance == 1


def test_orders_are_the_best_and_worst_of_all(cleveland):
    _, n, diseased = counts(cleveland, "cp")
    losses = order_losses(n, diseased)
    assert len(losses) == 24
    assert losses[tuple(positions_of(n, diseased, "worst"))] == max(losses.values())
    shares = (diseased / n)[np.argsort(positions_of(n, diseased, "by share of disease"))]
    assert (np.diff(shares) > 0).all()
    free = fit_heights(n, diseased, np.arange(4)).free_loss
    assert free < min(losses.values()) < losses[0, 1, 2, 3] < max(losses.values())


def test_unknown_category_or_order_is_refused(cleveland):
    with pytest.raises(SettingsError, match="a category among"):
        category_table(cleveland, "age")
    with pytest.raises(SettingsError, match="an order among"):
        positions_of(np.array([3, 3]), np.array([1, 2]), "alphabet")


# embedding and one-hot


@pytest.mark.parametrize("dim", [1, 2, 5, 8])
def test_embedding_and_layer_are_one_hot_times_a_factorised_matrix(dim):
    rng = np.random.default_rng(0)
    codes = torch.from_numpy(rng.integers(0, 5, 200))
    table, layer = torch.nn.Embedding(5, dim), torch.nn.Linear(dim, 7, bias=False)
    expected = layer(table(codes)).detach().numpy()
    vectors, weights = table.weight.detach(), layer.weight.detach().T
    np.testing.assert_allclose(through_embedding(codes, vectors, weights), expected, atol=1e-6)
    np.testing.assert_allclose(through_one_hot(codes, vectors, weights), expected, atol=1e-6)
    by_hand = (
        OneHotEncoder(sparse_output=False).fit_transform(codes[:, None])
        @ (vectors @ weights).numpy()
    )
    np.testing.assert_allclose(by_hand, expected, atol=1e-5)


@pytest.mark.parametrize(("dim", "rank"), [(1, 1), (2, 2), (4, 4), (8, 5)])
def test_rank_is_bounded_by_the_vectors_length(dim, rank):
    found = factorise(5, dim=dim, n_units=8, random_state=0)
    assert found.rank == rank
    assert found.difference < 1e-12
    assert (found.n_factorised, found.n_direct) == (5 * dim + dim * 8, 40)
    np.testing.assert_allclose(found.product, found.vectors @ found.weights)


def test_any_matrix_of_one_hot_is_some_embedding():
    M = np.random.default_rng(1).normal(size=(4, 8))
    left, sizes, right = np.linalg.svd(M, full_matrices=False)
    vectors, weights, codes = (
        torch.from_numpy(part) for part in (left * sizes, right, np.array([3, 0, 0, 2]))
    )
    np.testing.assert_allclose(through_embedding(codes, vectors, weights), M[codes])


def test_seed_decides_and_sizes_are_bounded():
    first, again, other = (factorise(4, dim=2, n_units=3, random_state=seed) for seed in (0, 0, 1))
    assert np.array_equal(first.product, again.product)
    assert not np.array_equal(first.product, other.product)
    with pytest.raises(SettingsError, match="sizes from 1 to 64"):
        factorise(4, dim=0, n_units=3, random_state=0)


# what is shown


def test_words_follow_the_heights(cleveland):
    table, found = fitted(cleveland, "thal")
    text = describe_heights(table.assign(position=table["code"]), found)
    assert "“normal” is observed below both its neighbours" in text
    assert "not chance" in text
    table, found = fitted(cleveland, "restecg")
    assert "these patients cannot tell" in describe_heights(
        table.assign(position=table["code"]), found
    )
    table, found = fitted(cleveland, "sex")
    assert "costs nothing" in describe_heights(table.assign(position=table["code"]), found)


@pytest.mark.parametrize(
    ("auc_low", "loss_low", "words"),
    [
        (0.1, 0.1, "both intervals leave 0 out"),
        (-0.1, 0.1, "of the log-loss leaves 0 out"),
        (-0.1, -0.1, "do not settle it"),
    ],
)
def test_words_follow_the_costs(auc_low, loss_low, words):
    cost = Cost(Figure(0.2, auc_low, 0.3), Figure(0.2, loss_low, 0.3), (0.9, 0.4), (0.7, 0.6))
    assert words in describe_cost("network, all as codes", cost)


def test_words_follow_the_rank():
    assert "one line" in describe_rank(1, 5)
    assert "share 2 directions" in describe_rank(2, 5)
    assert "nothing is given up" in describe_rank(5, 5)


def test_charts_are_valid_and_in_the_order_of_the_codes(cleveland):
    table, found = fitted(cleveland, "thal", "by share of disease")
    position = positions_of(
        table["n"].to_numpy(), table["diseased"].to_numpy(), "by share of disease"
    )
    frame = height_frame(table.assign(position=position), found.line, found.free)
    assert frame["category"].drop_duplicates().tolist() == [
        "normal",
        "fixed defect",
        "reversible defect",
    ]
    assert heights(frame).to_dict()
    product = product_frame(["a", "b"], np.array([[1.0, 2.0], [3.0, 4.0]]))
    assert product.to_dict("list") == {
        "category": ["a", "a", "b", "b"],
        "unit": [1, 2, 1, 2],
        "value": [1, 2, 3, 4],
    }
    assert contributions(product).to_dict()
    costs = cost_frame({"x": {"roc_auc": (1, 0, 2), "log_loss": (3, 2, 4)}})
    expected = {
        "name": ["x"],
        "roc_auc": [1],
        "roc_auc_low": [0],
        "roc_auc_high": [2],
        "log_loss": [3],
        "log_loss_low": [2],
        "log_loss_high": [4],
    }
    pd.testing.assert_frame_equal(costs, pd.DataFrame(expected))
    assert roc_auc_costs(costs).to_dict()
    assert log_loss_costs(costs).to_dict()
