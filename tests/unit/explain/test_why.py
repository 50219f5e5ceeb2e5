"""Why a probability: contributions that lead from nothing known to exactly that answer."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit, logit

from heart.bundle import load_bundle
from heart.config import LESSON, Settings
from heart.data.patients import frame_of_patients
from heart.errors import PatientError
from heart.evaluation.calibration import to_logits
from heart.evaluation.members import find_ends, write_members
from heart.evaluation.recalibration import Recalibration
from heart.explain import why
from heart.explain.why import (
    choose_background,
    explain_patient,
    game_of,
    used_features,
    waterfall_frame,
)
from heart.paths import SHIPPED_BUNDLE
from heart.schema import EXAMPLE_PATIENT, FEATURES
from tests.support.bundles import untrained
from tests.unit.explain.test_shapley import by_permutations

SMALL = Settings(members=3, hidden=(8,))
FEW = {"age": 61, "cp": "asymptomatic", "oldpeak": 2.5, "thal": "reversible"}
"""Four known values: games of 16 coalitions."""

PLATT = Recalibration("platt", 0.8, -0.3, patients=300)
STEPS = Recalibration("isotonic", knots=((0.1, 0.05), (0.5, 0.4), (0.9, 0.95)), patients=2000)


@pytest.fixture(scope="module")
def shipped():
    return load_bundle(SHIPPED_BUNDLE)


@pytest.fixture(scope="module")
def model(bundle, cleveland):
    return untrained(bundle, cleveland.features, SMALL)


def hidden_frame(patient, names):
    """All coalitions as rows of a frame: the patient with what is left out hidden."""
    (row,) = frame_of_patients([patient]).to_dict("records")
    return pd.DataFrame(
        [
            {f.name: row[f.name] if in_coalition(c, names, f.name) else None for f in FEATURES}
            for c in range(2 ** len(names))
        ]
    )


def in_coalition(coalition, names, name):
    return name in names and coalition >> names.index(name) & 1


def known(frame, row):
    return {name: value for name, value in frame.iloc[row].items() if not pd.isna(value)}


def contributions(told, names):
    by_name = {step.feature.name: step.contribution for step in told.steps}
    return [by_name[name] for name in names]


def player_names(bundle, patient):
    canonical = frame_of_patients([patient]).astype(object)
    values = canonical.where(canonical.notna(), None).iloc[0].to_dict()
    return [f.name for f in used_features(bundle, values)]


KINDS = {
    "three members": {},
    "Platt": {"recalibration": PLATT},
    "isotonic": {"recalibration": STEPS},
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("cohort", ["cleveland", "hungary"])
def test_coalitions_are_the_bundles_answers_with_columns_hidden(request, model, kind, cohort):
    changed = replace(model, **KINDS[kind])
    patient = known(request.getfixturevalue(cohort).features, 7)
    names = player_names(changed, patient)[:9]
    players = [f for f in FEATURES if f.name in names]
    played = changed.predict_coalitions(why._encode_alone(changed, patient, players))
    frame = hidden_frame(patient, names)
    # log-odds of 30, in float32
    assert played[0] == pytest.approx(changed.predict_members(frame), abs=1e-5)
    assert played[1] == pytest.approx(changed.predict_proba(frame), abs=1e-5)


def test_every_coalition_of_a_real_patient_is_what_the_shipped_model_says(shipped, cleveland):
    patient = known(cleveland.features, 11)
    names = player_names(shipped, patient)
    assert len(names) == 13
    played = shipped.predict_coalitions(why._encode_alone(shipped, patient, list(FEATURES)))
    frame = hidden_frame(patient, names)
    assert played[1] == pytest.approx(shipped.predict_proba(frame), abs=1e-6)


@pytest.mark.parametrize(
    ("settings", "features"),
    [
        (Settings(members=1, hidden=(8,)), FEATURES),
        (Settings(members=2, hidden=()), FEATURES),
        (Settings(members=2, hidden=(8, 8, 4), linear_path=False), FEATURES),
        (Settings(members=2, hidden=(8,), categories="codes", missing_flags=False), FEATURES),
        (Settings(members=2, hidden=(8,)), FEATURES[:11]),
    ],
    ids=["single member", "no hidden layer", "three layers", "codes, no flags", "no ca, no thal"],
)
@pytest.mark.parametrize("kind", KINDS)
def test_contributions_are_the_definitions_whatever_the_model(
    bundle, cleveland, settings, features, kind
):
    model = untrained(bundle, cleveland.features, settings, features, **KINDS[kind])
    told = explain_patient(model, FEW)
    names = player_names(model, FEW)
    values = logit(model.predict_proba(hidden_frame(FEW, names)))
    assert contributions(told, names) == pytest.approx(by_permutations(values), abs=1e-5)
    assert told.base == pytest.approx(expit(values[0]), abs=1e-6)
    assert {step.feature for step in told.steps} == set(features)


def test_contributions_lead_from_nothing_known_to_the_answer(shipped, cleveland):
    for row in range(0, 300, 50):
        patient = known(cleveland.features, row)
        told = explain_patient(shipped, patient)
        answer = shipped.predict_proba(cleveland.features.iloc[[row]]).item()
        total = sum(step.contribution for step in told.steps)
        assert logit(told.base) + total == pytest.approx(logit(answer), abs=1e-5)
        assert told.probability == pytest.approx(answer, abs=1e-6)
        assert [step.before for step in told.steps] == [
            told.base,
            *(step.after for step in told.steps[:-1]),
        ]


def test_members_are_asked_the_same_way_each_in_a_game_of_its_own(model):
    told = explain_patient(model, FEW)
    names = player_names(model, FEW)
    members = logit(model.predict_members(hidden_frame(FEW, names)))
    own = np.array([by_permutations(values) for values in members])
    low, high = own.min(axis=0), own.max(axis=0)  # of few members all
    steps = {step.feature.name: step for step in told.steps}
    assert [steps[name].low for name in names] == pytest.approx(low.tolist(), abs=1e-5)
    assert [steps[name].high for name in names] == pytest.approx(high.tolist(), abs=1e-5)


def test_single_member_has_no_range_and_disputes_nothing(bundle, cleveland):
    model = untrained(bundle, cleveland.features, Settings(members=1, hidden=(8,)))
    told = explain_patient(model, EXAMPLE_PATIENT)
    assert {(step.low, step.high, step.is_disputed) for step in told.steps} == {(None, None, False)}


def test_largest_contribution_comes_first_and_unknown_ones_last_with_zero(model):
    told = explain_patient(model, FEW)
    sizes = [abs(step.contribution) for step in told.steps]
    assert sizes == sorted(sizes, reverse=True)
    assert [step.is_used for step in told.steps] == [True] * 4 + [False] * 9
    unknown = told.steps[4:]
    assert [step.feature for step in unknown] == [f for f in FEATURES if f.name not in FEW]
    assert {(step.contribution, step.effect, step.value) for step in unknown} == {
        (0.0, "changes nothing", None)
    }
    assert {step.after for step in unknown} == {told.probability}


def test_value_that_training_never_saw_is_read_as_not_known_and_contributes_nothing(
    bundle, cleveland
):
    frame = cleveland.features
    seen = frame.assign(thal=frame["thal"].mask(frame["thal"] == "reversible"))
    told = explain_patient(untrained(bundle, seen, SMALL), FEW)
    (step,) = (step for step in told.steps if step.feature.name == "thal")
    assert (step.value, step.contribution, step.is_used) == ("reversible", 0.0, False)
    rows = waterfall_frame(told, start="Nobody")["row"]
    assert sorted(row.partition("|")[0] for row in rows[1:-1]) == [
        *("Age", "Chest pain", "ST depression")
    ]


def test_patient_of_whom_the_model_can_use_nothing_gets_the_answer_for_nobody(bundle, cleveland):
    model = untrained(bundle, cleveland.features, SMALL, FEATURES[:11])
    told = explain_patient(model, {"ca": 2})
    assert told.base == told.probability
    assert (told.game, told.background) == ("masked", 0)
    assert {step.is_used for step in told.steps} == {False}


def test_certain_answers_have_log_odds_as_far_as_recalibration_takes_them(bundle, cleveland):
    model = untrained(bundle, cleveland.features, SMALL)
    for parameter in model.network.parameters():
        parameter.data *= 1000
    told = explain_patient(model, EXAMPLE_PATIENT)
    assert all(np.isfinite(step.contribution) for step in told.steps)
    total = logit(told.base) + sum(step.contribution for step in told.steps)
    assert abs(total) <= logit(1 - 1e-6) + 1e-6


@pytest.mark.parametrize(
    "patient", [{}, {"age": 5}, {"weight": 70}], ids=["nobody", "impossible", "unknown name"]
)
def test_impossible_patients_are_refused(model, patient):
    with pytest.raises(PatientError):
        explain_patient(model, patient)


@pytest.fixture(scope="module")
def lesson(bundle, cleveland):
    return untrained(bundle, cleveland.features, LESSON)


def test_model_that_never_saw_a_hidden_value_is_not_explained_without_its_cohort(lesson, cleveland):
    assert game_of(lesson) == "interventional"
    assert explain_patient(lesson, FEW) is None
    assert explain_patient(lesson, FEW, cohort=cleveland.features.head(0)) is None


@pytest.mark.parametrize(("members", "kind"), [(1, "isotonic"), (3, "Platt")])
def test_interventional_game_averages_over_the_cohorts_patients(bundle, cleveland, kind, members):
    settings = replace(LESSON, members=members)
    model = untrained(bundle, cleveland.features, settings, **KINDS[kind])
    cohort = cleveland.frame.iloc[80:170]  # of two of them not everything is known
    told = explain_patient(model, FEW, cohort=cohort)
    names = player_names(model, FEW)
    complete = cleveland.features.iloc[80:170].dropna()
    values = logit(
        [mixed(model, complete, names, coalition).mean() for coalition in range(2 ** len(names))]
    )
    assert told.game == "interventional"
    assert told.background == len(complete) == 88
    assert contributions(told, names) == pytest.approx(by_permutations(values), abs=1e-5)
    assert told.base == pytest.approx(expit(values[0]), abs=1e-6)
    assert told.probability == pytest.approx(
        model.predict_proba(frame_of_patients([FEW])).item(), abs=1e-6
    )


def mixed(model, cohort, names, coalition):
    """The cohort's patients with the coalition's values of the patient, and not known what is not
    known of that one.
    """
    rows = cohort.astype(object).to_dict("records")
    own = frame_of_patients([FEW]).astype(object).iloc[0].to_dict()
    mixtures = [
        {
            name: own[name]
            if in_coalition(coalition, names, name)
            else (value if name in names else None)
            for name, value in row.items()
        }
        for row in rows
    ]
    return model.predict_proba(pd.DataFrame(mixtures))


def test_background_is_spread_over_the_models_answers(lesson, cleveland, monkeypatch):
    everybody = choose_background(lesson, cleveland.features, 13)
    assert sorted(everybody.index) == cleveland.features.dropna().index.tolist()
    monkeypatch.setattr(why, "MAX_BACKGROUND", 33)
    some = choose_background(lesson, cleveland.features, 13)
    assert len(some) == 33 == some.index.nunique()
    assert lesson.predict_proba(some).mean() == pytest.approx(
        lesson.predict_proba(everybody).mean(), abs=0.01
    )


def test_background_is_smaller_where_the_network_is_larger(bundle, cleveland):
    wide = untrained(bundle, cleveland.features, replace(LESSON, members=32, hidden=(64,)))
    assert len(choose_background(wide, cleveland.features, 13)) == 32
    assert len(choose_background(wide, cleveland.features, 9)) == 297


def test_effect_is_said_to_the_two_digits_that_are_shown(model):
    (step, *_) = explain_patient(model, FEW).steps
    words = [
        step._replace(contribution=size).effect for size in (0.0051, 0.0049, 0, -0.0049, -0.0051)
    ]
    assert words == ["raises", "changes nothing", "changes nothing", "changes nothing", "lowers"]


def test_disputed_is_what_some_members_say_lowers_and_others_raises(model):
    (step, *_) = explain_patient(model, FEW).steps
    ranges = [(-0.1, 0.1), (0.0, 0.1), (-0.1, 0.0), (None, 0.1), (-0.1, None)]
    disputed = [step._replace(low=low, high=high).is_disputed for low, high in ranges]
    assert disputed == [True, False, False, False, False]


def test_log_odds_are_those_of_recalibration():
    probabilities = np.array([[0.0, 1e-7, 1e-6, 0.3], [0.5, 1 - 1e-6, 1 - 1e-7, 1.0]])
    assert why._log_odds(probabilities) == pytest.approx(to_logits(probabilities), abs=1e-9)


@pytest.mark.parametrize(
    ("members", "whose"),
    [(20, "nine of ten of the model's 20 members"), (19, "the model's 19 members")],
)
def test_range_of_few_members_is_that_of_all_of_them(members, whose):
    assert find_ends(members) == ((0.05, 0.95) if members == 20 else (0, 1))
    assert write_members(members) == whose
