"""The lesson on calibration: what is said follows the network and the temperature."""

import pytest

from tests.support.visitor import figures, said

pytestmark = pytest.mark.usefixtures("brief_lessons")


def test_too_sure_until_the_temperature_is_right_and_the_auc_stays(visit):
    app = visit("learn_calibration")
    before = figures(app)
    assert "the network is **too sure**" in said(app)
    assert "The log-loss falls (" in said(app)
    app = app.select_slider(key="calibration_temperature").set_value(4.0).run()
    assert figures(app)["AUC"] == before["AUC"]
    assert float(figures(app)["Slope"]) > 1 > float(before["Slope"])
    assert "the network is **too timid** (95" in said(app)
    assert "at a temperature of 4" in said(app)
    app = app.radio(key="calibration_model").set_value("held back").run()
    app = app.select_slider(key="calibration_temperature").set_value(1.0).run()
    assert "do not tell whether it is too sure or too timid" in said(app)
    assert "Leave it." in said(app)
