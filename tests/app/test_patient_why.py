"""The Patient page's parts "Why" and "What if": for the shipped model, one of another hospital's
patients with one member, and one that never saw a hidden value.
"""

from dataclasses import replace

import pytest

from heart.bundle import load_bundle
from heart.config import LESSON, Settings
from heart.data import load_shipped
from heart.data.cohort import Cohort
from heart.explain.what_if import compare_patients
from heart.explain.why import explain_patient
from heart.paths import SHIPPED_BUNDLE
from heart.schema import EXAMPLE_PATIENT, FEATURES, feature
from tests.support.bundles import untrained
from tests.support.visitor import figures, press, said

SOME = dict.fromkeys(EXAMPLE_PATIENT) | {"age": 61.0, "cp": 4, "thal": "reversible", "chol": 250.0}


@pytest.fixture(scope="module")
def shipped():
    return load_bundle(SHIPPED_BUNDLE)


@pytest.fixture(scope="module")
def own():
    """Hungarian patients, under a name that Markdown would make a link of."""
    hungary = load_shipped("hungary")
    return Cohort("www.mine.org", hungary.frame.iloc[::2], "mine.csv", hungary.report)


def learnt_from(cohort, bundle, settings, features=FEATURES):
    data = bundle.data._replace(cohort=cohort.name, fingerprint=cohort.fingerprint, n=cohort.n)
    return untrained(bundle, cohort.features, settings, features, data=data)


def steps(app):
    """The table of steps, by feature."""
    (table,) = app.table
    return table.value


def describe(step):
    return "not known" if step.value is None else step.feature.describe(step.value)


def test_shipped_model_goes_from_nothing_known_to_the_answer(look, shipped):
    app = look("Why", shipped, SOME)
    told = explain_patient(shipped, SOME)
    text = said(app)
    assert f"nothing is known, the model says **{100 * told.base:.0f}\u00a0%**" in text
    assert f"of this patient **{100 * told.probability:.0f}\u00a0%**" in text
    assert "nine of ten of the model's 32 members" in text
    assert "Not known, without a part in it: Sex, Resting blood pressure" in text
    table = steps(app)
    assert table.index.tolist() == [
        f"{step.feature.label}: {describe(step)}" for step in told.steps
    ]
    assert table["Effect, log-odds"].tolist()[4:] == ["no part in it"] * 9
    assert table["Effect, log-odds"].iloc[0].startswith(f"{told.steps[0].effect}, ")
    assert table["Then"].iloc[-1] == f"{100 * told.probability:.0f}\u00a0%"
    assert "causes" not in text


def test_members_that_disagree_are_named(look, shipped):
    told = explain_patient(shipped, SOME)
    disputed = [step.feature.label for step in told.steps if step.is_disputed]
    text = said(look("Why", shipped, SOME))
    assert ("They do not agree on the direction of" in text) == bool(disputed)
    assert all(f"{name} (" in text for name in disputed)


def test_single_member_of_another_hospital_has_no_range_and_reads_fewer_features(
    look, shipped, own
):
    model = learnt_from(own, shipped, Settings(members=1, hidden=(8,)), FEATURES[:11])
    app = look("Why", model, SOME)
    assert "members" not in said(app).split("Each bar")[1]
    assert not steps(app)["Effect, log-odds"].str.contains(" to ").any()
    assert "Not read by this model, without a part in it: Thallium scan (reversible" in said(app)


def test_value_that_training_never_saw_is_said_to_be_read_as_not_known(look, shipped, own):
    frame = own.frame.assign(thal=own.frame["thal"].mask(own.frame["thal"] == "reversible"))
    other = Cohort("mine", frame, "mine.csv", own.report)
    text = said(look("Why", learnt_from(other, shipped, Settings(members=1, hidden=(8,))), SOME))
    assert "read as not known, without a part in it: Thallium scan (reversible defect)" in text


def test_model_that_never_saw_a_hidden_value_is_explained_over_its_cohort_or_not_at_all(
    look, shipped, own
):
    lesson = learnt_from(own, shipped, replace(LESSON, complete_rows=False))
    text = said(look("Why", lesson, SOME))
    assert "it learnt little or nothing of what “not known” means" in text
    assert "`www.mine.org` is not shipped and not in this session" in text
    app = look("Why", lesson, SOME, upload=own)
    assert f"the values of {own.n} patients of its cohort" in said(app)
    assert steps(app)["Effect, log-odds"].tolist()[4:] == ["no part in it"] * 9


def test_curves_mark_what_nobody_can_change_and_what_means_something(look, shipped, own):
    app = look("What if", shipped, SOME)
    app.session_state["what_if_others"] = True
    text = said(app.run())
    assert text.count("nobody can change it") == 2
    assert all(f"**{entry.title}**" in text for entry in FEATURES)
    assert "Dashed: if it were not known." in text
    assert "not what would become of this patient" in text
    lesson = learnt_from(own, shipped, replace(LESSON, complete_rows=False))
    text = said(look("What if", lesson, SOME))
    assert "Dashed" not in text
    assert "members" not in text.split("another patient")[1]


def open_second(app):
    """With the fields of the second patient."""
    app.session_state["what_if_second"] = True
    return app.run()


def test_second_patients_fields_are_not_made_before_somebody_wants_them(look, shipped):
    assert not [w for w in look("What if", shipped).number_input if w.key.startswith("what_if")]


def test_second_patient_starts_as_this_one_and_is_compared(look, shipped):
    app = open_second(look("What if", shipped, SOME))
    assert "Change a value to see the difference" in said(app)
    app.selectbox(key="what_if_cp").set_value(2)
    app = app.number_input(key="what_if_age").set_value(50.0).run()
    expected = compare_patients(shipped, SOME, SOME | {"cp": 2, "age": 50})
    assert figures(app)["Probability of the second patient"] == f"{100 * expected.other:.0f}\u00a0%"
    assert "- Age: 61 years → 50 years (nobody can change it)" in said(app)
    assert "- Chest pain: asymptomatic → atypical angina" in said(app)
    app = press(app, "As this patient again")
    assert app.number_input(key="what_if_age").value == 61
    assert "Change a value to see the difference" in said(app)


def test_second_patients_impossible_value_is_named_and_stays(look, shipped):
    app = (
        open_second(look("What if", shipped, SOME))
        .number_input(key="what_if_chol")
        .set_value(5000.0)
        .run()
    )
    assert feature("chol").label in said(app)
    assert app.number_input(key="what_if_chol").value == 5000


def test_second_patient_is_in_the_visitors_units(look, shipped):
    app = open_second(look("What if", shipped, SOME, units="mmol/l"))
    assert app.number_input(key="what_if_chol").value == 6.46
    assert "Change a value to see the difference" in said(app)  # 6.46 is this patient's 250 mg/dl
    app = app.number_input(key="what_if_chol").set_value(7.0).run()
    assert "Serum cholesterol: 6.46 mmol/l → 7 mmol/l" in said(app)


def test_why_names_every_limit_in_the_visitors_units_and_is_never_quite_certain(look, shipped):
    person = {"age": 67, "sex": 1, "cp": 4, "trestbps": 200, "chol": 560, "fbs": 0, "restecg": 2}
    tests = {"thalach": 60, "exang": 1, "oldpeak": 6, "slope": 2, "ca": 2, "thal": "reversible"}
    patient = person | tests
    assert 0.995 < explain_patient(shipped, patient).probability < 1
    text = said(look("Why", shipped, patient, units="mmol/l"))
    assert "of this patient **>99\u00a0%**" in text
    assert "120 mg/dl" not in text
