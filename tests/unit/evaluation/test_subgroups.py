"""Subgroups of a cohort: who is in them, and their figures by hand."""

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import recall_score, roc_auc_score

from heart.evaluation.judged import metrics_at, score_part
from heart.evaluation.subgroups import TOO_FEW, subgroup_table

BANDS = ["under 45 years", "45 to 54 years", "55 to 64 years", "65 years and more"]
FIGURES = ["recall", "specificity", "roc_auc"]


@pytest.fixture(scope="module")
def scored(cleveland):
    """Cleveland's patients with scores that know something."""
    rng = np.random.default_rng(0)
    y_true = cleveland.y_true
    return (
        cleveland.features,
        y_true,
        np.clip(0.3 * y_true + rng.random(len(y_true)) * 0.7, 0.01, 0.99),
    )


@pytest.fixture(scope="module")
def table(scored):
    return subgroup_table(*scored, threshold=0.4).set_index("group")


def people(ages, sexes, cleveland):
    """Patients of these ages and sexes."""
    first = cleveland.features.iloc[: len(ages)]
    return first.assign(age=np.asarray(ages, dtype=float), sex=pd.array(sexes, dtype="Int64"))


def test_groups_are_all_both_sexes_and_four_age_bands(table):
    assert list(table.index) == ["all", "female", "male", *BANDS]


@pytest.mark.parametrize("names", [["female", "male"], BANDS])
def test_groups_of_a_kind_add_up_to_all(table, names):
    for column in ("patients", "diseased"):
        assert table.loc[names, column].sum() == table.loc["all", column]
    assert tuple(table.loc["all", ["patients", "diseased"]]) == (303, 139)


def test_counts_are_those_of_the_data(table):
    # 97 women of whom 25 are diseased, 206 men of whom 114 are: as the collection's documentation
    # has it
    assert table.loc[["female", "male"], ["patients", "diseased"]].to_numpy().tolist() == [
        [97, 25],
        [206, 114],
    ]
    assert table.loc["female", "share"] == 25 / 97


def test_patients_of_unknown_sex_are_in_neither_sex(scored):
    features, y_true, y_score = scored
    unknown = features["sex"].where(np.arange(len(features)) >= 10)
    table = subgroup_table(features.assign(sex=unknown), y_true, y_score, threshold=0.5).set_index(
        "group"
    )
    assert table.loc[["female", "male"], "patients"].sum() == 293
    assert table.loc["all", "patients"] == 303
    assert table.loc[BANDS, "patients"].sum() == 303


def test_patients_of_unknown_age_are_in_no_band(scored):
    features, y_true, y_score = scored
    unknown = features["age"].where(np.arange(len(features)) >= 10)
    table = subgroup_table(features.assign(age=unknown), y_true, y_score, threshold=0.5).set_index(
        "group"
    )
    assert table.loc[BANDS, "patients"].sum() == 293


@pytest.mark.parametrize(
    ("age", "band"),
    [(18, 0), (44, 0), (45, 1), (54, 1), (55, 2), (64, 2), (65, 3), (110, 3)],
    ids=str,
)
def test_age_decides_the_band(cleveland, age, band):
    table = subgroup_table(
        people([age], [1], cleveland), np.array([1]), np.array([0.5]), threshold=0.5
    ).set_index("group")
    assert table.loc[BANDS, "patients"].tolist() == [int(place == band) for place in range(4)]
    assert table.loc[["female", "male"], "patients"].tolist() == [0, 1]


@pytest.mark.parametrize(
    ("name", "chosen"),
    [
        ("female", lambda f: f["sex"] == 0),
        ("55 to 64 years", lambda f: f["age"] // 5 % 13 in (11, 12)),
    ],
)
def test_figures_are_those_of_the_groups_patients_alone(scored, table, name, chosen):
    features, y_true, y_score = scored
    inside = np.array([bool(chosen(row)) for _, row in features.iterrows()])
    row, truth, scores = table.loc[name], y_true[inside], y_score[inside]
    assert row["patients"] == inside.sum()
    assert row["recall"] == pytest.approx(recall_score(truth, scores >= 0.4))
    assert row["specificity"] == pytest.approx(recall_score(truth, scores >= 0.4, pos_label=0))
    assert row["roc_auc"] == pytest.approx(roc_auc_score(truth, scores))
    assert row["expected"] == pytest.approx(scores.mean())
    at, whole = metrics_at(truth, scores, 0.4), score_part(truth, scores)
    for figure, expected in zip(FIGURES, (at.recall, at.specificity, whole.roc_auc), strict=True):
        assert tuple(row[[figure, f"{figure}_low", f"{figure}_high"]]) == expected
    assert row["note"] == ""


@pytest.mark.parametrize(
    ("healthy", "diseased", "enough"),
    [(10, 5, True), (5, 10, True), (9, 5, False), (5, 9, False), (20, 4, False), (4, 20, False)],
)
def test_groups_below_15_patients_or_5_of_an_outcome_get_a_note(
    cleveland, healthy, diseased, enough
):
    n = healthy + diseased
    y_true = np.repeat([0, 1], [healthy, diseased])
    table = subgroup_table(
        people([50] * n, [0] * n, cleveland), y_true, np.linspace(0.1, 0.9, n), threshold=0.5
    ).set_index("group")
    row = table.loc["female"]
    assert (row["patients"], row["diseased"]) == (n, diseased)
    assert (row["note"] == TOO_FEW) is not enough
    assert (
        row[[*FIGURES, "expected", *(f"{f}_{end}" for f in FIGURES for end in ("low", "high"))]]
        .notna()
        .all()
        == enough
    )
    assert row[FIGURES].notna().any() == enough


def test_empty_group_has_no_share(cleveland):
    table = subgroup_table(
        people([50] * 20, [0] * 20, cleveland),
        np.arange(20) % 2,
        np.linspace(0, 1, 20),
        threshold=0.5,
    )
    male = table.set_index("group").loc["male"]
    assert (male["patients"], male["diseased"], male["note"]) == (0, 0, TOO_FEW)
    assert pd.isna(male["share"])
