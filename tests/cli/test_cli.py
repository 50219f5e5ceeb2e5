"""The command line: the same answers as the library, and errors with exit status 2."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from heart.bundle import load_bundle
from heart.cli import COMMANDS
from heart.commands.output import print_rows
from heart.data import load_shipped
from heart.paths import SHIPPED_BUNDLE
from heart.schema import EXAMPLE_PATIENT
from heart.scoring.patient import predict_patient
from tests.support import dialects as d
from tests.support.running import answer, run

ROOT = Path(__file__).parents[2]
SMALL = ["--members", "2", "--max-epochs", "3"]
EXAMPLE = [word for name, value in EXAMPLE_PATIENT.items() for word in (f"--{name}", str(value))]


@pytest.mark.parametrize(
    ("name", "rows", "patients", "positives"),
    [
        ("cleveland", 303, 303, 139),
        ("hungary", 294, 293, 106),
        ("switzerland", 123, 123, 115),
        ("va_long_beach", 200, 199, 149),
    ],
)
def test_cohort_counts_the_patients(name, rows, patients, positives):
    told = answer("cohort", name)
    assert (told["rows"], told["patients"], told["positives"]) == (rows, patients, positives)
    assert told["fingerprint"] == load_shipped(name).fingerprint


def test_cohort_reads_a_file(tmp_path):
    file = tmp_path / "mine.csv"
    file.write_bytes((ROOT / "data" / "hungary.csv").read_bytes())
    assert answer("cohort", file)["rows"] == 294


def test_predict_answers_as_the_library_does():
    told = answer("predict", *EXAMPLE)
    expected = predict_patient(load_bundle(SHIPPED_BUNDLE), EXAMPLE_PATIENT)
    assert told["probability"] == pytest.approx(expected.probability, abs=1e-9)
    assert told["decision"] == expected.label
    assert told["warnings"] == [warning.message for warning in expected.warnings]


def test_words_and_codes_are_the_same_patient():
    assert answer("predict", "--sex", "female", "--cp", "atypical angina") == answer(
        "predict", "--sex", "0", "--cp", "2"
    )


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["predict", "--chol", "5000"], "50 to 1000 mg/dl"),
        (["predict", "--cp", "0"], "1 (typical angina)"),
        (["predict", "nowhere.joblib", "--age", "60"], "No such file"),
        (["cohort", "nowhere.csv"], "No such file"),
        (["cohort", str(ROOT / "README.md")], "the columns age, sex"),
        (["show", str(ROOT / "README.md")], "an uncompressed joblib file"),
        (["threshold", "--value", "1.5"], "a threshold from 0 to 1"),
        (["threshold", "--cost-ratio", "0"], "a cost ratio from 0.1 to 100"),
        (["threshold", "--rule", "best"], "a rule among bayes, cheapest"),
        (["threshold", "--rule", "sensitivity"], "a wanted sensitivity above 0"),
        (["threshold", "--rule-out", "1.5"], "a wanted sensitivity above 0"),
        (["threshold", "--prevalence", "0"], "a share of ill patients"),
        (["threshold", "--table", "nowhere/t.csv"], "to write nowhere/t.csv"),
        (["recalibrate", "--method", "magic"], "a method among none"),
        (["recalibrate", "--method", "isotonic"], "at least 1,000 patients"),
        (["train", "--out", "x.joblib", "--hidden", "wide"], "widths of hidden layers"),
        (["train", "--out", "x.joblib", "--lr", "9"], "lr to be a number from 1e-05 to 0.5"),
        (["train", "--out", "x.txt", *SMALL], "ends in .joblib"),
    ],
)
def test_mistakes_are_told_on_standard_error_with_status_2(words, message):
    status, out, err = run(*words)
    assert (status, out) == (2, "")
    assert message in err


def test_trained_bundle_is_written_shown_and_used(tmp_path):
    file = tmp_path / "mine.joblib"
    told = answer("train", "--out", file, *SMALL, "--random-state", "7")
    assert told["settings"]["random_state"] == 7
    assert answer("show", file) == {key: value for key, value in told.items() if key != "written"}
    assert answer("predict", file, *EXAMPLE)["probability"] == pytest.approx(
        predict_patient(load_bundle(file), EXAMPLE_PATIENT).probability
    )


def test_shipped_model_is_rebuilt_to_the_same_predictions(tmp_path):
    # equal to the bit on one machine; another processor may round a training run otherwise
    file = tmp_path / "cleveland.joblib"
    answer("train", "--out", file)
    features = load_shipped("cleveland").features
    shipped, rebuilt = load_bundle(SHIPPED_BUNDLE), load_bundle(file)
    assert rebuilt.settings == shipped.settings
    np.testing.assert_allclose(
        rebuilt.predict_proba(features), shipped.predict_proba(features), atol=1e-4
    )


@pytest.mark.parametrize(
    ("words", "value"),
    [
        ([], 1 / 3),
        (["--cost-ratio", "1"], 0.5),
        (["--value", "0.25"], 0.25),
        (["--value", "0"], 0.0),
    ],
)
def test_threshold_is_chosen_and_reported_on_valid_and_test(words, value):
    told = answer("threshold", *words)
    assert told["threshold"]["value"] == pytest.approx(value)
    assert [sum(told[part]["confusion"].values()) for part in ("valid", "test")] == [49, 61]


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


def test_table_of_all_thresholds_is_written(tmp_path):
    told = answer("threshold", "--table", tmp_path / "t.csv")
    table = pd.read_csv(told["table"])
    assert table["threshold"].tolist() == [i / 100 for i in range(101)]
    assert (table[["tn", "fp", "fn", "tp"]].sum(axis=1) == 242).all()


def test_recalibrated_bundle_is_written_and_answers_on_its_scale(tmp_path):
    file = tmp_path / "scaled.joblib"
    told = answer("recalibrate", "--method", "platt", "--out", file)
    assert [row["method"] for row in told["compared"]] == ["none", "temperature", "platt"]
    assert answer("show", file)["recalibration"] == told["recalibration"]
    assert told["recalibration"]["patients"] == 242
    plain, scaled = (
        answer("predict", *EXAMPLE)["probability"],
        answer("predict", file, *EXAMPLE)["probability"],
    )
    logits = np.log(plain / (1 - plain))
    expected = 1 / (
        1 + np.exp(-(told["recalibration"]["intercept"] + told["recalibration"]["slope"] * logits))
    )
    assert scaled == pytest.approx(expected)


def test_threshold_is_written_into_a_bundle_of_its_own(tmp_path):
    file = tmp_path / "careful.joblib"
    answer("threshold", "--cost-ratio", "9", "--out", file)
    bundle = load_bundle(file)
    assert (bundle.name, bundle.threshold.value) == ("careful", pytest.approx(0.1))


@pytest.mark.parametrize(
    "command",
    [name for name in COMMANDS if name != "app"],  # which answers nothing
)
def test_help_explains_every_command(command):
    status, out, err = run(command, "--help")
    assert (status, err) == (0, "")
    assert "--json" in out


def test_text_for_people_names_the_decision():
    status, out, _ = run("predict", *EXAMPLE)
    assert status == 0
    assert "decision: " in out
    assert "  Age: 80 years is above everybody in training (34 to 77 years)." in out


HEAVY = "('torch', 'pandas', 'numpy', 'sklearn', 'rich')"


@pytest.mark.parametrize(
    "words", [["--help"], *([name, "--help"] for name in COMMANDS)], ids=" ".join
)
def test_help_waits_for_nothing_heavy(words):
    script = (
        f"import sys; from heart.cli import main; assert main({words}) == 0;"
        f" sys.exit(any(name in sys.modules for name in {HEAVY}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, stdout=subprocess.DEVNULL, check=False
    )
    assert done.returncode == 0


@pytest.fixture
def write(tmp_path):
    """Writes a file's bytes and returns its path."""

    def write_file(content, name="heart.csv"):
        path = tmp_path / name
        path.write_bytes(content)
        return path

    return write_file


def few_new():
    return d.write(d.kaggle_303(d.invent_patients(60, seed=2).groupby("num").head(3)))


def with_bad_cell():
    table = d.whole(d.uci_table(d.invent_patients(100, seed=6))).astype(object)
    table.loc[7, "age"] = "fifty"
    return d.write(table)


def test_cohort_tells_how_a_file_is_read(write):
    told = answer("cohort", write(d.write(d.kaggle_303(d.cleveland()).assign(name="Mr Secret"))))
    assert (told["dialect"], told["rows"], told["patients"], told["positives"]) == (
        "kaggle-303",
        303,
        303,
        139,
    )
    assert (told["inverted"], told["matched"], told["refused"], told["bad_cells"]) == (
        True,
        303,
        None,
        [],
    )
    assert told["dropped_columns"] == told["personal_columns"] == ["name"]
    assert {change["column"] for change in told["converted"]} == {
        "cp",
        "restecg",
        "slope",
        "ca",
        "thal",
    }
    assert "Secret" not in json.dumps(told)


def test_cohort_of_several_hospitals():
    told = answer("cohort", "cleveland+hungary")
    assert (told["rows"], told["positives"]) == (597, 245)


def test_refused_file_is_told_as_json_and_as_text(write):
    file = write(b"sepal_length,sepal_width,species\n5.1,3.5,setosa\n")
    status, out, err = run("cohort", file, "--json")
    assert status == 2
    assert "it seems to be the iris flowers" in json.loads(out)["refused"]
    assert "it seems to be the iris flowers" in err
    status, out, err = run("cohort", file)
    assert (status, out) == (2, "")
    assert "it seems to be the iris flowers" in err


def test_undecided_file_needs_a_dialect(write):
    file = write(few_new())
    status, out, err = run("cohort", file, "--json")
    assert status == 2
    assert {"kaggle-303", "kaggle-303-binary"} <= {
        candidate["dialect"] for candidate in json.loads(out)["candidates"]
    }
    assert "--dialect kaggle-303: " in err
    told = answer("cohort", file, "--dialect", "kaggle-303")
    assert (told["dialect"], told["inverted"], told["positives"]) == ("kaggle-303", True, 3)
    assert not answer("cohort", file, "--dialect", "kaggle-303-binary")["inverted"]


def test_bad_cells_stop_or_are_left_out(write):
    file = write(with_bad_cell())
    status, out, _ = run("cohort", file, "--json")
    assert status == 2
    assert json.loads(out)["bad_cells"] == [
        {"row": 7, "column": "age", "value": "fifty", "reason": "is not 18 to 110 years"}
    ]
    told = answer("cohort", file, "--leave-out-bad-rows")
    assert (told["rows"] - told["used"], [entry["row"] for entry in told["set_aside"]]) == (1, [7])


def test_score_writes_every_row_and_judges(write, tmp_path):
    out = tmp_path / "scores.csv"
    told = answer(
        "score", SHIPPED_BUNDLE, write(d.uci(load_shipped("hungary").frame)), "--out", out
    )
    frame = pd.read_csv(out)
    assert frame["row"].tolist() == list(range(1, 295))
    assert (
        told["rows"],
        told["failed"],
        told["judged"]["n"],
        told["judged"]["seen_by_the_model"],
    ) == (294, 0, 294, 0)
    expected = load_bundle(SHIPPED_BUNDLE).predict_proba(load_shipped("hungary").features)
    assert frame["probability"].to_numpy() == pytest.approx(expected, abs=1e-6)


def test_score_keeps_bad_rows_with_their_reason(write, tmp_path):
    out = tmp_path / "scores.csv"
    assert answer("score", SHIPPED_BUNDLE, write(with_bad_cell()), "--out", out)["failed"] == 1
    assert (
        pd.read_csv(out).set_index("row").loc[7, "error"]
        == "column age: 'fifty' is not 18 to 110 years"
    )


def test_score_marks_the_models_own_patients(write, tmp_path):
    told = answer(
        "score",
        SHIPPED_BUNDLE,
        write(d.write(d.kaggle_303(d.cleveland()))),
        "--out",
        tmp_path / "scores.csv",
    )
    assert told["judged"]["seen_by_the_model"] == 242
    assert "learnt from" in told["judged"]["note"]


def test_score_that_cannot_be_written_or_read_is_refused(write, tmp_path):
    file = write(few_new())
    assert (
        run(
            "score",
            SHIPPED_BUNDLE,
            file,
            "--out",
            tmp_path / "absent" / "x.csv",
            "--dialect",
            "kaggle-303",
        )[0]
        == 2
    )
    assert run("score", SHIPPED_BUNDLE, file, "--out", tmp_path / "x.csv")[0] == 2
    assert not (tmp_path / "x.csv").exists()


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


def test_progress_bar_ends_with_all_rows(capsys):
    print_rows(5, 10)
    print_rows(10, 10)
    shown = capsys.readouterr().err
    assert shown.endswith("\r[" + "#" * 40 + "] 10 of 10 rows\n")
    assert "#" * 20 + "." * 20 in shown


def test_reader_that_has_seen_enough_is_no_error():
    # a reader that closes the pipe before anything is written, as `head -0` does
    command = [sys.executable, "-m", "heart", "show"]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    process.stdout.close()
    message = process.stderr.read()
    process.stderr.close()
    assert (process.wait(), message) == (141, b"")


def test_shipped_cohort_is_scored_by_its_name(tmp_path):
    by_name, by_path = tmp_path / "name.csv", tmp_path / "path.csv"
    answer("score", "cleveland", "hungary", "--out", by_name)
    answer("score", "cleveland", ROOT / "data" / "hungary.csv", "--out", by_path)
    assert by_name.read_bytes() == by_path.read_bytes()
