"""`cohort`: how a file is read, or why it is refused."""

import json

import pytest

from heart.data import SHIPPED, load_shipped
from heart.schema import FEATURES
from tests.support import dialects as d
from tests.support.files import few_new, with_bad_cell
from tests.support.running import ROOT, answer, run

FEATURES_BY_NAME = {feature.name: feature for feature in FEATURES}


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


def test_glance_adds_what_the_cohort_page_shows():
    told = answer("cohort", "cleveland+switzerland", "--glance")
    lacking = {(row["feature"], row["group"]): row["missing"] for row in told["missing_by_group"]}
    both = [load_shipped(name).features for name in ("cleveland", "switzerland")]
    assert lacking == {
        (FEATURES_BY_NAME[name].label, SHIPPED[cohort]): int(features[name].isna().sum())
        for cohort, features in zip(("cleveland", "switzerland"), both, strict=True)
        for name in features
    }
    assert len(told["groups"]) == 2 * 13
    assert len(told["associations"]) == 14 * 13 / 2
    strengths = [row["association"] for row in told["associations"]]
    known = [strength for strength in strengths if strength is not None]
    assert known == sorted(known, reverse=True)
    assert "groups" not in answer("cohort", "switzerland")


def test_cohort_reads_a_file(tmp_path):
    file = tmp_path / "mine.csv"
    file.write_bytes((ROOT / "data" / "hungary.csv").read_bytes())
    assert answer("cohort", file)["rows"] == 294


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


def test_open_columns_are_listed_and_named_on_the_command_line(write):
    table = d.whole(d.uci_table(d.invent_patients(60, seed=3))).rename(
        columns={"cp": "a", "sex": "b"}
    )
    file = write(d.write(table))
    status, out, err = run("cohort", file, "--json")
    assert status == 2
    columns = {column["name"]: column for column in json.loads(out)["open_columns"]}
    assert "cp" in columns["a"]["options"]
    assert "--columns #2=…: 'b' (#2)" in err
    told = answer("cohort", file, "--columns", "#2=sex,a=cp")
    assert {entry["column"]: entry["feature"] for entry in told["columns"]} == {
        "a": "cp",
        "b": "sex",
    }
    assert run("cohort", file, "--columns", "a")[2].count("--columns to be") == 1


def test_bad_cells_stop_or_are_left_out(write):
    file = write(with_bad_cell())
    status, out, _ = run("cohort", file, "--json")
    assert status == 2
    assert json.loads(out)["bad_cells"] == [
        {"row": 7, "column": "age", "value": "fifty", "reason": "is not 18 to 110 years"}
    ]
    told = answer("cohort", file, "--leave-out-bad-rows")
    assert (told["rows"] - told["used"], [entry["row"] for entry in told["set_aside"]]) == (1, [7])
