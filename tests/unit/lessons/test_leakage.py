"""Each mistake flatters by what it can, and the honest side knows nothing of the test part."""

import numpy as np
import pandas as pd
import pytest
from sklearn.impute import SimpleImputer
from sklearn.metrics import roc_auc_score
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from heart.charts.lessons.leakage import LIES, REPORTS, all_lies, bin_width, lie_frame, report_frame
from heart.errors import SettingsError
from heart.lessons import leakage_mistakes as leaks
from heart.lessons.leakage import (
    FOREST,
    LEAKS,
    LOGISTIC,
    NEIGHBOURS,
    Lie,
    Setup,
    measure_leak,
    summarise_lies,
)
from heart.lessons.leakage_mistakes import (
    Case,
    best_threshold,
    copies_on_both_sides,
    copy_patients,
    cost_of,
    fill_by_outcome,
    predict_train_out_of_fold,
    split_rows,
)
from heart.lessons.pipeline import (
    MISSING,
    MODELS,
    Table,
    accuracy_of,
    encode_clean,
    fill_missing,
    learn_fill,
    learn_scale,
    predict_part,
    read_table,
    roc_auc_of,
)
from heart.schema import FEATURES
from heart.ui.lessons.leakage_words import MISTAKES, describe_lies

CATEGORIES = [f for f in FEATURES if f.encoding == "label"]


def lie_of(leak, cohort, model, n_splits):
    return summarise_lies(measure_leak(Setup(leak, cohort, model, 0), n_splits=n_splits))


@pytest.fixture(scope="module")
def table(cleveland):
    return read_table(cleveland)


@pytest.fixture(scope="module")
def split(table):
    return split_rows(table.y_true, 0)


def spoil(table, rows):
    """The table with other outcomes, measurements and categories in some rows."""
    numbers, codes, y_true = table.numbers.copy(), table.codes.copy(), table.y_true.copy()
    numbers[rows] = 1e3 + np.arange(len(rows))[:, None]
    codes[rows] = 1
    y_true[rows] = 1 - y_true[rows]
    return Table(numbers, codes, y_true)


# the sizes


def test_copies_lift_a_forest_by_more_than_ten_points():
    found = lie_of("duplicates", "cleveland", FOREST, 20)["accuracy"]
    assert found.low > 10
    assert found.leaky > 98


def test_copies_lift_neighbours_by_their_memory_and_a_straight_boundary_hardly():
    memory, straight = (
        lie_of("duplicates", "cleveland", model, 40)["accuracy"] for model in (NEIGHBOURS, LOGISTIC)
    )
    assert memory.mean > 10
    assert straight.mean < 4


@pytest.mark.parametrize(("cohort", "least"), [("hungary", 10), ("all", 5)])
def test_fills_by_outcome_lift_where_much_is_missing(cohort, least):
    found = lie_of("imputation", cohort, LOGISTIC, 40)
    assert found["accuracy"].mean > least
    assert found["accuracy"].low > 0
    assert found["roc_auc"].low > 0


def test_fills_by_outcome_do_little_where_little_is_missing():
    assert abs(lie_of("imputation", "cleveland", LOGISTIC, 100)["accuracy"].mean) < 1


@pytest.mark.parametrize("model", LEAKS["scaler"].models)
def test_scaler_is_hardly_a_lie(model):
    found = lie_of("scaler", "cleveland", model, 100)
    assert max(abs(found["accuracy"].mean), abs(found["roc_auc"].mean)) < 0.5


def test_threshold_on_test_never_loses_and_wins_on_average():
    measured = measure_leak(Setup("threshold", "cleveland", LOGISTIC, 0), n_splits=40)
    assert (measured["lie"] >= -1e-9).all()
    found = summarise_lies(measured)
    assert 1 < found["accuracy"].mean < 5
    assert found["cost"].mean > 2


def test_best_of_four_on_test_never_loses_and_wins_on_average():
    measured = measure_leak(Setup("models", "cleveland", "best of four", 0), n_splits=20)
    assert (measured["lie"] >= -1e-9).all()
    assert 0.5 < summarise_lies(measured)["accuracy"].mean < 4


# the honest side is honest


def test_spoilt_test_rows_change_nothing_that_is_fitted(table, split):
    train, test = split
    spoilt = spoil(table, test)
    for part in (0, 1):
        assert np.array_equal(learn_fill(table, train)[part], learn_fill(spoilt, train)[part])
    clean, other = encode_clean(table, train), encode_clean(spoilt, train)
    assert np.array_equal(clean[train], other[train])
    for model in MODELS:
        plain = predict_part(clean, table.y_true, train, train, model=model)
        assert np.array_equal(plain, predict_part(other, spoilt.y_true, train, train, model=model))


@pytest.mark.parametrize("model", leaks.CANDIDATES)
def test_spoilt_test_rows_change_no_out_of_fold_prediction(table, split, model):
    train, test = split
    plain, spoilt = (Case(rows, train, test, model, 3) for rows in (table, spoil(table, test)))
    assert np.array_equal(
        predict_train_out_of_fold(plain, n_folds=3), predict_train_out_of_fold(spoilt, n_folds=3)
    )


def test_spoilt_test_rows_do_change_the_leaky_scale_and_fill(table, split):
    train, test = split
    spoilt = spoil(table, test)
    filled, other = (fill_missing(rows, learn_fill(rows, train)) for rows in (table, spoilt))
    everybody = np.arange(table.n)
    assert not np.allclose(learn_scale(filled, everybody).mean, learn_scale(other, everybody).mean)
    had_gaps = train[(table.codes[train] == MISSING).any(axis=1)]
    assert not np.array_equal(
        fill_by_outcome(table).codes[had_gaps], fill_by_outcome(spoilt).codes[had_gaps]
    )


def test_out_of_fold_prediction_does_not_know_its_own_patient(table, split):
    train, test = split
    y_true = table.y_true.copy()
    plain = predict_train_out_of_fold(Case(table, train, test, LOGISTIC, 0), n_folds=5)
    pair = [next(row for row in train if y_true[row] == outcome) for outcome in (0, 1)]
    known = predict_part(encode_clean(table, train), y_true, train, train, model=LOGISTIC)
    places = [int(np.flatnonzero(train == row)[0]) for row in pair]
    assert not np.allclose(plain[places], known[places])
    assert roc_auc_score(y_true[train], plain) < roc_auc_score(y_true[train], known)


def test_copies_stay_together_on_the_honest_side_only(table, split, monkeypatch):
    seen = []

    def look(X, y_true, train, part, **options):
        rows = {row.tobytes() for row in X[train]}
        seen.append(np.mean([row.tobytes() in rows for row in X[part]]))
        return predict_part(X, y_true, train, part, **options)

    monkeypatch.setattr(leaks, "predict_part", look)
    copies_on_both_sides(Case(table, *split, NEIGHBOURS, 0))
    honest, leaky = seen
    assert honest == 0
    assert leaky > 0.9


# the pieces


def test_every_patient_is_copied_three_or_four_times():
    owner = copy_patients(303, 0)
    assert len(owner) == 1025
    assert set(np.bincount(owner, minlength=303)) == {3, 4}
    assert not np.array_equal(owner, copy_patients(303, 1))


@pytest.mark.parametrize(("name", "n", "missing"), [("cleveland", 303, 6), ("hungary", 293, None)])
def test_table_has_each_patient_once(name, n, missing, request):
    table = read_table(request.getfixturevalue(name))
    assert table.n == n
    if missing is not None:
        assert (table.codes == MISSING).sum() + np.isnan(table.numbers).sum() == missing


def test_arrays_equal_those_of_a_scikit_learn_pipeline(hungary):
    table = read_table(hungary)
    train, _ = split_rows(table.y_true, 0)
    numbers = (
        SimpleImputer(keep_empty_features=True).fit(table.numbers[train]).transform(table.numbers)
    )
    codes = (
        SimpleImputer(missing_values=MISSING, strategy="most_frequent")
        .fit(table.codes[train])
        .transform(table.codes)
    )
    scaled = StandardScaler().fit(numbers[train]).transform(numbers)
    one_hot = OneHotEncoder(
        categories=[np.arange(len(f.codes)) for f in CATEGORIES], sparse_output=False
    ).fit_transform(codes)
    np.testing.assert_allclose(encode_clean(table, train), np.hstack([scaled, one_hot]), atol=1e-12)


def test_fill_by_outcome_by_hand():
    numbers = np.array([[1.0], [3.0], [np.nan], [10.0], [np.nan]])
    codes = np.array([[0], [0], [MISSING], [2], [MISSING]])
    filled = fill_by_outcome(Table(numbers, codes, np.array([0, 0, 0, 1, 1])))
    assert filled.numbers.ravel().tolist() == [1, 3, 2, 10, 10]
    assert filled.codes.ravel().tolist() == [0, 0, 0, 2, 2]


def test_auc_and_cost_are_the_known_ones():
    rng = np.random.default_rng(0)
    y_true, y_score = rng.integers(0, 2, 200), np.round(rng.random(200), 1)  # with ties
    assert roc_auc_of(y_true, y_score) == pytest.approx(roc_auc_score(y_true, y_score))
    assert cost_of(np.array([1, 1, 0, 0]), np.array([0.1, 0.9, 0.9, 0.1]), 0.5) == pytest.approx(
        100 * (2 + 1) / 4
    )


@pytest.mark.parametrize("cost_ratio", [1.0, 2.0])
def test_best_threshold_is_best_of_all_on_its_grid(cost_ratio):
    rng = np.random.default_rng(1)
    y_true, y_score = rng.integers(0, 2, 80), rng.random(80)
    judge = cost_of if cost_ratio == 2 else lambda *a: -accuracy_of(*a)
    found = judge(y_true, y_score, best_threshold(y_true, y_score, cost_ratio))
    assert found == pytest.approx(
        min(judge(y_true, y_score, t) for t in np.round(np.linspace(0, 1, 101), 2))
    )


def test_lie_and_its_interval_by_hand():
    measured = pd.DataFrame(
        {
            "split": [0, 1, 2],
            "figure": "accuracy",
            "honest": [80.0] * 3,
            "leaky": [81.0, 82.0, 83.0],
        }
    )
    found = summarise_lies(measured.assign(lie=[1.0, 2.0, 3.0]))["accuracy"]
    half = 4.302653 * np.sqrt((1 / 3 + 1 / 4) * 1.0)  # t of 2 degrees of freedom, 20 % test
    assert found[:3] == (80, 82, 2)
    assert (found.low, found.high) == pytest.approx((2 - half, 2 + half), rel=1e-6)
    assert found.flattered == 1


def test_more_splits_begin_with_the_same_ones_and_another_seed_has_others():
    setup = Setup("scaler", "cleveland", NEIGHBOURS, 0)
    few, many = measure_leak(setup, n_splits=5), measure_leak(setup, n_splits=30)
    pd.testing.assert_frame_equal(few, many.head(len(few)))
    assert not few.equals(measure_leak(setup._replace(random_state=1), n_splits=5))


def test_share_of_the_work_is_told_and_a_stop_ends_it():
    shares = []
    setup = Setup("scaler", "cleveland", NEIGHBOURS, 7)
    measure_leak(setup, n_splits=50, on_share=shares.append)
    assert shares == [0.4, 0.8, 1.0]


@pytest.mark.parametrize(
    "change",
    [
        {"leak": "x"},
        {"cohort": "x"},
        {"model": "x"},
        {"model": FOREST},
        {"random_state": -1},
        {"random_state": 10_000},
    ],
)
def test_what_cannot_be_measured_is_refused(change):
    with pytest.raises(SettingsError, match="Choose one of them"):
        measure_leak(Setup("scaler", "cleveland", LOGISTIC, 0)._replace(**change), n_splits=2)


# what is shown


def test_every_mistake_has_its_words():
    assert list(MISTAKES) == list(LEAKS)


@pytest.mark.parametrize(
    ("mean", "low", "words"),
    [(0.2, -1, "hardly a lie"), (5, 2, "chance does not explain"), (2, -1, "the interval holds 0")],
)
def test_words_follow_the_numbers(mean, low, words):
    found = {"accuracy": Lie(80, 80 + mean, mean, low, mean + 2, 0, 9, 0.6)}
    text = describe_lies(found, Setup("models", "all", "best of four", 0), 50)
    assert words in text
    assert f"**{mean:+.1f}** points of accuracy" in text
    assert "50 splits of the patients of all four hospitals" in text


def test_shares_of_a_histogram_add_up_and_steps_are_not_torn():
    step = 100 / 61
    measured = pd.DataFrame(
        {"honest": step * np.arange(40, 60), "leaky": step * np.arange(41, 61)}
    ).assign(lie=step)
    assert bin_width(measured["honest"].to_numpy()) == pytest.approx(step)
    reports = report_frame(measured)
    assert reports.groupby("way")["share"].sum().tolist() == pytest.approx([1, 1])
    assert reports["share"].unique() == pytest.approx([1 / 20])  # one value a bin
    found = lie_frame(measured, low=0.0, high=3.0)
    assert (found["share"] * (found["start"] + found["end"]) / 2).sum() == pytest.approx(
        1.5
    )  # the centre of step's bin of usual width


def test_charts_are_valid():
    measured = measure_leak(Setup("scaler", "cleveland", NEIGHBOURS, 0), n_splits=20)
    for figure in REPORTS:
        assert REPORTS[figure](report_frame(measured)).to_dict()
        assert LIES[figure](lie_frame(measured, low=0.0, high=1.0)).to_dict()
    rows = pd.DataFrame(
        [{"name": name, **summarise_lies(measured)["accuracy"]._asdict()} for name in "ab"]
    )
    assert "mean" in str(all_lies(rows).to_dict())
