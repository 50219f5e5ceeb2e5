"""The Patient page's parts "How sure", "Who is alike" and "What next": for the shipped model, for
one of a visitor's own cohort, and for one whose patients are not at hand.
"""

from dataclasses import replace

import pytest

from heart.bundle import load_bundle
from heart.config import RECIPES
from heart.data import load_shipped
from heart.data.cohort import Cohort
from heart.evaluation.fees import FEES, parse_fee
from heart.experiments.run import run_experiment
from heart.experiments.stored import cross_validate_bundle
from heart.paths import SHIPPED_BUNDLE
from heart.schema import EXAMPLE_PATIENT, FEATURES
from tests.support.bundles import NOON, untrained
from tests.support.visitor import press, said

UNMEASURED = {**EXAMPLE_PATIENT, **dict.fromkeys(("thal", "ca", "slope", "exang", "oldpeak"))}
SMALL = replace(RECIPES["default"], members=1, hidden=(8,), max_epochs=8, patience=3)


@pytest.fixture(scope="module")
def own():
    """Every second Hungarian, under a name that Markdown would make a link of."""
    hungary = load_shipped("hungary")
    return Cohort("www.mine.org", hungary.frame.iloc[::2], "mine.csv", hungary.report)


@pytest.fixture(scope="module")
def trained(own):
    """A model of one member, trained on that cohort."""
    return run_experiment(own, SMALL, name="own", created_at=NOON).bundle


@pytest.fixture(scope="module")
def shipped():
    return load_bundle(SHIPPED_BUNDLE)


def test_the_shipped_model_says_how_sure_it_is(look, shipped):
    text = said(look("How sure", shipped))
    assert "7 of its 32 members are at or above the threshold" in text
    assert (
        "**Cannot tell** (23\u00a0% to 75\u00a0%): in cross-validation 81 of 242 patients" in text
    )
    assert (
        "9 were ill (30\u00a0%, exact 95 % interval 15\u00a0% to 49\u00a0%), which agrees" in text
    )
    assert "**Unlike the cohort**" in text
    assert "not of this very network" in text
    assert "recalibration" not in text


def test_values_that_are_not_known_are_counted_beside_such_answers(look, shipped):
    text = said(look("How sure", shipped, UNMEASURED))
    assert "Of this one 5 of 13 values are not known" in text
    assert "values are not known" not in said(look("How sure", shipped))


def test_cholesterol_is_in_the_visitors_units(look, shipped):
    (table,) = look("How sure", shipped, units="mmol/l").table
    assert table.value.loc["Serum cholesterol", "value"] == "7.76 mmol/l"
    (alike,) = look("Who is alike", shipped, units="mmol/l").dataframe
    assert alike.value["Serum cholesterol"].str.endswith(" mmol/l").all()


def test_a_recalibrated_model_says_what_its_figures_are_mapped_by(look, shipped):
    mapped = shipped.recalibration._replace(method="platt", slope=2.0, intercept=0.0, patients=242)
    text = said(look("How sure", replace(shipped, recalibration=mapped)))
    assert "mapped by the model's recalibration" in text


def test_values_stand_among_patients_of_the_same_sex(look, shipped):
    (table,) = look("How sure", shipped).table
    places = table.value.iloc[:, -1]
    assert places["Age"] == ":material/warning: above all 97 women"
    assert places["Sex"] == "97 of 303 patients (32\u00a0%)"
    assert places["Thallium scan"] == "1 of 96 women (1\u00a0%)"


def test_a_single_member_of_an_own_cohort_says_what_it_cannot_know(look, own, trained):
    app = look("How sure", trained, trained_on={own.fingerprint: own})
    text = said(app)
    assert "single member" in text
    assert "is not known yet" in text
    assert f"The cohort: {own.n} patients of `www.mine.org`" in text
    assert "Cross-validate this model's recipe" in [button.label for button in app.button]


def test_what_is_asked_for_is_computed_and_stays(look, own, trained, monkeypatch):
    calls = []

    def quick(bundle, split, **options):
        calls.append(bundle)
        return cross_validate_bundle(bundle, split, n_repeats=1, **options)

    monkeypatch.setattr("heart.ui.out_of_fold.cross_validate_bundle", quick)
    app = look("How sure", trained, trained_on={own.fingerprint: own})
    app = press(app, "Cross-validate this model's recipe")
    assert "in cross-validation" in said(app)
    assert "is not known yet" not in said(app)
    app.run()
    assert len(calls) == 1


@pytest.mark.parametrize("part", ["How sure", "Who is alike", "What next"])
def test_without_its_patients_a_model_says_so(look, trained, part):
    text = said(look(part, trained, UNMEASURED))
    assert "The cohort `www.mine.org` is not shipped and not in this session" in text
    assert "Thick: eight of ten results" not in text  # no bar is thick


def test_thick_bars_are_explained_where_there_are_some(look, shipped):
    assert "Thick: eight of ten results" in said(look("What next", shipped, UNMEASURED))


def test_the_most_alike_are_counted_and_the_patient_itself_left_out(look, shipped):
    cohort = load_shipped("cleveland")
    app = look("Who is alike", shipped, cohort.features.iloc[0].to_dict())
    text = said(app)
    assert "Of the 20 most alike patients" in text
    assert "1 patient has exactly these values in the cohort (row 1)" in text
    (table,) = app.dataframe
    assert len(table.value) == 20
    assert 1 not in table.value.index
    assert "out-of-fold" in text


def test_probabilities_of_patients_learnt_from_are_marked(look, own, trained):
    app = look("Who is alike", trained, trained_on={own.fingerprint: own})
    assert "learnt from" in app.dataframe[0].value["probability is"].tolist()
    assert "better than it would be for a new one" in said(app)


def test_tests_are_told_with_chance_and_price(look, shipped):
    app = look("What next", shipped, UNMEASURED)
    (table,) = app.table
    assert set(table.value.index) == {"Exercise test", "Thallium scan", "Fluoroscopy"}
    assert table.value.loc["Thallium scan", "price, dollars"] == "1.00"
    assert "of 50 (" in table.value.loc["Fluoroscopy", "decision changes"]
    assert "Most for its price: **Thallium scan**" in said(app)


def test_without_a_cohort_there_is_a_range_and_no_chance(look, trained):
    (table,) = look("What next", trained, UNMEASURED).table
    assert set(table.value["decision changes"]) == {"–"}
    assert " to " in table.value.loc["Exercise test", "possible at all"]


def test_changed_prices_hold_for_the_session(look, shipped):
    app = look("What next", shipped, UNMEASURED)
    app.session_state["heart"].fees = parse_fee(FEES, "thal=500/500")
    app.session_state["patient_fees_prices"] = True
    (table,) = app.run().table
    assert table.value.loc["Thallium scan", "price, dollars"] == "500.00"
    assert table.value.index[0] != "Thallium scan"
    app = press(app, "The schedule's prices again")
    assert app.table[0].value.loc["Thallium scan", "price, dollars"] == "1.00"


def test_a_price_edited_in_the_table_counts_and_an_impossible_one_is_refused(look, shipped):
    app = look("What next", shipped, UNMEASURED)
    edits = {"edited_rows": {12: {"fee in its group": 7.5}}, "added_rows": [], "deleted_rows": []}
    app.session_state["patient_fees_prices"] = True
    app.session_state[f"patient_fees_{hash(tuple(FEES.values()))}"] = edits
    app.run()
    assert app.session_state["heart"].fees["thal"] == (102.90, 7.5, "B", True)
    assert app.table[0].value.loc["Thallium scan", "price, dollars"] == "7.50"
    now = app.session_state["heart"].fees
    edits = {"edited_rows": {12: {"fee": -5.0}}, "added_rows": [], "deleted_rows": []}
    app.session_state[f"patient_fees_{hash(tuple(now.values()))}"] = edits
    app.run()
    assert "fee of Thallium scan (thal) to be 0 to" in said(app)
    assert app.session_state["heart"].fees == now


def test_a_model_without_masking_is_not_asked(look, shipped):
    unmasked = replace(shipped, settings=replace(shipped.settings, masking=0.0))
    app = look("What next", unmasked, UNMEASURED)
    assert "No values were hidden from this model in training (masking 0)" in said(app)
    assert not app.table


def test_when_all_is_known_nothing_is_left_to_measure(look, shipped):
    assert "Nothing that the model could use is left to measure" in said(look("What next", shipped))


def test_cholesterol_stands_in_the_visitors_unit_in_every_part(visit):
    app = press(visit(), "Fill in an example patient")
    app.radio(key="patient_units").set_value("mmol/l")
    app = press(app.run(), "Calculate")
    app.session_state["patient_parts"] = "How sure"
    places = app.run().table[0].value
    assert places.loc["Serum cholesterol", "value"] == "7.76 mmol/l"
    app.session_state["patient_parts"] = "Who is alike"
    alike = app.run().dataframe[0].value
    assert alike["Serum cholesterol"].str.endswith(" mmol/l").all()


FEWER = tuple(entry for entry in FEATURES if entry.name not in ("ca", "thal"))


@pytest.mark.parametrize(
    "patient",
    [EXAMPLE_PATIENT, {"ca": 0}, {"sex": 1, "thal": "fixed"}, {"age": 110.0, "oldpeak": 10.0}],
)
@pytest.mark.parametrize("part", ["How sure", "Who is alike", "What next"])
def test_a_model_without_some_features_says_nothing_of_them(look, shipped, part, patient):
    settings = replace(shipped.settings, members=1, hidden=(8,))
    frame = load_shipped("cleveland").features
    fewer = untrained(shipped, frame, settings, FEWER, recalibration=shipped.recalibration)
    app = look(part, fewer, {**dict.fromkeys(EXAMPLE_PATIENT), **patient})
    assert app.metric
    assert not app.error
    for table in app.table:
        assert "Major vessels coloured" not in table.value.index
        assert "Fluoroscopy" not in table.value.index
    for table in app.dataframe:
        assert "Thallium scan" not in table.value.columns
