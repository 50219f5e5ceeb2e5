"""The lesson on one neuron: what it learned is there at once, and follows what is moved."""

import re

import pytest

from heart.lessons.exercises import EXERCISES, neuron
from tests.support.visitor import figures, go, press, said

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


def at_end(app):
    """The same visitor, looking at the last epoch."""
    slider = app.slider(key="neuron_shown")
    return slider.set_value(slider.max).run()


def button(app, label):
    (found,) = (each for each in app.button if each.label == label)
    return found


def test_page_opens_at_the_start_and_goes_on_step_by_step(visit):
    app = visit("learn_neuron")
    epoch, loss, start, _ = claim(app)
    assert (epoch, loss) == (0, start)
    assert button(app, "Back to the start").disabled
    app = press(press(app, "Step"), "Step")
    assert claim(app)[0] == 2
    assert claim(app)[1] < start
    app = press(app, "Back to the start")
    assert claim(app)[0] == 0


def test_played_epochs_move_on_by_themselves_until_they_are_stopped(visit):
    app = press(visit("learn_neuron"), "Play")
    played = [claim(app)[0]] + [claim(app.run())[0] for _ in range(3)]
    assert played == [1, 2, 3, 4]
    app = press(app, "Pause")
    assert [claim(app)[0], claim(app.run())[0]] == [4, 4]
    app = app.slider(key="neuron_shown").set_value(59).run()
    app = press(app, "Play")
    assert claim(app)[0] == 60
    assert claim(app.run())[0] == 60  # the last: it stands, and Play begins anew
    assert button(app, "Step").disabled
    app = press(app, "Play")
    assert claim(app)[0] == 1
    app = go(go(app, "learn"), "learn_neuron")  # left and opened again, it stands
    assert [claim(app)[0], claim(app.run())[0]] == [1, 1]


def test_exercise_asks_for_what_the_page_shows(visit):
    app = visit("learn_neuron")
    for given, right in ((neuron.run().first - 1, False), (neuron.run().first, True)):
        app = app.slider(key="neuron_shown").set_value(given).run()
        _, loss, _, least = claim(app)
        assert (loss - least < neuron.NEAR) == right == EXERCISES["neuron"].check(given).right


def test_neuron_has_learned_at_the_last_epoch(visit):
    app = at_end(visit("learn_neuron"))
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
    app = at_end(visit("learn_neuron"))
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
    assert loss == pytest.approx(claim(at_end(visit("learn_neuron")))[1], abs=0.05)


def test_single_rows_stay_above_the_least_loss(visit):
    app = at_end(visit("learn_neuron"))
    _, whole, _, _ = claim(app)
    app = app.button_group(key="neuron_batch").set_value("stochastic").run()
    _, single, _, least = claim(app)
    assert single > least
    assert single != whole
    assert "One row a step." in said(app)


def test_other_features_are_other_patients_and_weights(visit):
    app = at_end(visit("learn_neuron"))
    _, before, _, _ = claim(app)
    app = app.selectbox(key="neuron_2").set_value("chol").run()
    assert claim(app)[1] > before
    assert "w, serum cholesterol" in tables(app)[1].index


def test_same_feature_twice_is_explained_and_the_rest_stays(visit):
    app = visit("learn_neuron")
    app = app.selectbox(key="neuron_2").set_value("thalach").run()
    assert "two different features" in said(app)
    assert "Test accuracy, breast tumours" in figures(app)
