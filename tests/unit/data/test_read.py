"""Whatever the bytes are: a cohort, patients, or a refusal with its reason."""

import functools

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from heart.data import Cohort, Patients, read_cohort, read_patients
from heart.data import read as module
from heart.data.dialects.checks import canonical_schema
from heart.data.formats.table import MAX_BYTES
from heart.errors import CohortError, HeartError
from tests.support import dialects as d
from tests.support.canonical import ROW, file_of
from tests.support.hostile import BASE, ELSEWHERE, FILES, N, changed


@pytest.mark.parametrize("name", [name for name, (_, word) in FILES.items() if word is not None])
def test_file_is_refused_with_its_reason(name):
    content, word = FILES[name]
    with pytest.raises(CohortError) as caught:
        read_cohort(content)
    assert word in str(caught.value)
    assert len(str(caught.value)) < 1500


@pytest.mark.parametrize("name", [name for name, (_, word) in FILES.items() if word is None])
def test_file_loads_with_all_its_patients(name):
    cohort = read_cohort(FILES[name][0])
    assert cohort.n == N
    assert cohort.y_true.tolist() == (BASE["num"] > 0).astype(int).tolist()


@pytest.mark.parametrize("name", ELSEWHERE)
def test_file_about_something_else_says_which_features_are_missing(name):
    with pytest.raises(CohortError, match=r"no column for .*cp") as caught:
        read_cohort(FILES[name][0])
    assert "thalach" in caught.value.found


@pytest.mark.parametrize("name", FILES)
def test_scoring_refuses_or_gives_every_row_back(name):
    try:
        patients = read_patients(FILES[name][0])
    except CohortError:
        return
    assert len(patients.frame) >= N
    assert set(patients.errors) <= set(patients.frame.index)


def test_one_bad_cell_costs_scoring_one_row():
    patients = read_patients(changed("chol", "1e308"))
    assert patients.errors == {5: "column chol: '1e308' is not 50 to 1000 mg/dl"}
    assert len(patients.frame) == N


def test_ragged_row_costs_scoring_one_row():
    patients = read_patients(FILES["one short row"][0])
    assert patients.errors == {20: "2 cells, which is not 14 cells"}
    assert patients.frame.index.tolist() == list(range(1, N + 2))
    assert patients.frame.loc[20].isna().all()


def test_ragged_row_is_left_out_when_wanted():
    cohort = read_cohort(FILES["one short row"][0], bad_rows="leave out")
    assert (cohort.n, 20 in cohort.frame.index, cohort.report.rows) == (N, False, N + 1)


def test_file_without_a_target_is_scored():
    patients = read_patients(FILES["no target"][0])
    assert patients.num is None
    assert len(patients.frame) == N


@pytest.mark.parametrize(
    ("path", "reason"),
    [("absent.csv", "No such file"), (".", "Is a directory"), ("a\0b", "not a path")],
)
def test_path_that_is_no_file_is_refused_with_the_reason(tmp_path, path, reason):
    with pytest.raises(CohortError, match=f"a file that can be read.*{reason}"):
        read_cohort(tmp_path / path)


def test_file_over_the_limit_is_refused_before_it_is_read(tmp_path):
    file = tmp_path / "large.csv"
    with file.open("wb") as sparse:
        sparse.truncate(2**30)
    with pytest.raises(CohortError, match=r"1024\.0 MiB"):
        read_cohort(file)


def test_too_large_a_file_is_refused():
    with pytest.raises(CohortError, match=r"at most 64 MiB, but found 64\.0 MiB"):
        read_cohort(bytes(MAX_BYTES + 1))


def test_cohort_is_called_after_its_file_or_as_one_likes(tmp_path):
    path = tmp_path / "mine.csv"
    path.write_bytes(file_of(ROW))
    assert [
        read_cohort(path).name,
        read_cohort(path, name="ours").name,
        read_cohort(file_of(ROW)).name,
    ] == ["mine", "ours", "upload"]
    assert read_cohort(str(path)).source == "mine.csv"


def test_bad_cells_are_listed_and_their_rows_can_be_left_out():
    table = d.whole(d.uci_table(d.invent_patients(100, seed=6))).astype(object)
    table.loc[[7, 9], "age"] = ["fifty", -3]
    table.loc[9, "oldpeak"] = "02-Mar"
    with pytest.raises(CohortError) as caught:
        read_cohort(d.write(table))
    assert [(bad.row, bad.column, bad.value) for bad in caught.value.bad_cells] == [
        (7, "age", "fifty"),
        (9, "age", "-3"),
        (9, "oldpeak", "02-Mar"),
    ]
    assert "turned it into a date" in caught.value.bad_cells[2].reason
    cohort = read_cohort(d.write(table), bad_rows="leave out")
    assert [row for row in range(1, 12) if row not in cohort.frame.index] == [7, 9]
    assert (cohort.report.rows, cohort.n, len(cohort.report.set_aside)) == (
        len(table),
        len(table) - 2,
        2,
    )


relaxed = settings(
    deadline=None,
    max_examples=50,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


@functools.cache
def seeds():
    """A small valid file of every kind."""
    new = d.invent_patients(60, seed=8).groupby("num").head(12)
    known = d.cleveland().groupby("num").head(6)
    texts = [
        d.uci(known),
        d.uci(new, sep=" "),
        d.uci(new, sep=";", header=True),
        d.write(d.kaggle_303(known)),
        d.kaggle_918(new),
    ]
    texts += [
        d.kaggle_920(new),
        d.textbook(known),
        d.weka_csv(new),
        d.weka_arff(new),
        d.uci(new, header=True).decode().encode("utf-16"),
    ]
    return (*texts, d.xlsx(d.uci_table(new)), d.parquet(d.uci_table(new)))


def outcome_of(read, content):
    try:
        return type(read(content))
    except HeartError:
        return HeartError


@st.composite
def damaged_files(draw):
    """A valid file with bytes flipped, cut out, repeated, inserted, or joined to another file."""
    content = bytearray(draw(st.sampled_from(seeds())))
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, max(len(content) - 1, 0)))
        end = min(len(content), at + draw(st.integers(1, 200)))
        kind = draw(st.sampled_from(["flip", "cut", "repeat", "insert", "splice"]))
        if kind == "flip" and content:
            content[at] ^= 1 << draw(st.integers(0, 7))
        elif kind == "cut":
            del content[at:end]
        elif kind == "repeat":
            content[at:at] = content[at:end]
        elif kind == "insert":
            content[at:at] = draw(
                st.sampled_from(
                    [
                        b",",
                        b"\n",
                        b'"',
                        b"\0",
                        b"\xff",
                        b"1e999",
                        b"=1",
                        b"  ",
                        b"?",
                        "é".encode(),
                        b"\r",
                    ]
                )
            )
        else:
            content[at:] = draw(st.sampled_from(seeds()))[at:]
    return bytes(content)


@relaxed
@given(st.binary(max_size=400))
def test_random_bytes_make_a_cohort_or_a_heart_error(content):
    assert outcome_of(read_cohort, content) in (Cohort, HeartError)
    assert outcome_of(read_patients, content) in (Patients, HeartError)


@relaxed
@given(st.text(alphabet="0123456789.,;\t\n\r\"' ?-abcdeghlnoprstx", max_size=400), st.booleans())
def test_text_like_a_table_makes_a_cohort_or_a_heart_error(text, with_header):
    content = (
        f"age,sex,cp,trestbps,chol,fbs,restecg,thalach,num\n{text}" if with_header else text
    ).encode()
    assert outcome_of(read_cohort, content) in (Cohort, HeartError)
    assert outcome_of(read_patients, content) in (Patients, HeartError)


@relaxed
@given(damaged_files())
def test_damaged_files_make_a_cohort_or_a_heart_error(content):
    assert outcome_of(read_cohort, content) in (Cohort, HeartError)
    assert outcome_of(read_patients, content) in (Patients, HeartError)


@settings(deadline=None, max_examples=12)
@given(st.permutations([*d.NAMES, "num"]), st.integers(0, 10_000))
def test_order_of_columns_and_rows_does_not_matter(names, seed):
    order = np.random.default_rng(seed).permutation(303)
    shuffled = d.cleveland().iloc[order]
    cohort = read_cohort(d.write(d.whole(shuffled)[names]))
    pd.testing.assert_frame_equal(
        cohort.frame.reset_index(drop=True), shuffled.reset_index(drop=True)
    )


@settings(deadline=None, max_examples=10)
@given(st.integers(1, 400), st.integers(0, 1000))
def test_every_cohort_fits_the_schema(n, seed):
    new = pd.concat([d.invent_patients(max(n, 20), seed=seed), d.cleveland().head(20)])
    canonical_schema().validate(read_cohort(d.write(d.kaggle_303(new))).frame)


def test_report_says_how_the_file_was_read():
    report = read_cohort(d.write(d.kaggle_303(d.cleveland()))).report
    assert (report.dialect, report.inverted, report.rows) == ("kaggle-303", True, 303)
    assert report.reading.startswith("as in the heart.csv of 303")
    assert (report.matched, report.bad_cells, report.set_aside) == ({"cleveland": 303}, (), ())


def rows_with(n, **columns):
    """So many patients who differ in age alone, the first half healthy, with these columns."""
    row = read_cohort(file_of(ROW)).frame.iloc[:1]
    frame = row.iloc[[0] * n].reset_index(drop=True)
    dtypes = {name: frame[name].dtype for name in columns}
    ages = np.arange(n) % 60 + 30.0
    return frame.assign(age=ages, num=np.arange(n) // (n // 2), **columns).astype(dtypes)


@pytest.mark.parametrize("n", [8, 10])
def test_column_is_constant_from_ten_rows_on(n):
    said = [warning.split()[0] for warning in module._warn(rows_with(n))]
    assert ("chol" in said) == (n == 10)
    assert "age" not in said


@pytest.mark.parametrize(
    ("n", "codes", "is_told"),
    [
        (50, lambda n: np.arange(n) // (n // 2), True),
        (48, lambda n: np.arange(n) // (n // 2), False),  # too few
        (50, lambda n: np.r_[1, np.arange(1, n) // (n // 2)], False),  # one mistake
    ],
)
def test_code_tells_the_outcome_without_a_mistake_from_fifty_rows_on(n, codes, is_told):
    warnings = module._warn(rows_with(n, fbs=codes(n)))
    assert any(warning.startswith("fbs tells the outcome") for warning in warnings) == is_told


@pytest.mark.parametrize(
    ("codes", "ill", "tells"),
    [
        ([1, 1, 2, 2], [0, 0, 1, 1], True),
        ([1, 1, 2, None], [0, 0, 1, 0], True),
        ([1, 2, 3, 3], [0, 1, 0, 0], True),
        ([1, 1, 2, 2], [0, 1, 1, 1], False),
        ([1, 1, 1, 1], [0, 0, 0, 0], False),
        ([1, 1, 2, 2], [0, 0, 0, 0], False),
        ([1, 1, 2, 2], [1, 1, 1, 1], False),
        ([None, None], [0, 1], False),
    ],
)
def test_codes_tell_the_outcome_where_each_has_one(codes, ill, tells):
    column = pd.Series(codes, dtype="Int8")
    assert module._tells_outcome(column, np.array(ill, dtype=bool)) == tells


def test_scoring_says_all_that_is_wrong_with_a_row():
    table = BASE.copy()
    table.loc[table.index[4], ["age", "chol", "num"]] = ["x", "y", "z"]
    assert read_patients(d.write(table)).errors == {
        5: "column age: 'x' is not 18 to 110 years; column chol: 'y' is not 50 to 1000 mg/dl"
    }


def test_outcome_that_leaves_a_row_open_is_not_known_when_it_is_scored():
    new = d.invent_patients(4, seed=1).assign(num=[0, 1, 2, 3])
    both = pd.concat([d.cleveland(), new])
    table = d.recode(both).assign(thal=both["thal"], target=(both["num"] >= 2).astype(int))
    num = read_patients(d.write(d.whole(table))).num
    assert num.tail(4).isna().tolist() == [True, True, False, False]
    assert num.head(303).tolist() == d.cleveland()["num"].tolist()
