"""The lesson on encodings: what a line gets wrong is there at once, follows every choice, and the
network is trained on demand.
"""

import pytest

from heart.lessons import encodings_costs
from tests.support.visitor import figures, press, said


def losses(app):
    shown = figures(app)
    return float(shown["Log-loss of the line"]), float(shown["Of free heights"])


def costs(app):
    (table,) = (table.value for table in app.table if "lost" in table.value.columns)
    return table


def test_claim_is_there_without_moving_anything(visit):
    app = visit("learn_encodings")
    line, free = losses(app)
    assert line > free + 0.03
    assert "“atypical angina” is observed below both its neighbours" in said(app)
    assert "A logistic regression that reads codes loses **0.0" in said(app)
    assert costs(app).index.tolist() == [
        "logistic, only chest pain as code",
        "logistic, all as codes",
    ]


def test_yes_or_no_category_costs_nothing(visit):
    app = visit("learn_encodings")
    app = app.selectbox(key="encodings_category").set_value("exang").run()
    line, free = losses(app)
    assert line == free
    assert "**code costs nothing**" in said(app)


def test_order_of_the_codes_decides_what_a_line_can_do(visit):
    app = visit("learn_encodings")
    found = [
        losses(app.button_group(key="encodings_order").set_value(order).run())[0]
        for order in ("by share of disease", "worst")
    ]
    assert found[0] < losses(visit("learn_encodings"))[0] < found[1]
    assert "Over all 24 orders" in said(app)


def test_length_of_the_vectors_is_the_rank(visit):
    app = visit("learn_encodings")
    assert "**26** numbers to learn" in said(app)
    app = app.slider(key="encodings_dim").set_value(1).run()
    assert "The matrix has rank **1**" in said(app)
    assert "one line" in said(app)


@pytest.fixture
def few_folds(monkeypatch):
    """Three folds instead of ten."""
    for each in (encodings_costs.score_logistic, encodings_costs._folds):
        each.cache_clear()
    monkeypatch.setattr(encodings_costs, "N_FOLDS", 3)
    yield
    for each in (encodings_costs.score_logistic, encodings_costs._folds):
        each.cache_clear()


@pytest.mark.usefixtures("few_folds")
def test_network_is_trained_on_demand_and_kept(visit):
    app = visit("learn_encodings")
    app = app.select_slider(key="encodings_repeats").set_value(1).run()
    app = app.select_slider(key="encodings_members").set_value(1).run()
    app = app.selectbox(key="encodings_recipe").set_value("lesson").run()
    app = press(app, "Train the network both ways")
    assert "The network that reads codes loses" in said(app)
    assert costs(app).index[-1] == "network, all as codes"
    app = app.slider(key="encodings_dim").set_value(3).run()
    assert costs(app).index[-1] == "network, all as codes"
    app = app.number_input(key="encodings_folds").set_value(1).run()
    assert len(costs(app)) == 2
