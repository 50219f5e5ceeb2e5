"""The score page: every row back, with the reason where it could not be scored."""

import pytest

from tests.support import dialects as d
from tests.support.visitor import figures, said


def upload(app, content):
    return app.file_uploader[0].upload("patients.csv", content, "text/csv").run()


def test_page_says_what_to_do(visit):
    assert "Upload a CSV, ARFF, XLSX or Parquet file" in said(visit("score"))


def test_file_without_outcome_is_scored(visit):
    new = d.invent_patients(50, seed=1)
    app = upload(visit("score"), d.write(d.uci_table(new).drop(columns="num")))
    table = app.dataframe[0].value
    assert table["row"].tolist() == list(range(1, len(new) + 1))
    assert table["probability"].between(0, 1).all()
    assert figures(app)["Patients"] == str(len(new))
    assert "no outcome that can be read" in said(app)
    assert not any("Missed" in option for option in app.radio(key="score_filter").options)


def test_row_that_cannot_be_scored_comes_first_with_the_reason(visit):
    table = d.whole(d.uci_table(d.invent_patients(50, seed=1))).astype(object)
    table.loc[4, "chol"] = "much"
    app = upload(visit("score"), d.write(table))
    assert figures(app)["Could not be scored"] == "1"
    first = app.dataframe[0].value.iloc[0]
    assert (first["row"], first["error"]) == (4, "column chol: 'much' is not 50 to 1000 mg/dl")


def test_example_is_scored_and_a_column_of_it_kept(visit):
    app = visit("score")
    app = app.toggle(key="score_example").set_value(True).run()
    assert figures(app)["Patients"] == "78"
    assert "case" not in app.dataframe[0].value
    app = app.selectbox(key="score_identifier").set_value("case").run()
    table = app.dataframe[0].value
    assert table.columns[:2].tolist() == ["row", "case"]
    assert table["case"].iloc[0] == "cleveland-1"


def test_missed_patients_are_the_diseased_that_were_decided_healthy(visit):
    app = upload(visit("score"), d.uci(d.load_shipped("hungary").frame))
    missed = app.table[0].value.loc["diseased", "decided: no disease"]
    app = app.radio(key="score_filter").set_value("missed").run()
    app = app.selectbox(key="score_order").set_value("lowest").run()
    table = app.dataframe[0].value
    assert len(table) == missed
    assert set(table["outcome"]) == {"diseased"}
    assert table["probability"].is_monotonic_increasing
    assert f"Download these {missed} rows" in [b.label for b in app.get("download_button")]


@pytest.mark.parametrize(("chunk", "elsewhere"), [(303, 0), (302, 1)])
def test_models_own_patients_are_marked_and_only_large_files_leave_the_page(
    visit, pool, monkeypatch, chunk, elsewhere
):
    monkeypatch.setattr("heart.ui.score.CHUNK", chunk)
    app = upload(visit("score"), d.write(d.kaggle_303(d.cleveland())))
    assert "242 of these 303 patients are ones that the model learnt from" in said(app)
    assert len(pool.asked) == elsewhere
    assert app.table[0].value.to_numpy().sum() == 303


def test_other_hospital_is_judged_without_a_mark(visit):
    app = upload(visit("score"), d.uci(d.load_shipped("hungary").frame))
    assert "learnt from" not in said(app)
    assert app.table[1].value.loc["ROC AUC", "on this file"].startswith("0.90")


def test_file_about_something_else_is_refused(visit):
    assert "it seems to be the iris flowers" in said(
        upload(visit("score"), b"sepal_length,sepal_width,species\n5.1,3.5,setosa\n")
    )
