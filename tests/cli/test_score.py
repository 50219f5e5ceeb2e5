"""`score`: every row of a file, in its order."""

import pandas as pd
import pytest

from heart.bundle import load_bundle
from heart.data import load_shipped
from heart.paths import SHIPPED_BUNDLE
from tests.support import dialects as d
from tests.support.files import few_new, with_bad_cell
from tests.support.running import ROOT, answer, run


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


def test_shipped_cohort_is_scored_by_its_name(tmp_path):
    by_name, by_path = tmp_path / "name.csv", tmp_path / "path.csv"
    answer("score", "cleveland", "hungary", "--out", by_name)
    answer("score", "cleveland", ROOT / "data" / "hungary.csv", "--out", by_path)
    assert by_name.read_bytes() == by_path.read_bytes()


def test_identifier_stands_beside_each_answer_and_only_missed_patients_are_written(write, tmp_path):
    out = tmp_path / "missed.csv"
    frame = d.uci_table(load_shipped("hungary").frame).assign(**{"=case": range(294)})
    told = answer(
        "score",
        SHIPPED_BUNDLE,
        write(d.write(frame)),
        *("--id", "=case", "--only", "missed"),
        *("--out", out),
    )
    written = pd.read_csv(out)
    assert told["rows_written"] == len(written) == told["judged"]["confusion"]["fn"] > 0
    assert told["dropped_columns"] == []
    assert (written["row"] - 1).tolist() == written["'=case"].tolist()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--id", "age"), "a column of the file that is no feature"),
        (("--only", "mised"), "Did you mean missed?"),
        (("--only", "missed"), "outcomes in the file"),
    ],
)
def test_column_or_rows_that_there_are_not_are_refused(write, tmp_path, options, said):
    file = write(d.write(d.uci_table(d.cleveland()).drop(columns="num").assign(case=1)))
    code, _, error = run("score", SHIPPED_BUNDLE, file, *options, "--out", tmp_path / "x.csv")
    assert code == 2
    assert said in error
    assert not (tmp_path / "x.csv").exists()


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["hungary"], "Expected --out FILE for one file, but found neither."),
        (["hungary", "--output", "x"], "Expected --out FILE for one file, but found --output."),
        (
            ["hungary", "--out", "x.csv", "--output", "x"],
            "Expected --out FILE for one file, but found --output too.",
        ),
        ([".", "--out", "x.csv"], "Expected --output FOLDER for a folder or a pattern of files"),
        (["*.csv", "--output", "x"], "Expected files that end in .parquet or .csv"),
        (
            ["hungary", "--out", "x.csv", "--scheduler", "tcp://127.0.0.1:1"],
            "Expected a folder or a pattern of files for --scheduler, but found one file.",
        ),
        ([".", "--output", "x", "--scheduler", "there"], "Expected a scheduler's address"),
    ],
)
def test_one_file_has_one_file_of_answers_and_a_folder_a_folder(tmp_path, monkeypatch, words, says):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "notes.txt").touch()
    status, _, err = run("score", SHIPPED_BUNDLE, *words)
    assert status == 2
    assert says in err
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]
