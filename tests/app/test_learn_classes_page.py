"""The lesson on more than two classes: each part says its claim, and follows what is moved."""

import pytest

from tests.support.visitor import figures, said

pytestmark = pytest.mark.usefixtures("brief_lessons")


def test_claims_are_there_without_moving_anything(visit):
    app = visit("learn_classes")
    text = said(app)
    assert "3 one-vs-rest networks on the same points" in text
    assert (
        "The softmax probabilities of a point sum to 1; the one-vs-rest ones sum to anything from"
        in text
    )
    assert "124 rows of *wine* with 13 columns" in text
    assert "Grade 4 has only 13 patients" in text
    assert figures(app)["Share of the commonest grade"] == "54.1\u00a0%"
    assert float(figures(app)["Accuracy"].rstrip("%")) > 54.1


def test_softmax_beats_one_vs_rest_on_the_default_points(visit):
    app = visit("learn_classes")
    softmax, one_vs_rest = (
        float(m.value.rstrip("%")) for m in app.metric if m.label == "Test accuracy"
    )
    assert softmax > one_vs_rest


def test_more_classes_are_drawn_and_named(visit):
    app = visit("learn_classes")
    app = app.slider(key="classes_k").set_value(6).run()
    assert "6 one-vs-rest networks" in said(app)


def test_moving_a_line_changes_the_loss_and_fitting_lowers_it(visit):
    app = visit("learn_classes")

    def loss(page):
        (line,) = (m.value for m in page.markdown if "mean cross-entropy" in m.value)
        return float(line.split("is **")[1].split("**")[0])

    start = loss(app)
    worse = loss(app.number_input(key="softmax_b1").set_value(-10.0).run())
    fitted = loss(app.button_group(key="softmax_way").set_value("fitted").run())
    assert fitted < start < worse


def test_iris_replaces_wine(visit):
    app = visit("learn_classes")
    app = app.button_group(key="classes_table").set_value("iris").run()
    assert "105 rows of *iris* with 4 columns" in said(app)


def test_median_grade_misses_by_less(visit):
    app = visit("learn_classes")
    probable = float(figures(app)["Mean error in grades"])
    app = app.button_group(key="severity_way").set_value("median").run()
    assert float(figures(app)["Mean error in grades"]) <= probable
