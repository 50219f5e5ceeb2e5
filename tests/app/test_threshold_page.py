"""The threshold page: chosen on out-of-fold predictions, reported on test, put into the bundle."""

import re
from dataclasses import replace

import pytest

from heart.errors import SettingsError
from heart.experiments.stored import cross_validate_bundle
from heart.ui.bundle import describe_bundle
from tests.support.visitor import go, press, said


def counts(app, position):
    return int(app.table[position].value.to_numpy().sum())


def matrix_totals(app):
    """Patients of each confusion matrix."""
    matrices = [table.value for table in app.table if "decided: disease" in table.value.columns]
    return [int(matrix.to_numpy().sum()) for matrix in matrices]


def by_label(elements, label):
    (found,) = (element for element in elements if element.label == label)
    return found


def test_default_is_the_bayes_threshold_of_two_to_one(visit):
    app = visit("threshold")
    assert "Threshold **33\u00a0%**" in said(app)
    assert "242 patients of train and valid, 111 of them diseased" in said(app)
    assert "(10-fold cross-validation)" in said(app)


def test_matrices_hold_every_patient_of_their_part(visit):
    app = visit("threshold")
    assert counts(app, 0) == 242
    assert matrix_totals(app) == [242]


def test_test_part_is_shown_once_the_threshold_is_used_and_not_beside_the_slider(visit):
    app = visit("threshold")
    app = app.radio[0].set_value("manual").run()
    app = by_label(app.slider, "Threshold").set_value(60).run()
    assert "It is shown for the threshold that you decide on" in said(app)
    app = press(app, "Use this threshold in the model")
    assert matrix_totals(app) == [242, 61]
    assert not app.warning
    app = by_label(app.slider, "Threshold").set_value(40).run()
    assert matrix_totals(app) == [242]
    assert "That was done for 60\u00a0%" in said(app)
    app = press(app, "Use this threshold in the model")
    assert matrix_totals(app) == [242, 61]
    assert "Another chosen threshold had been reported here" in app.warning[0].value
    assert app.session_state["heart"].bundle.threshold.chosen_on == "after test"


@pytest.mark.parametrize(
    ("ratio", "shown"), [(1.0, "50\u00a0%"), (2.5, "29\u00a0%"), (9.0, "10\u00a0%")]
)
def test_cost_moves_the_threshold_and_figures_are_those_of_the_counts(visit, ratio, shown):
    app = visit("threshold")
    app = app.number_input[0].set_value(ratio).run()
    assert f"Threshold **{shown}**" in said(app)
    tp, fn = app.table[0].value.loc["diseased"]
    figures = app.table[1].value[f"at {shown}"]
    assert figures["Sensitivity"].startswith(f"{tp / (tp + fn):.3f} (")


def test_few_patients_alike_do_not_make_a_figure_sure(visit):
    app = visit("threshold")
    app = app.radio[0].set_value("manual").run()
    app = by_label(app.slider, "Threshold").set_value(2).run()
    (missed, ruled_out) = app.table[0].value["decided: no disease"]
    low = 0.025 ** (1 / ruled_out)  # of Clopper and Pearson, where nobody is missed
    assert missed == 0
    assert (
        app.table[1].value.loc["Negative predictive value"].item() == f"1.000 ({low:.2f} to 1.00)"
    )


def test_rules_stand_beside_each_other_with_the_chosen_one_marked(visit):
    app = visit("threshold")
    rules = next(
        table.value for table in app.table if table.value.index.name == "rule and threshold"
    )
    assert rules.index[0] == "Expected cost: 33\u00a0%"
    assert len(rules) == 6
    assert rules.iloc[0]["Sensitivity"] == app.table[1].value.iloc[0].item()
    assert "Diamond: the one chosen above." in said(app)


def test_threshold_by_hand_goes_into_the_model(visit):
    app = visit("threshold")
    app = app.radio[0].set_value("manual").run()
    app = by_label(app.slider, "Threshold").set_value(60).run()
    app = press(app, "Use this threshold in the model")
    assert "decides “disease” at 60\u00a0% and above" in said(app)
    # as the Bundle page shows it
    table = describe_bundle(app.session_state["heart"].bundle)
    assert "0.6: chosen by hand" in table.loc["Threshold"].item()


def test_everybody_is_diseased_at_zero(visit):
    app = visit("threshold")
    app = app.radio[0].set_value("manual").run()
    app = by_label(app.slider, "Threshold").set_value(0).run()
    assert app.table[0].value["decided: disease"].tolist() == [111, 131]


def test_cheapest_threshold_is_not_dearer_than_the_default(visit):
    app = visit("threshold")

    def cost(page):
        (line,) = (c.value for c in page.caption if "= cost" in c.value)
        return float(line.split("= cost ")[1])

    default = cost(app)
    assert cost(app.radio[0].set_value("cheapest").run()) <= default


@pytest.mark.parametrize(("rule", "row"), [("sensitivity", "diseased"), ("specificity", "healthy")])
def test_wanted_share_is_kept_on_these_patients(visit, rule, row):
    app = visit("threshold")
    app = app.radio[0].set_value(rule).run()
    app = by_label(app.slider, f"Wanted {rule}").set_value(90).run()
    matrix = app.table[0].value.loc[row]
    right = matrix["decided: disease" if row == "diseased" else "decided: no disease"]
    assert right / matrix.sum() >= 0.9


def test_tuned_threshold_is_said_to_move(visit):
    (line,) = (c.value for c in visit("threshold").caption if c.value.startswith("Tuned"))
    low, high = map(int, re.findall(r"(\d+)\s%", line.split("from ")[1]))
    assert high - low >= 10


def test_another_share_of_ill_patients_changes_what_an_answer_means(visit):
    app = visit("threshold")
    assert not app.warning
    before = app.table[1].value["at 33\u00a0%"]
    app = by_label(app.slider, "Share of ill patients where it is used").set_value(9).run()
    assert by_label(app.button, "Use this threshold in the model").disabled
    assert "put the share back to keep one" in said(app)
    assert said(app).count("chosen above does not enter here") == 1  # zones
    after = app.table[1].value["at 33\u00a0%"]
    assert before["Sensitivity"] == after["Sensitivity"]
    assert float(after["Positive predictive value (precision)"][:5]) < 0.4
    assert "With 9\u00a0% instead of 46\u00a0% ill" in app.warning[0].value


def test_thousand_patients_follow_the_share_of_ill_ones(visit):
    app = visit("threshold")
    app = by_label(app.slider, "Share of ill patients where it is used").set_value(10).run()
    app = app.button_group[0].set_value("of 1,000 patients").run()
    assert app.table[0].value.sum(axis=1).tolist() == [100, 900]


def test_zones_hold_every_patient_and_say_when_patients_are_too_few(visit):
    app = visit("threshold")
    (zones,) = (table.value for table in app.table if "likelihood ratio" in table.value.columns)
    assert zones["patients"].astype(int).sum() == 242
    assert "too few to guarantee the wanted sensitivity" in said(app)
    app = by_label(app.slider, "Rule out keeps a sensitivity of at least").set_value(80).run()
    (wider,) = (table.value for table in app.table if "likelihood ratio" in table.value.columns)
    assert int(wider["patients"].iloc[0]) > int(zones["patients"].iloc[0])


def test_model_without_predictions_is_cross_validated_once_and_then_only_looked_up(
    visit, monkeypatch
):
    calls, plain = [], cross_validate_bundle

    def quick(bundle, split, **options):
        """The same folds with two members, a sixteenth of the work."""
        calls.append(bundle.name)
        small = replace(bundle, settings=replace(bundle.settings, members=2, max_epochs=30))
        return plain(small, split, n_repeats=1, **options)

    monkeypatch.setattr("heart.ui.out_of_fold.cross_validate_bundle", quick)
    monkeypatch.setattr("heart.ui.out_of_fold.find_stored", lambda bundle: None)  # noqa: ARG005
    app = visit("threshold")
    assert not app.table
    app = press(app, "Cross-validate this model's recipe")
    assert "each predicted 1 times" in said(app)
    app = app.number_input[0].set_value(4.0).run()
    app = go(go(app, "train"), "threshold")
    assert "Threshold **33\u00a0%**" in said(app)
    assert len(calls) == 1


def test_refused_work_leaves_the_page_with_what_to_do(visit, monkeypatch):
    def refuse(*_, **__):
        raise SettingsError("more patients", "few", "Use a larger cohort.")

    monkeypatch.setattr("heart.ui.out_of_fold.cross_validate_bundle", refuse)
    monkeypatch.setattr("heart.ui.out_of_fold.find_stored", lambda bundle: None)  # noqa: ARG005
    app = press(visit("threshold"), "Cross-validate this model's recipe")
    assert "Use a larger cohort." in said(app)
