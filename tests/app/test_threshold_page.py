"""The threshold page: chosen on valid, reported on test, put into the bundle."""

import pytest

from tests.app.conftest import go, press, said


def counts(app, position):
    return int(app.table[position].value.to_numpy().sum())


def test_default_is_the_bayes_threshold_of_two_to_one(visit):
    assert "**Valid part at 33%**: 22 of 49 diseased" in said(visit("threshold"))


def test_matrices_hold_every_patient_of_their_part(visit):
    app = visit("threshold")
    assert counts(app, 0) == 49
    assert counts(app, 1) == 61


@pytest.mark.parametrize(("ratio", "shown"), [(1.0, "50%"), (4.0, "20%"), (9.0, "10%")])
def test_cost_moves_the_threshold(visit, ratio, shown):
    app = visit("threshold")
    app = app.number_input[0].set_value(ratio).run()
    assert f"**Valid part at {shown}**" in said(app)


def test_threshold_by_hand_goes_into_the_model(visit):
    app = visit("threshold")
    app = app.radio[0].set_value("manual").run()
    app = app.slider[0].set_value(60).run()
    app = press(app, "Use this threshold in the model")
    assert "decides “disease” at 60% and above" in said(app)
    app = go(app, "bundle")
    assert "0.6: chosen by hand" in app.table[0].value.loc["Threshold"].item()


def test_everybody_is_diseased_at_zero(visit):
    app = visit("threshold")
    app = app.radio[0].set_value("manual").run()
    app = app.slider[0].set_value(0).run()
    assert app.table[0].value["decided: disease"].tolist() == [22, 27]


def test_cheapest_threshold_is_not_dearer_than_the_default(visit):
    app = visit("threshold")

    def cost(page):
        (line,) = (c.value for c in page.caption if "= cost" in c.value)
        return float(line.split("= cost ")[1])

    default = cost(app)
    assert cost(app.radio[0].set_value("cheapest").run()) <= default
