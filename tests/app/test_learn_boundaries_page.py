"""The lesson on curved boundaries: the claim is there at once, and follows what is moved."""

from tests.support.visitor import said


def accuracies(app):
    """Test accuracy without a hidden layer and with the chosen ones."""
    return [
        float(metric.value.rstrip("%")) for metric in app.metric if metric.label == "Test accuracy"
    ]


def test_claim_is_there_without_moving_anything(visit):
    app = visit("learn_boundaries")
    straight, curved = accuracies(app)
    assert 35 < straight < 65
    assert curved > 90
    assert (
        f"is right for **{straight:.0f}\u00a0%** of the test points, no better than chance"
        in said(app)
    )


def test_no_activation_makes_the_chosen_network_straight_again(visit):
    app = visit("learn_boundaries")
    app = app.button_group(key="boundaries_activation").set_value("none").run()
    straight, chosen = accuracies(app)
    assert max(straight, chosen) < 65
    assert "1 hidden layer of 8, none" in said(app)


def test_moons_need_less(visit):
    app = visit("learn_boundaries")
    app = app.button_group(key="boundaries_kind").set_value("moons").run()
    straight, curved = accuracies(app)
    assert straight > 75
    assert curved > straight
    assert "as far as a straight line goes" in said(app)


def test_no_hidden_layer_is_the_network_on_the_left(visit):
    app = visit("learn_boundaries")
    app = app.slider(key="boundaries_layers").set_value(0).run()
    straight, chosen = accuracies(app)
    assert straight == chosen
    assert "There is no hidden layer, so there are no units to look at" in said(app)


def test_units_of_the_first_two_layers_are_drawn(visit):
    app = visit("learn_boundaries")
    assert "**Hidden layer 1**, the largest weight first" in said(app)
    app = app.slider(key="boundaries_layers").set_value(3).run()
    assert "**Hidden layer 1**: number of the unit" in said(app)
    assert "**Hidden layer 2**: number of the unit" in said(app)
    assert "The first 2 of 3 hidden layers are drawn." in said(app)
