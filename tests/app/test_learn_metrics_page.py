"""The lesson on metrics: the claim is there at once, presets fill the table, and a share of nobody
is not defined.
"""

from tests.support.visitor import press, said


def values(app):
    """The figures that the page shows, by name."""
    return app.table[0].value["value"].to_dict()


def test_claim_is_there_without_moving_anything(visit):
    app = visit("learn_metrics")
    assert "**115 of 123** are ill (93.5\u00a0%)" in said(app)
    found = values(app)
    assert found["Accuracy"] == "0.935"
    assert found["Specificity"] == "0.000"
    assert found["Balanced accuracy"] == "0.500"
    assert found["Negative predictive value"] == "not defined: nobody was called healthy"


def test_a_preset_fills_the_four_counts(visit):
    app = press(visit("learn_metrics"), "Cleveland's model, its test patients")
    assert [app.number_input(key=f"metrics_{cell}").value for cell in ("tp", "fp", "fn", "tn")] == [
        27,
        8,
        1,
        25,
    ]
    assert values(app)["Positive predictive value (precision)"] == "0.771"
    assert not app.warning


def test_the_model_that_is_good_at_the_hospital_is_wrong_for_most_whom_it_calls_ill_elsewhere(
    visit,
):
    app = press(visit("learn_metrics"), "Cleveland's model, its test patients")
    app = app.slider(key="metrics_share").set_value(1).run()
    assert "“ill” is right for **3.9\u00a0%**" in said(app)


def test_healthy_people_have_no_recall(visit):
    app = press(visit("learn_metrics"), "That model, 1,000 healthy people")
    assert values(app)["Sensitivity"] == "not defined: nobody is ill"
    assert values(app)["Specificity"] == "0.758"
    assert "nobody in the table is ill" in said(app)


def test_a_moved_count_changes_the_figures(visit):
    app = visit("learn_metrics")
    app = app.number_input(key="metrics_tn").set_value(8).run()
    assert values(app)["Specificity"] == "0.500"
    assert values(app)["Negative predictive value"] == "1.000"


def test_an_empty_table_defines_nothing(visit):
    app = visit("learn_metrics")
    for cell in ("tp", "fp", "fn", "tn"):
        app = app.number_input(key=f"metrics_{cell}").set_value(0).run()
    assert all(value.startswith("not defined") for value in values(app).values())
