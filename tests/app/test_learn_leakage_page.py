"""The lesson on leakage: the size of a lie is there at once, follows every choice, and all five are
measured on demand.
"""

from tests.support.visitor import figures, press, said


def lie(app):
    return float(figures(app)["The lie"])


def with_few_splits(app):
    return app.select_slider(key="leakage_splits").set_value(20).run()


def test_size_of_the_lie_is_there_without_moving_anything(visit):
    app = visit("learn_leakage")
    assert lie(app) > 10
    assert "200 splits of the patients of Cleveland, nearest neighbours" in said(app)
    assert "chance does not explain" in said(app)


def test_another_model_remembers_less(visit):
    app = with_few_splits(visit("learn_leakage"))
    before = lie(app)
    app = app.selectbox(key="leakage_model_duplicates").set_value("logistic regression").run()
    assert lie(app) < before / 2


def test_gaps_matter_where_there_are_any(visit):
    app = with_few_splits(visit("learn_leakage"))
    app = app.radio(key="leakage_leak").set_value("imputation").run()
    cleveland = lie(app)
    app = app.button_group(key="leakage_cohort").set_value("hungary").run()
    assert lie(app) > 10 > cleveland


def test_scaler_is_said_to_be_hardly_a_lie(visit):
    app = with_few_splits(visit("learn_leakage"))
    app = app.radio(key="leakage_leak").set_value("scaler").run()
    assert "hardly a lie" in said(app)
    assert abs(lie(app)) < 0.5


def test_threshold_has_a_cost_instead_of_ranks(visit):
    app = with_few_splits(visit("learn_leakage"))
    app = app.radio(key="leakage_leak").set_value("threshold").run()
    app = app.button_group(key="leakage_figure_accuracy_cost").set_value("cost").run()
    shown = figures(app)
    assert float(shown["Honest cost"]) > float(shown["With the mistake"])
    assert lie(app) > 0


def test_all_five_are_measured_on_demand_and_stay(visit):
    app = with_few_splits(visit("learn_leakage"))
    assert not app.table
    app = press(app, "Measure all five")
    table = app.table[0].value
    assert len(table) == 5
    assert table.index[0] == "Copies of a patient on both sides"
    assert table["model"].iloc[0] == "nearest neighbours"
    app = app.selectbox(key="leakage_model_duplicates").set_value("logistic regression").run()
    assert len(app.table) == 1
    app = app.number_input(key="leakage_seed").set_value(1).run()
    assert not app.table
