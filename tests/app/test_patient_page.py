"""The patient page: what is filled in is what is predicted."""

from dataclasses import replace

import pytest

from heart.bundle import load_bundle
from heart.errors import BundleError
from heart.explain.prevalence import go_elsewhere
from heart.paths import SHIPPED_BUNDLE
from heart.schema import EXAMPLE_PATIENT, FEATURES
from heart.scoring.patient import predict_patient
from heart.ui import patient_parts
from heart.ui.forms import NOT_KNOWN
from heart.ui.patient_examples import EXAMPLES
from heart.ui.patient_parts import Part
from tests.support.visitor import figures, go, press, said


def values(app):
    keyed = {
        **{w.key: w.value for w in app.number_input},
        **{w.key: w.value for w in app.selectbox},
    }
    return {f.name: keyed[f"patient_{f.name}"] for f in FEATURES}


def test_every_field_starts_unknown(visit):
    app = visit()
    assert values(app) == {f.name: NOT_KNOWN if f.is_coded else None for f in FEATURES}


def test_choices_are_the_codes_of_the_data(visit):
    labels = {w.key: w.options for w in visit().selectbox}
    for feature in FEATURES:
        if feature.is_coded:
            assert labels[f"patient_{feature.name}"] == [
                NOT_KNOWN,
                *(label for _, label in feature.codes),
            ]


def test_example_patient_is_predicted_as_the_library_does(visit):
    app = press(press(visit(), "Fill in an example patient"), "Calculate")
    expected = predict_patient(load_bundle(SHIPPED_BUNDLE), EXAMPLE_PATIENT)
    assert values(app) == EXAMPLE_PATIENT
    assert (
        figures(app)["Probability of heart disease"] == f"{100 * expected.probability:.0f}\u00a0%"
    )
    assert f"about **{expected.of_100}** have heart disease" in said(app)
    assert f"**Decision: {expected.label}**" in said(app)
    assert "A probability, not a diagnosis" in said(app)
    assert "80 years is above everybody in training" in said(app)


def test_page_says_whom_it_holds_for(visit):
    text = said(visit())
    assert "referred for coronary angiography in the 1980s" in text
    assert "**not** the risk of a heart attack" in text


def test_empty_form_is_refused(visit):
    app = press(visit(), "Calculate")
    assert "Expected: at least one known value" in said(app)
    assert not app.metric


def test_impossible_number_is_refused_and_the_rest_stays(visit):
    app = press(visit(), "Fill in an example patient")
    app.number_input(key="patient_chol").set_value(5000.0)
    app = press(app, "Calculate")
    assert "50 to 1000 mg/dl" in said(app)
    assert "5000" in said(app)
    assert values(app) == {**EXAMPLE_PATIENT, "chol": 5000.0}


def test_clear_empties_every_field(visit):
    app = press(press(visit(), "Fill in an example patient"), "Clear all fields")
    assert values(app) == {f.name: NOT_KNOWN if f.is_coded else None for f in FEATURES}


def test_unknown_values_are_counted(visit):
    app = visit()
    app.number_input(key="patient_age").set_value(61.0)
    app = press(app, "Calculate")
    assert "Not known (12 of 13)" in said(app)


@pytest.mark.parametrize("page", ["cohort", "threshold"])
def test_answer_is_there_after_another_page(visit, page):
    app = press(press(visit(), "Fill in an example patient"), "Calculate")
    before = figures(app)
    assert figures(go(go(app, page), "patient")) == before


def test_visitors_do_not_share_a_patient(visit):
    press(press(visit(), "Fill in an example patient"), "Calculate")
    other = visit()
    assert not other.metric
    assert set(values(other).values()) == {NOT_KNOWN, None}


def test_nothing_of_a_patient_is_in_the_url(visit):
    app = press(press(visit(), "Fill in an example patient"), "Calculate")
    assert not dict(app.query_params)


def test_cleared_form_clears_the_answer(visit):
    app = press(press(visit(), "Fill in an example patient"), "Calculate")
    app = press(app, "Clear all fields")
    assert not app.metric
    assert "Fill in the form and press" in said(app)
    assert press(app, "Calculate").error


def test_changed_value_is_answered_at_once(visit):
    app = press(press(visit(), "Fill in an example patient"), "Calculate")
    app.number_input(key="patient_age").set_value(40.0).run()
    expected = predict_patient(load_bundle(SHIPPED_BUNDLE), {**EXAMPLE_PATIENT, "age": 40})
    assert (
        figures(app)["Probability of heart disease"] == f"{100 * expected.probability:.0f}\u00a0%"
    )


def test_another_patient_waits_for_calculate(visit):
    app = press(press(visit(), "Fill in an example patient"), "Calculate")
    assert app.metric
    app = press(app, "Fill in an example patient")
    assert not app.metric
    assert "Guess first" not in said(app)


def test_real_patient_is_to_be_guessed_first(look):
    app = look("Compare", load_bundle(SHIPPED_BUNDLE), EXAMPLES["Patient A"].values)
    assert [box.label for box in app.expander][:1] == ["What turned out"]
    app.session_state["heart"].asked = False
    app.run()
    assert "Guess first" in said(app)
    assert not [box for box in app.expander if box.label == "What turned out"]


def test_all_wrong_fields_are_named_at_once_and_marked_where_they_are(visit):
    app = press(visit(), "Fill in an example patient")
    app.number_input(key="patient_chol").set_value(6.9)
    app.number_input(key="patient_thalach").set_value(500.0)
    app = press(app, "Calculate")
    assert not app.metric
    assert said(app).count("Expected: ") == 2
    assert "50 to 1000 mg/dl" in said(app)
    assert "Found: 6.9\nWhat to do: If it is in mmol/l, choose" in said(app)
    assert "40 to 250 bpm" in said(app)
    labels = [w.label for w in (*app.number_input, *app.selectbox)]
    marked = [label for label in labels if label.startswith("Check: ")]
    assert [label.removeprefix("Check: ")[:6] for label in marked] == ["Serum ", "Maximu"]
    app.number_input(key="patient_chol").set_value(240.0).run()
    assert said(app).count("Expected: ") == 1
    app.number_input(key="patient_thalach").set_value(150.0).run()
    assert app.metric


def test_number_that_only_the_other_unit_allows_stays_when_the_unit_is_changed(visit):
    app = visit()
    app.number_input(key="patient_chol").set_value(6.9).run()
    app.radio(key="patient_units").set_value("mmol/l").run()
    field = app.number_input(key="patient_chol")
    assert field.value == 6.9
    assert field.label == "Serum cholesterol (1.3 to 25.85 mmol/l)"
    app = press(app, "Calculate")
    shown = figures(app)["Probability of heart disease"]
    expected = predict_patient(load_bundle(SHIPPED_BUNDLE), {"chol": 6.9 * 38.67})
    assert shown == f"{100 * expected.probability:.0f}\u00a0%"
    assert expected.why_undecided in said(app)  # a single value is no ground to decide
    assert "Decision:" not in said(app)
    assert "would be followed up" not in said(app)


def test_values_limits_help_and_words_follow_the_unit_and_nothing_drifts(visit):
    app = press(press(visit(), "Fill in an example patient"), "Calculate")
    before = app.session_state["heart"].patient
    for units, shown in [("mmol/l", 7.76), ("mg/dl", 300.0)] * 2:
        app.radio(key="patient_units").set_value(units).run()
        assert app.number_input(key="patient_chol").value == shown
        assert app.session_state["heart"].patient == before  # exactly 300, not 7.76 x 38.67
    app.radio(key="patient_units").set_value("mmol/l").run()
    app.number_input(key="patient_chol").set_value(22.0).run()
    assert "22 mmol/l is above everybody in training" in said(app)
    (label,) = (w.label for w in app.selectbox if w.key == "patient_fbs")
    assert label == "Fasting blood sugar above 6.7 mmol/l"
    assert "38.67" in app.number_input(key="patient_chol").help


def test_unit_is_remembered_for_the_session(visit):
    app = visit()
    app.radio(key="patient_units").set_value("mmol/l").run()
    app.number_input(key="patient_chol").set_value(6.2).run()
    app = go(go(app, "cohort"), "patient")
    assert app.radio(key="patient_units").value == "mmol/l"
    assert app.number_input(key="patient_chol").value == 6.2
    assert visit().radio(key="patient_units").value == "mg/dl"


def test_only_the_open_part_below_the_answer_is_computed(visit, monkeypatch):
    shown = []
    parts = [Part("First", shown.append), Part("Second", shown.append)]
    monkeypatch.setattr(patient_parts, "PARTS", tuple(parts))
    app = visit()
    assert not app.tabs
    app = press(press(app, "Fill in an example patient"), "Calculate")
    assert [tab.label for tab in app.tabs] == ["First", "Second"]
    (answer,) = shown
    assert dict(answer.patient) == dict(EXAMPLE_PATIENT)
    assert answer.prediction == predict_patient(answer.session.bundle, EXAMPLE_PATIENT)


def test_error_in_a_part_is_shown_in_its_place_beside_the_answer(visit, monkeypatch):
    def fail(_):
        raise BundleError("a part", "none", "Mend it.")

    monkeypatch.setattr(patient_parts, "PARTS", (Part("Broken", fail),))
    app = press(press(visit(), "Fill in an example patient"), "Calculate")
    assert "What to do: Mend it." in said(app)
    assert app.metric


def test_without_parts_there_are_no_tabs(visit, monkeypatch):
    monkeypatch.setattr(patient_parts, "PARTS", ())
    app = press(press(visit(), "Fill in an example patient"), "Calculate")
    assert app.metric
    assert not app.tabs


def open_part(app, title):
    """The visitor with this part open."""
    app.session_state["patient_parts"] = title
    return app.run()


def test_patient_from_where_fewer_are_ill_is_shown_beside_the_answer(visit):
    app = open_part(press(press(visit(), "Fill in an example patient"), "Calculate"), "Elsewhere")
    assert "The model learnt where **46\u00a0%** of the patients were ill" in said(app)
    assert "Probability where 46\u00a0% are ill, as where the model learnt" not in figures(app)
    app.slider(key="patient_prevalence").set_value(10)
    app = app.run()
    bundle = load_bundle(SHIPPED_BUNDLE)
    here = predict_patient(bundle, EXAMPLE_PATIENT)
    there = here.corrected(go_elsewhere(bundle, 0.1).correct)
    assert figures(app) == {
        "Probability of heart disease": f"{100 * here.probability:.0f}\u00a0%",
        "Probability where 46\u00a0% are ill, as where the model learnt": (
            f"{100 * here.probability:.0f}\u00a0%"
        ),
        "Probability where 10\u00a0% are ill, as chosen": f"{100 * there.probability:.0f}\u00a0%",
    }
    assert said(app).count(f"Decision at 33\u00a0%: **{there.label}**") == (
        2 if here.label == there.label else 1
    )
    assert "All log-odds move by -2.04" in said(app)


def test_report_is_offered_beside_an_answer_only(visit):
    app = visit()
    assert not app.get("download_button")
    app = press(press(app, "Fill in an example patient"), "Calculate")
    labels = [button.label for button in app.get("download_button")]
    assert labels == ["why.csv", "Download a report"]


def open_compare(app):
    app.session_state["patient_parts"] = "Compare"
    return press(press(app, "Fill in an example patient"), "Calculate")


def test_patients_are_put_side_by_side_and_what_differs_is_marked(visit):
    app = press(open_compare(visit()), "Add this patient")
    assert "The form's patient is Patient 1" in said(app)
    app.number_input(key="patient_chol").set_value(180.0).run()
    app = press(app, "Add this patient")
    (table,) = app.table
    assert list(table.value.columns) == ["Patient 1", "Patient 2"]
    assert list(table.value.loc["Serum cholesterol"]) == ["300 mg/dl", "**≠ 180 mg/dl**"]
    assert list(table.value.loc["Age"]) == ["80 years"] * 2
    expected = predict_patient(load_bundle(SHIPPED_BUNDLE), {**EXAMPLE_PATIENT, "chol": 180})
    assert table.value.loc["Probability", "Patient 2"] == f"{100 * expected.probability:.0f}\u00a0%"
    app.radio(key="patient_units").set_value("mmol/l").run()
    assert app.table[0].value.loc["Serum cholesterol", "Patient 2"] == "**≠ 4.65 mmol/l**"


def test_compared_patients_are_put_back_removed_and_cleared(visit):
    app = press(open_compare(visit()), "Add this patient")
    app.number_input(key="patient_age").set_value(40.0).run()
    app = press(app, "Add this patient")
    app.selectbox(key="patient_compared").set_value("Patient 1").run()
    app = press(app, "Put into the form").run()
    assert values(app) == EXAMPLE_PATIENT
    assert app.metric
    app = press(app, "Remove")
    assert list(app.table[0].value.columns) == ["Patient 2"]
    app = press(app, "Add this patient")
    assert list(app.table[0].value.columns) == ["Patient 2", "Patient 3"]
    assert not press(app, "Clear the comparison").table


def test_at_most_six_patients_are_compared_and_nobody_else_sees_them(visit):
    app = open_compare(visit())
    for age in range(40, 46):
        assert not app.button(key="patient_add").disabled
        app = press(app, "Add this patient")
        app.number_input(key="patient_age").set_value(float(age)).run()
    assert app.button(key="patient_add").disabled
    assert len(app.table[0].value.columns) == 6
    assert not open_compare(visit()).table


def test_what_is_said_of_unknown_values_is_what_the_model_was_trained_for(look):
    shipped = load_bundle(SHIPPED_BUNDLE)
    plain = replace(shipped, settings=replace(shipped.settings, masking=0.0))
    text = said(look("Compare", plain, {"age": 61}))
    assert "was not trained with values hidden at random" in text
    assert "trained to expect that" not in text
    assert "was trained to expect that" in said(look("Compare", shipped, {"age": 61}))
