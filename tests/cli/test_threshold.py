"""`threshold`: chosen on out-of-fold predictions, reported on valid and test."""

import pandas as pd
import pytest

from heart.bundle import load_bundle
from tests.support import dialects as d
from tests.support.running import SMALL, answer, run


@pytest.mark.parametrize(
    ("words", "value"),
    [
        ([], 1 / 3),
        (["--cost-ratio", "1"], 0.5),
        (["--value", "0.25"], 0.25),
        (["--value", "0"], 0.0),
    ],
)
def test_threshold_is_chosen_and_reported_on_valid(words, value):
    told = answer("threshold", *words)
    assert told["threshold"]["value"] == pytest.approx(value)
    assert sum(told["valid"]["confusion"].values()) == 49
    assert told["threshold"]["chosen_on"] == ("by hand" if "--value" in words else "costs only")


def test_test_part_reports_on_what_goes_into_a_bundle_and_on_a_second_one_marked(tmp_path):
    first, second = tmp_path / "first.joblib", tmp_path / "second.joblib"
    assert answer("threshold", "--value", "0.25")["test"] is None
    told = answer("threshold", "--value", "0.25", "--out", first)
    assert sum(told["test"]["confusion"].values()) == 61
    assert told["threshold"]["chosen_on"] == "by hand"
    answer("threshold", first, "--rule", "youden", "--out", second)
    assert load_bundle(second).threshold.chosen_on == "after test"


def test_counts_and_figures_are_at_the_same_threshold():
    told = answer("threshold", "--cost-ratio", "2.5")["out_of_fold"]  # 28.57 %
    counts, figures = told["confusion"], told["figures"]
    assert figures["recall"][0] == pytest.approx(counts["tp"] / told["positives"])
    assert figures["precision"][0] == pytest.approx(counts["tp"] / (counts["tp"] + counts["fp"]))
    assert figures["cost"][0] == pytest.approx((2.5 * counts["fn"] + counts["fp"]) / told["n"])


def test_threshold_for_another_share_of_ill_patients_is_not_stored(tmp_path):
    file = tmp_path / "there.joblib"
    code, _, err = run("threshold", "--prevalence", "0.1", "--out", file)
    assert code != 0
    assert "--out without --prevalence" in err
    assert not file.exists()


def test_threshold_is_judged_on_out_of_fold_predictions():
    told = answer("threshold", "--rule", "sensitivity", "--at-least", "0.9", "--prevalence", "0.1")
    counts = told["out_of_fold"]["confusion"]
    assert sum(counts.values()) == told["out_of_fold"]["n"] == 242
    assert counts["tp"] / (counts["tp"] + counts["fn"]) >= 0.9
    assert told["threshold"]["chosen_on"] == "out-of-fold"
    assert told["tuned"]["low"] < told["tuned"]["median"] < told["tuned"]["high"]
    assert sum(told["out_of_fold"]["of_1000"].values()) == 1000
    assert [zone["name"] for zone in told["zones"]] == ["rule out", "cannot tell", "rule in"]
    assert sum(zone["patients"] for zone in told["zones"]) == 242
    borders = {row["figure"]: row for row in told["borders"]}
    assert borders["sensitivity"]["border"] == "lower"
    assert borders["specificity"]["border"] == "upper"
    for name in ("sensitivity", "specificity"):
        assert borders[name]["value_low"] < borders[name]["value"]
        assert 0 < borders[name]["value"] - borders[name]["corrected"] < 0.04


def test_table_of_all_thresholds_is_written(tmp_path):
    told = answer("threshold", "--table", tmp_path / "t.csv")
    table = pd.read_csv(told["table"])
    assert table["threshold"].tolist() == [i / 100 for i in range(101)]
    assert (table[["tn", "fp", "fn", "tp"]].sum(axis=1) == 242).all()


def test_threshold_is_written_into_a_bundle_of_its_own(tmp_path):
    file = tmp_path / "careful.joblib"
    answer("threshold", "--cost-ratio", "9", "--out", file)
    bundle = load_bundle(file)
    assert (bundle.name, bundle.threshold.value) == ("careful", pytest.approx(0.1))


def test_model_of_an_own_file_is_trained_and_its_threshold_chosen(write, tmp_path):
    file, bundle = (
        write(d.write(d.kaggle_303(d.invent_patients(150, seed=4)))),
        tmp_path / "own.joblib",
    )
    assert answer("train", "--cohort", file, "--out", bundle, *SMALL)["data"]["cohort"] == "heart"
    assert run("threshold", bundle)[0] == 2
    assert (
        answer("threshold", bundle, "--cohort", file, "--value", "0.4")["threshold"]["value"] == 0.4
    )
