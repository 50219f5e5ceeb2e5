"""The lesson on one neuron: what it learned is there at once, and follows what is moved."""

import re

import pytest

from tests.support.visitor import figures, said

CLAIM = re.compile(
    r"After \*\*(\d+)\*\* epochs the loss is \*\*([\d.]+)\*\* nats; at the start it was ([\d.]+),"
    r" .* less than ([\d.]+)\.",
    re.DOTALL,
)


def claim(app):
    """Epoch shown, its loss, the loss at the start, and the least possible."""
    epoch, *losses = CLAIM.search(said(app)).groups()
    return int(epoch), *map(float, losses)


def tables(app):
    """The tables: gradient, weights, tumours."""
    return [table.value for table in app.table]


def test_neuron_has_learned_without_moving_anything(visit):
    app = visit("learn_neuron")
    epoch, loss, start, least = claim(app)
    assert epoch == 60
    assert least <= loss < least + 0.01 < start
    assert float(figures(app)["Test accuracy, breast tumours"].rstrip("%")) > 92
    assert "The positive class is **malignant**" in said(app)


def test_gradient_and_its_check_stand_side_by_side(visit):
    gradient, ways, _ = tables(visit("learn_neuron"))
    assert gradient.columns.tolist() == ["formula", "by trying", "difference"]
    assert gradient["formula"].astype(float).to_numpy() == pytest.approx(
        gradient["by trying"].astype(float).to_numpy(), abs=1e-6
    )
    assert (gradient["difference"].astype(float) < 1e-6).all()
    assert (ways.nunique(axis=1) == 1).all()


def test_epoch_moves_the_boundary(visit):
    app = visit("learn_neuron")
    end = tables(app)[0]["formula"].astype(float).abs().max()
    app = app.slider(key="neuron_shown").set_value(0).run()
    epoch, loss, start, _ = claim(app)
    assert epoch == 0
    assert loss == start
    assert tables(app)[0]["formula"].astype(float).abs().max() > 5 * end


def test_fewer_epochs_than_the_one_shown(visit):
    app = visit("learn_neuron")
    app = app.slider(key="neuron_shown").set_value(50).run()
    app = app.slider(key="neuron_epochs").set_value(20).run()
    epoch, loss, _, _ = claim(app)
    assert epoch == 20
    assert loss == pytest.approx(claim(visit("learn_neuron"))[1], abs=0.05)


def test_single_rows_stay_above_the_least_loss(visit):
    app = visit("learn_neuron")
    _, whole, _, _ = claim(app)
    app = app.button_group(key="neuron_batch").set_value("stochastic").run()
    _, single, _, least = claim(app)
    assert single > least
    assert single != whole
    assert "One row a step." in said(app)


def test_other_features_are_other_patients_and_weights(visit):
    app = visit("learn_neuron")
    _, before, _, _ = claim(app)
    app = app.selectbox(key="neuron_2").set_value("chol").run()
    assert claim(app)[1] > before
    assert "w, serum cholesterol" in tables(app)[1].index


def test_same_feature_twice_is_explained_and_the_rest_stays(visit):
    app = visit("learn_neuron")
    app = app.selectbox(key="neuron_2").set_value("thalach").run()
    assert "two different features" in said(app)
    assert "Test accuracy, breast tumours" in figures(app)
