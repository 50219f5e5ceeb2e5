"""The cohort page: hospitals, any combination of them, and a file of one's own."""

import pytest

from tests.support import dialects as d
from tests.support.visitor import figures, go, press, said

COUNTS = {
    "cleveland": (303, 139),
    "hungary": (294, 106),
    "switzerland": (123, 115),
    "va_long_beach": (200, 149),
}


def choose_hospitals(app, *names):
    return app.multiselect[0].set_value(list(names)).run()


def upload(app, content, name="heart.csv"):
    return app.file_uploader[0].upload(name, content, "text/csv").run()


def csv_of(table):
    return d.write(table)


def few_new():
    return csv_of(d.kaggle_303(d.invent_patients(60, seed=2).groupby("num").head(3)))


@pytest.mark.parametrize("name", COUNTS)
def test_hospital_shows_its_counts(visit, name):
    shown = figures(choose_hospitals(visit("cohort"), name))
    patients, diseased = COUNTS[name]
    assert shown["Patients"] == str(patients)
    assert shown["Diseased"] == f"{diseased} ({100 * diseased / patients:.0f}\u00a0%)"


def test_hospitals_can_be_combined(visit):
    shown = figures(choose_hospitals(visit("cohort"), "va_long_beach", "cleveland", "hungary"))
    assert (shown["Patients"], shown["Diseased"], shown["Different patients"]) == (
        "797",
        "394 (49\u00a0%)",
        "795",
    )


def test_every_change_of_hospitals_counts(visit):
    app = visit("cohort")
    for name in ("hungary", "switzerland", "cleveland", "va_long_beach"):
        app = choose_hospitals(app, name)
        assert app.multiselect[0].value == [name]


def test_no_hospital_is_asked_for(visit):
    assert "Choose at least one hospital." in said(choose_hospitals(visit("cohort")))


def test_split_shows_sizes_that_add_up(visit):
    app = visit("cohort")
    (table,) = (table.value for table in app.table if table.value.index.name == "part")
    assert table.index.tolist() == ["train", "valid", "test"]
    assert table["patients"].tolist() == [193, 49, 61]
    assert table["diseased"].sum() == 139


def test_reading_reports_what_it_changed(visit):
    assert "chol, 123 rows: 0 means not measured" in said(
        choose_hospitals(visit("cohort"), "switzerland")
    )


def test_feature_without_values_says_so(visit):
    app = choose_hospitals(visit("cohort"), "switzerland")
    (box,) = (box for box in app.selectbox if box.label == "Feature")
    assert "There is no value of serum cholesterol in this cohort." in said(
        box.set_value("chol").run()
    )
    bodies = [element.proto.body for element in app.get("html")]
    (multiples,) = (body for body in bodies if 'class="heart-multiples"' in body)
    assert multiples.count("Not known of anybody here.") == 1
    assert multiples.count('role="img"') == 12
    assert "Closest to disease:" in said(app)


def test_first_rows_are_the_files(visit):
    frame = visit("cohort").dataframe[0].value
    assert frame.iloc[0][["age", "chol", "thal", "num"]].tolist() == [63, 233, "fixed", 0]


def test_upload_becomes_the_cohort_with_its_evidence(visit):
    app = upload(visit("cohort"), csv_of(d.kaggle_303(d.cleveland())))
    assert figures(app)["Diseased"] == "139 (46\u00a0%)"
    assert "303 of 303 rows are known patients (303 Cleveland)" in said(app)
    assert "the target is inverted: 139 rows marked 0 are diseased" in said(app)
    assert app.table[0].value.loc["Target", "value"] == "inverted in the file, put right here"


def test_upload_stays_the_cohort_on_other_pages_and_hospitals_can_be_chosen_again(visit):
    content = csv_of(d.kaggle_303(d.invent_patients(120, seed=4)))
    app = upload(visit("cohort"), content)
    app = go(app, "train")
    assert [radio.value for radio in app.radio if radio.label == "Patients of"] == ["Your own file"]
    assert "heart.csv" in said(app)
    app = go(app, "cohort")
    (source,) = (radio for radio in app.radio if radio.label == "Patients of")
    app = source.set_value("Hospitals").run()
    assert figures(app)["Patients"] == "303"
    app = upload(app, content)
    assert "Shown below: your own file heart.csv" in said(app), "the same file, chosen again"


def test_undecided_file_is_asked_about_and_read_as_answered(visit):
    app = upload(visit("cohort"), few_new())
    assert "One question before this file can be used." in said(app)
    (question,) = (radio for radio in app.radio if radio.label == "Which is right?")
    assert question.value is None
    assert "kaggle-303" in question.options
    preview = app.table[0].value
    assert (
        preview.loc["kaggle-303", "Heart disease"].tolist()
        != preview.loc["kaggle-303-binary", "Heart disease"].tolist()
    )
    assert "heart.csv has not been read" in said(app)
    assert "SHA-256 of the table" not in said(app), "another table's reading under the question"
    captions = dict(zip(question.options, question.proto.captions, strict=True))
    assert captions["kaggle-303"].endswith("Would make 3 of 6 diseased (50\u00a0%).")
    app = press(question.set_value("kaggle-303").run(), "Read it this way")
    assert figures(app)["Patients"] == "6"
    assert "SHA-256 of the table" in said(app)


def test_bad_cells_are_listed_and_their_rows_left_out_when_wanted(visit):
    table = d.whole(d.uci_table(d.invent_patients(100, seed=6))).astype(object)
    table.loc[[7, 9], "age"] = ["fifty", -3]
    app = upload(visit("cohort"), csv_of(table))
    assert app.dataframe[0].value[["row", "column", "value"]].to_numpy().tolist() == [
        [7, "age", "fifty"],
        [9, "age", "-3"],
    ]
    assert figures(app)["Patients"] == "303"
    app = press(app, "Leave these 2 rows out")
    assert figures(app)["Patients"] == str(len(table) - 2)


def test_columns_that_nothing_names_are_asked_about_one_by_one(visit):
    names = {"cp": "`a`", "sex": "b", "oldpeak": "c"}
    patients = d.invent_patients(60, seed=3)
    content = csv_of(d.whole(d.uci_table(patients)).rename(columns=names))
    app = upload(visit("cohort"), content)
    assert "Which column is which?" in said(app)
    boxes = {box.label: box for box in app.selectbox if box.label.startswith("Column")}
    assert list(boxes) == ["Column `b`", "Column `` `a` ``", "Column `c`"]
    assert [box.value for box in boxes.values()] == ["", "cp", "oldpeak"]
    app = press(app, "Read it with these columns")
    assert "no column for sex" in said(app), "an answer that is not enough"
    app = press(app, "Name the columns again")
    app.selectbox(key="column_cohort_#2").set_value("cp")
    app = press(app, "Read it with these columns")
    assert "Each only once: Chest pain (cp) — needed." in said(app)
    app.selectbox(key="column_cohort_#2").set_value("sex")
    app = press(app, "Read it with these columns")
    assert figures(app)["Patients"] == str(len(patients))
    assert "• c is oldpeak: the user said so." in said(app)


def test_refused_file_says_what_it_seems_to_be_and_the_cohort_stays(visit):
    app = upload(
        visit("cohort"), b"age,sex,ejection_fraction,serum_creatinine,DEATH_EVENT\n75,1,20,1.9,1\n"
    )
    assert "it seems to be heart-failure records" in said(app)
    assert "Until it is: Cleveland Clinic Foundation." in said(app)
    assert "SHA-256 of the table" not in said(app), "another table's reading under the refusal"
    assert figures(app)["Patients"] == "303"


def test_personal_columns_are_called_out_by_name_only(visit):
    table = d.uci_table(d.cleveland()).assign(**{"Patient Name": "Mr Secret"})
    text = said(upload(visit("cohort"), csv_of(table)))
    assert "Personal data that is not kept: Patient Name." in text
    assert "Secret" not in text


def test_markup_in_a_column_name_stays_text(visit):
    table = d.uci_table(d.cleveland()).assign(**{"![x](http://evil.example/x.png)": 1})
    app = upload(visit("cohort"), csv_of(table))
    assert not any(
        "evil.example" in element.value
        for kind in (app.markdown, app.caption, app.warning)
        for element in kind
    )
