"""What a model uses: which patients are asked, and the frames that are drawn, by hand."""

import numpy as np
import pandas as pd
import pytest

from heart.experiments.run import split_of
from heart.explain import uses as module
from heart.explain.uses import Uses, averaged_patients, dots_frame, find_uses, line_frame
from heart.schema import DISEASED, HEALTHY, feature

NAN = float("nan")
CURVES = pd.DataFrame(
    [
        ("chol", 150.0, "150 mg/dl", 0.25, 0.125, 0.375, 3),
        ("chol", 250.0, "250 mg/dl", 0.5, 0.375, 0.625, 1),
        ("chol", NAN, "not known", 0.75, 0.5, 1.0, 2),
        ("cp", NAN, "asymptomatic", 0.875, 0.75, 1.0, 1200),
        ("age", 50.0, "50 years", 0.5, NAN, NAN, 6),
    ],
    columns=["feature", "number", "words", "probability", "low", "high", "patients"],
)
PATIENTS = pd.DataFrame(
    {
        "chol": [200.0, NAN, 300.0],
        "age": [50.0] * 3,
        "ca": [None] * 3,
        "outcome": [HEALTHY, DISEASED, DISEASED],
    }
)
USES = Uses(None, None, CURVES, PATIENTS)


def rows_of(frame):
    return [
        [None if pd.isna(cell) else cell for cell in row]
        for row in frame.itertuples(index=False, name=None)
    ]


def test_line_of_a_number_has_its_answers_and_the_patients_who_have_it():
    frame = line_frame(USES, feature("chol"), units="mmol/l")
    assert list(frame) == [
        *("number", "words", "probability", "low", "high", "unknown", "outcome", "side")
    ]
    assert frame.index.tolist() == [0, 1, 2, 3]
    assert rows_of(frame) == [
        [3.88, "3.88 mmol/l", 0.25, 0.125, 0.375, 0.75, "", None],
        [6.46, "6.46 mmol/l", 0.5, 0.375, 0.625, 0.75, "", None],
        [5.17, "", None, None, None, None, HEALTHY, 0.0],
        [7.76, "", None, None, None, None, DISEASED, 1.0],
    ]


def test_line_of_a_model_that_reads_no_unknown_value_has_no_answer_to_it():
    assert line_frame(USES, feature("age")).loc[0, "unknown":].isna().tolist() == [1, 0, 1]


def test_dots_of_a_code_say_how_many_have_it():
    (row,) = dots_frame(USES, feature("cp")).to_dict("records")
    assert row == {
        "row": "asymptomatic · 1,200",
        "words": "asymptomatic",
        "patients": 1200,
        "probability": 0.875,
        "low": 0.75,
        "high": 1.0,
    }


@pytest.mark.parametrize("most", [302, 303])
def test_curves_are_averaged_over_patients_of_all_parts_with_their_outcome(
    shipped, cleveland, most
):
    averaged = averaged_patients(split_of(shipped), most)
    assert averaged.index.nunique() == most
    ill = dict(zip(cleveland.frame.index, cleveland.y_true == 1, strict=True))
    assert [ill[row] for row in averaged.index] == (averaged["outcome"] == DISEASED).tolist()
    assert set(averaged["outcome"]) == {HEALTHY, DISEASED}


def test_importance_is_of_the_patients_learnt_from_and_contributions_of_those_never_seen(
    shipped, monkeypatch
):
    asked, shares = {}, []

    def importance(features, y_true, settings, *, folds, used, on_share, **_):
        asked.update(learnt=features, y_true=y_true, settings=settings, folds=folds, used=used)
        on_share(0.5)

    def contributions(_, patients, *, background, on_share):
        asked.update(unseen=patients, background=background)
        on_share(0.5)
        on_share(1.0)

    monkeypatch.setattr(module, "feature_importance", importance)
    monkeypatch.setattr(module, "mean_contributions", contributions)
    monkeypatch.setattr(module, "partial_dependence", lambda _, patients: patients)
    split = split_of(shipped)
    found = find_uses(shipped, split, n_repeats=3, on_share=shares.append)
    learnt = [*split.train.features.index, *split.valid.features.index]
    assert asked["learnt"].index.tolist() == asked["background"].index.tolist() == learnt
    assert asked["y_true"].tolist() == [*split.train.y_true, *split.valid.y_true]
    assert asked["unseen"] is split.test.features
    assert asked["folds"].n_repeats == 3
    assert asked["used"] == [entry.name for entry in shipped.preprocessor.features]
    assert asked["settings"] is shipped.settings
    assert found.curves is found.patients
    assert len(found.patients) == 300
    assert shares == pytest.approx([0.425, 0.925, 1.0])
    assert np.all(np.diff(shares) > 0)
    assert find_uses(shipped, split).importance is None  # nobody looks at the shares
