"""Every form in which the data circulates is read to the canonical values, for the known patients
and for new ones.
"""

import re

import numpy as np
import pandas as pd
import pytest

from heart.data import load_shipped, read_cohort, read_patients
from heart.data.codings import DIALECTS
from heart.errors import CohortError, DialectError
from tests.support import dialects as d
from tests.support.canonical import file_of, row_with
from tests.support.dialects import assert_same_cells

PLACEHOLDERS = [f"X{i}" for i in range(1, 15)]
FIRST_11 = d.NAMES[:11]


def same(frame):
    return frame


def complete(frame):
    return d.binary(frame[frame[d.NAMES].notna().all(axis=1)])


def statlog(frame):
    return d.binary(d.statlog_rows(frame))


def csv_of(table, **options):
    return d.write(table, **options)


# name, writer, what should come back, the dialect for the known patients, whether the target is
# inverted
FORMS = [
    ("no header, ?", d.uci, same, "uci", False),
    ("no header, 63.0", lambda f: d.uci(f, floats="%.1f"), same, "uci", False),
    ("no header, blanks", lambda f: d.uci(f, sep=" "), same, "uci", False),
    ("-9 for missing", lambda f: d.uci(f, missing="-9"), same, "uci", False),
    ("NaN for missing", lambda f: d.uci(f, missing="NaN", header=True), same, "uci", False),
    ("long names", lambda f: d.uci(f, names=d.LONG_NAMES), same, "uci", False),
    ("X1 to X14", lambda f: d.uci(f, names=PLACEHOLDERS), same, "uci", False),
    ("0 to 13", lambda f: d.uci(f, names=list(map(str, range(14)))), same, "uci", False),
    (
        "leading spaces",
        lambda f: d.uci(f, names=[f" {name}" for name in [*d.NAMES, "num"]]),
        same,
        "uci",
        False,
    ),
    (
        "semicolons, decimal comma",
        lambda f: d.uci(f, sep=";", header=True).replace(b".", b","),
        same,
        "uci",
        False,
    ),
    ("tabs", lambda f: d.uci(f, sep="\t", header=True), same, "uci", False),
    (
        "label first",
        lambda f: csv_of(d.whole(d.uci_table(f))[["num", *d.NAMES]], missing="?"),
        same,
        "uci",
        False,
    ),
    ("pandas' index", lambda f: csv_of(d.whole(d.uci_table(f)), index=True), same, "uci", False),
    (
        "R's index",
        lambda f: csv_of(d.whole(d.uci_table(f)), index=True).removeprefix(b","),
        same,
        "uci",
        False,
    ),
    (
        "Unnamed: 0",
        lambda f: b"Unnamed: 0" + csv_of(d.whole(d.uci_table(f)), index=True),
        same,
        "uci",
        False,
    ),
    ("trailing commas", lambda f: d.uci(f, header=True).replace(b"\n", b",\n"), same, "uci", False),
    ("UTF-16", lambda f: d.uci(f, header=True).decode().encode("utf-16"), same, "uci", False),
    ("CR only", lambda f: d.uci(f, header=True).replace(b"\n", b"\r"), same, "uci", False),
    (
        "inverted",
        lambda f: d.uci(f.assign(num=(f["num"] == 0).astype(int)), names=[*d.NAMES, "target"]),
        d.binary,
        "uci",
        True,
    ),
    ("kaggle-303", lambda f: csv_of(d.kaggle_303(f)), d.binary, "kaggle-303", True),
    (
        "kaggle-303, byte order mark",
        lambda f: csv_of(d.kaggle_303(f), encoding="utf-8-sig"),
        d.binary,
        "kaggle-303",
        True,
    ),
    (
        "kaggle-303, label put right",
        lambda f: csv_of(d.kaggle_303(f, inverted=False)),
        d.binary,
        "kaggle-303",
        False,
    ),
    (
        "kaggle-303, output",
        lambda f: csv_of(d.kaggle_303(f, target="output")),
        d.binary,
        "kaggle-303",
        True,
    ),
    ("kaggle-297, condition", lambda f: csv_of(d.kaggle_297(f)), complete, "kaggle-297", False),
    (
        "kaggle-297, target",
        lambda f: csv_of(d.kaggle_297(f, target="target")),
        complete,
        "kaggle-297",
        False,
    ),
    ("statlog from zero", lambda f: csv_of(d.statlog_zero(f)), statlog, "statlog-zero", False),
    ("kaggle-918", d.kaggle_918, d.binary, "kaggle-918", False),
    (
        "kaggle-918, UCI's names",
        lambda f: d.kaggle_918(f, names=[*FIRST_11, "target"]),
        d.binary,
        "kaggle-918",
        False,
    ),
    (
        "kaggle-1190",
        d.kaggle_1190,
        lambda f: d.binary(pd.concat([f, f.iloc[:272]])),
        "kaggle-1190",
        False,
    ),
    ("kaggle-920", d.kaggle_920, same, "kaggle-920", False),
    ("textbook", d.textbook, d.binary, "textbook", False),
    ("Weka csv", d.weka_csv, d.binary, "weka", False),
    ("Weka arff", d.weka_arff, d.binary, "weka", False),
    ("xlsx", lambda f: d.xlsx(d.uci_table(f)), same, "uci", False),
    ("xlsx, words", d.xlsx, same, "canonical", False),
    ("parquet", d.parquet, same, "canonical", False),
    ("parquet, codes", lambda f: d.parquet(d.uci_table(f)), same, "uci", False),
]
for i, labels in enumerate([(1, 2), (0, 1), ("Absence", "Presence"), ("NO", "YES")]):
    for sep in " ,":
        for header in (False, True):
            if (i + (sep == ",") + header) % 2:
                continue  # each pair of the three occurs in what is left

            def write_statlog(f, labels=labels, sep=sep, header=header):
                return d.statlog(f, labels=labels, sep=sep, header=header)

            FORMS.append(
                (f"statlog {labels} {sep!r} {header}", write_statlog, statlog, "statlog", False)
            )


def columns_in(dialect):
    return [*(FIRST_11 if dialect in ("kaggle-918", "kaggle-1190") else d.NAMES), "num"]


LAYOUTS = {
    *("no header, blanks", "leading spaces", "semicolons, decimal comma", "tabs", "label first"),
    *("pandas' index", "R's index", "Unnamed: 0", "trailing commas", "UTF-16", "CR only", "xlsx"),
    "kaggle-303, byte order mark",
}
"""Forms that differ from another one in how their cells lie alone, which is undone before anybody's
values are looked at: of known patients or of new ones is the same.
"""


def by_form(forms):
    return pytest.mark.parametrize(
        ("write", "expect", "dialect", "inverted"),
        [form[1:] for form in forms],
        ids=[form[0] for form in forms],
    )


@by_form(FORMS)
def test_known_patients_are_read_cell_by_cell(write, expect, dialect, inverted):
    cohort = read_cohort(write(d.cleveland()))
    expected = expect(d.cleveland())
    assert_same_cells(cohort.frame, expected, columns_in(dialect))
    assert (cohort.report.dialect, cohort.report.inverted) == (dialect, inverted)
    assert cohort.report.matched == {"cleveland": len(expected)}
    assert cohort.positives == (expected["num"] > 0).sum()


@by_form([form for form in FORMS if form[0] not in LAYOUTS])
def test_new_patients_are_read_cell_by_cell(write, expect, dialect, inverted):
    new = d.invent_patients(310, seed=3)
    cohort = read_cohort(write(new))
    assert_same_cells(cohort.frame, expect(new), columns_in(dialect))
    assert cohort.report.inverted is inverted
    assert cohort.report.matched == {}


@pytest.mark.parametrize("name", ["hungary", "switzerland", "va_long_beach"])
@pytest.mark.parametrize(
    "write",
    [d.uci, lambda f: d.uci(f, missing="-9", sep=" "), d.kaggle_920],
    ids=["uci", "blanks", "words"],
)
def test_other_hospitals_are_read_cell_by_cell(name, write):
    frame = load_shipped(name).frame
    cohort = read_cohort(write(frame))
    assert_same_cells(cohort.frame, frame, [*d.NAMES, "num"])
    assert cohort.report.matched == {name: len(frame)}
    assert cohort.report.restored == 0


def test_a_few_known_patients_decide_for_many_new_ones():
    new = d.invent_patients(40, seed=5)
    mixed = pd.concat([new, d.cleveland().iloc[:8]])
    cohort = read_cohort(csv_of(d.kaggle_303(mixed)))
    assert_same_cells(cohort.frame, d.binary(mixed), [*d.NAMES, "num"])
    assert cohort.report.matched == {"cleveland": 8}


@pytest.mark.parametrize("n", [6, 8])
def test_few_new_patients_that_fit_several_codings_are_asked_about(n):
    new = d.invent_patients(60, seed=2)
    some = pd.concat([new[new["num"] == 0].head(n - 1), new[new["num"] > 0].head(1)])
    with pytest.raises(DialectError) as caught:
        read_cohort(csv_of(d.kaggle_303(some)))
    assert "kaggle-303" in [candidate.name for candidate in caught.value.candidates]
    assert len(caught.value.candidates) >= 2
    assert {row["Row"] for candidate in caught.value.candidates for row in candidate.rows} == {
        "1",
        "2",
        "3",
    }


@pytest.mark.parametrize("n", [2, 3, 5])
def test_too_few_patients_to_learn_from_are_no_question(n):
    new = d.invent_patients(60, seed=2)
    some = pd.concat([new[new["num"] == 0].head(n - 1), new[new["num"] > 0].head(1)])
    with pytest.raises(
        CohortError, match=rf"12 patients .*, but found {n} among {n} rows"
    ) as caught:
        read_cohort(csv_of(d.uci_table(d.binary(some)).rename(columns={"num": "target"})))
    assert not isinstance(caught.value, DialectError)


def test_of_too_few_patients_those_with_an_outcome_are_counted():
    some = d.uci_table(d.binary(d.invent_patients(60, seed=2)).head(6)).astype({"num": object})
    table = some.rename(columns={"num": "target"}).assign(target=[0, 1, "", "", 0, 1])
    with pytest.raises(CohortError, match="found 4 among 6 rows"):
        read_cohort(csv_of(table))


@pytest.mark.parametrize("n", [2, 3, 5])
def test_outcomes_too_few_to_tell_their_coding_do_not_stop_scoring(n):
    some = d.binary(d.invent_patients(60, seed=2))
    table = d.uci_table(some).rename(columns={"num": "target"}).astype({"target": object})
    table.loc[table.index[n:], "target"] = ""
    patients = read_patients(csv_of(table))
    assert_same_cells(patients.frame, some, d.NAMES)
    assert patients.errors == {}


def test_chosen_candidate_is_read_as_it_says():
    some = d.invent_patients(60, seed=2).groupby("num").head(3)
    content = csv_of(d.kaggle_303(some))
    with pytest.raises(DialectError) as caught:
        read_cohort(content)
    for candidate in caught.value.candidates:
        cohort = read_cohort(content, dialect=candidate.name)
        told = [row["Heart disease"] for row in candidate.rows]
        assert ["yes" if ill else "no" for ill in cohort.y_true[:3]] == told
    assert_same_cells(
        read_cohort(content, dialect="kaggle-303").frame, d.binary(some), [*d.NAMES, "num"]
    )


@pytest.mark.parametrize("dialect", DIALECTS)
def test_every_dialect_can_be_chosen_or_is_refused_with_the_fitting_ones(dialect):
    some = d.invent_patients(60, seed=2).groupby("num").head(3)
    content = csv_of(d.uci_table(some).rename(columns={"num": "target"}))
    if DIALECTS[dialect] == "uci":
        assert_same_cells(read_cohort(content, dialect=dialect).frame, some, [*d.NAMES, "num"])
    else:
        with pytest.raises(CohortError, match=r"fit \(uci"):
            read_cohort(content, dialect=dialect)


def test_choice_that_known_patients_contradict_is_refused():
    with pytest.raises(CohortError, match="under 'kaggle-303' 2418 of their 2418 codes agree"):
        read_cohort(csv_of(d.kaggle_303(d.cleveland())), dialect="kaggle-303-binary")


def test_unknown_dialect_lists_the_known_ones():
    with pytest.raises(CohortError, match="kaggle-918"):
        read_cohort(csv_of(d.kaggle_303(d.cleveland())), dialect="kaggle-2000")


def test_random_numbers_under_kaggles_header_are_not_accepted():
    rng = np.random.default_rng(4)
    spans = {
        "age": (29, 78),
        "sex": (0, 2),
        "cp": (0, 4),
        "trestbps": (94, 201),
        "chol": (126, 565),
        "fbs": (0, 2),
        "restecg": (0, 3),
    }
    spans |= {
        "thalach": (71, 203),
        "exang": (0, 2),
        "oldpeak": (0, 7),
        "slope": (0, 3),
        "ca": (0, 5),
        "thal": (0, 4),
        "target": (0, 2),
    }
    with pytest.raises(DialectError):
        read_cohort(
            csv_of(pd.DataFrame({name: rng.integers(*span, 300) for name, span in spans.items()}))
        )


@pytest.mark.parametrize(
    "patients", [d.cleveland(), d.invent_patients(300, seed=1)], ids=["known", "new"]
)
def test_sex_coded_1_and_2_is_understood(patients):
    for male, female in ((1, 2), (2, 1)):
        cohort = read_cohort(
            csv_of(d.uci_table(patients).assign(sex=patients["sex"].map({1: male, 0: female})))
        )
        assert cohort.frame["sex"].tolist() == patients["sex"].tolist()


def test_sex_coded_1_and_2_in_few_new_patients_is_asked_about():
    some = d.invent_patients(60, seed=2).groupby("num").head(3)
    content = csv_of(d.uci_table(some).assign(sex=some["sex"].map({1: 1, 0: 2})))
    with pytest.raises(DialectError) as caught:
        read_cohort(content)
    assert [candidate.name for candidate in caught.value.candidates] == [
        "uci+male-1",
        "uci+female-1",
    ]
    assert read_cohort(content, dialect="uci+male-1").frame["sex"].tolist() == some["sex"].tolist()
    assert (
        read_cohort(content, dialect="uci+female-1").frame["sex"].tolist()
        == (1 - some["sex"]).tolist()
    )


@pytest.mark.parametrize(
    "patients", [d.cleveland(), d.invent_patients(300, seed=1)], ids=["known", "new"]
)
def test_cholesterol_in_mmol_is_converted_when_confirmed(patients):
    table = d.uci_table(patients).assign(chol=(patients["chol"] / 38.67).round(2))
    with pytest.raises(DialectError, match="mmol/l") as caught:
        read_cohort(csv_of(table))
    (candidate,) = caught.value.candidates
    cohort = read_cohort(csv_of(table), dialect=candidate.name)
    assert (cohort.frame["chol"] - patients["chol"].to_numpy()).abs().max() < 0.25
    assert any(re.search(r"mmol/l x 38.67", change.reason) for change in cohort.report.changes)
    assert cohort.report.known == (303 if len(patients) == 303 else 0)


def test_cp_normal_is_believed_only_where_known_patients_show_it():
    words = {1: "typical", 2: "atypical", 3: "normal", 4: "asymptomatic"}
    known = csv_of(d.whole(d.cleveland().assign(cp=d.cleveland()["cp"].map(words))))
    assert_same_cells(read_cohort(known).frame, d.cleveland(), [*d.NAMES, "num"])
    new = d.invent_patients(300, seed=1)
    with pytest.raises(CohortError, match="'normal'"):
        read_cohort(csv_of(d.whole(new.assign(cp=new["cp"].map(words)))))


def test_target_that_no_rule_explains_shows_six_of_its_values():
    for words, shown in (
        ("abcde", "6 different values: 'aa', 'bb', 'cc', 'dd', 'ee', '1'"),
        ("abcdef", "7 different values: 'aa', 'bb', 'cc', 'dd', 'ee', 'ff' …"),
    ):
        with pytest.raises(CohortError) as caught:
            read_cohort(file_of(*[row_with("num", 2 * word) for word in words] * 3))
        assert caught.value.found == shown
