"""The lesson on missing values: what is hidden is what is told."""

import pytest

from tests.support.visitor import said

pytestmark = pytest.mark.usefixtures("brief_lessons")


def losses(app):
    """Of the three ways."""
    return [float(metric.value) for metric in app.metric if metric.label == "Log-loss"]


def test_three_ways_are_compared_with_what_is_hidden(visit):
    app = visit("learn_missing")
    masked, plain, filled = losses(app)
    assert masked < min(plain, filled)
    assert "Without **major vessels coloured and thallium scan** the network with masking" in said(
        app
    )
    assert "values **filled in** does worse" in said(app)
    app = app.multiselect(key="missing_hidden").set_value([]).run()
    assert "Nothing is hidden" in said(app)
    assert losses(app)[0] < masked
    app = app.multiselect(key="missing_hidden").set_value(["ca", "thal", "cp", "oldpeak"]).run()
    assert "Without **4 features**" in said(app)
    (hospitals,) = (t.value for t in app.table if "values missing" in t.value.columns)
    assert len(hospitals) == 3
