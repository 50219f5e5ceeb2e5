"""What a file says about its codes, in numbers and sentences."""

from types import SimpleNamespace

import numpy as np
import pytest

from heart.data import read_cohort
from heart.data.codings import CODINGS, TARGET_RULES
from heart.data.columns import known_columns, make_naming, name_columns
from heart.data.dialects.cells import parse_table
from heart.data.dialects.reading import Reading
from heart.data.formats.detect import open_table
from heart.data.recognition import evidence as module
from heart.data.recognition.evidence import (
    Agreement,
    KnownPatients,
    Relation,
    _correlation_z,
    clinical_relations,
    combined_z,
    describe_doubts,
    describe_known,
    describe_relations,
    tabulate_known,
)
from heart.data.recognition.known import reference
from tests.support import dialects as d


def test_evidence_is_told_in_numbers():
    report = read_cohort(d.write(d.kaggle_303(d.cleveland()))).report
    assert (
        report.evidence[0]
        == "303 of 303 rows are known patients (303 Cleveland); under this reading all their codes"
        " agree; the target is inverted: 139 rows marked 0 are diseased."
    )
    assert report.evidence[1] == "Decided by the known patients."


def test_random_numbers_with_a_telling_name_are_warned_about():
    rng = np.random.default_rng(4)
    frame = d.invent_patients(300, seed=1)
    cohort = read_cohort(d.write(d.uci_table(frame.assign(num=rng.integers(0, 2, len(frame))))))
    assert "None of the relations that hold among heart patients shows" in cohort.report.warnings[0]


def test_matching_again_counts_as_from_the_start():
    table = open_table(d.uci(d.everybody(), header=True))
    parsed = parse_table(table, name_columns(table.header))
    rng = np.random.default_rng(0)
    before, after = (rng.integers(-1, 920, 920).astype(np.int16) for _ in range(2))
    again, whole = tabulate_known(parsed, before).rematch(after), tabulate_known(parsed, after)
    assert again.n == whole.n
    for name, counts in whole.counts.items():
        np.testing.assert_array_equal(again.counts[name], counts)


@pytest.mark.parametrize(
    ("same", "others", "unknown", "shown"),
    [
        (5, 0, 0, True),
        (4, 0, 0, False),  # too few to show anything
        (19, 1, 0, True),  # 95 of 100
        (18, 1, 0, False),
        (19, 0, 1, True),
        (18, 0, 1, False),  # a missing true value agrees with no word
    ],
)
def test_a_word_is_shown_by_five_patients_and_nineteen_of_twenty(same, others, unknown, shown):
    values = reference().levels["thal"].values
    counts = np.zeros((2, len(values) + 1), dtype=np.int64)
    counts[1, [0, 1, -1]] = same, others, unknown
    parsed = SimpleNamespace(categories={"thal": SimpleNamespace(tokens=("other", "word"))})
    known = KnownPatients(parsed, np.zeros(0, np.int16), {"thal": counts})
    assert known.shows("thal", "word", values[0]) == shown
    assert not known.shows("thal", "other", values[0])
    assert not known.shows("thal", "absent", values[0])


def test_agreement_is_a_share_and_none_of_nothing():
    agreement = Agreement(3, 4, 1, 5)
    assert (agreement.share, agreement.label_share) == (0.75, 0.2)
    assert Agreement(0, 0, 0, 0)[:] == (0, 0, 0, 0)
    assert (Agreement(0, 0, 1, 1).share, Agreement(1, 1, 0, 0).label_share) == (0.0, 0.0)


def test_relation_is_measured_on_ten_patients_and_more():
    y = np.array([0.0, 1.0] * 5)
    assert _correlation_z(y, y) == pytest.approx(3)  # r 1 of 10 patients: the root of 9
    assert _correlation_z(-y, y) == pytest.approx(-3)
    assert _correlation_z(y[1:], y[1:]) is None
    assert _correlation_z(np.ones(10), y) is None
    assert _correlation_z(y, np.ones(10)) is None


def test_relations_are_combined_as_stouffer_does_and_told_at_three():
    relations = [Relation("a", 3.0), Relation("b", 2.9), Relation("c", -3.0), Relation("d", -2.9)]
    assert combined_z(relations[:2]) == pytest.approx(5.9 / 2**0.5)
    assert combined_z([]) == 0.0
    assert describe_relations(relations) == "Clinically, a (z 3.0), not: c (z -3.0)."
    assert describe_relations(relations[1::2]) == ""


@pytest.mark.parametrize(
    ("rows", "known", "z", "doubtful"),
    [
        (100, 49, 2.9, True),
        (100, 50, 2.9, False),  # half of them are known
        (50, 24, 2.9, True),
        (49, 0, 2.9, False),  # too few to show it
        (100, 0, 3.0, False),  # shows clearly
    ],
)
def test_doubt_is_of_many_new_patients_who_show_no_relation(rows, known, z, doubtful):
    file = SimpleNamespace(parsed=SimpleNamespace(rows=range(rows)), n=known)
    doubts = describe_doubts(file, [Relation("a", z)])
    assert [f"these {rows} rows (combined z {z:.1f})" in doubt for doubt in doubts] == [
        True
    ] * doubtful
    assert describe_doubts(file, []) == ()


RULES = {rule.name: rule for rule in TARGET_RULES}


def parsed_of(**columns):
    """A file of these columns."""
    rows = zip(*columns.values(), strict=True)
    lines = [",".join(columns), *(",".join(map(str, row)) for row in rows)]
    table = open_table("\n".join(lines).encode())
    return parse_table(table, make_naming(table.header, known_columns(table.header)))


def reading(rule="binary", sex=""):
    return Reading(CODINGS[0], sex, RULES.get(rule), mmol=False)


ILL = [0] * 10 + [1] * 10


@pytest.mark.parametrize(
    ("column", "values", "says"),
    [
        ("cp", [3] * 10 + [4] * 10, "asymptomatic chest pain"),
        ("cp", [1, 2, 3, 1, 2] * 2 + [4] * 10, "asymptomatic chest pain"),
        ("thal", [3] * 10 + [6, 7] * 5, "a normal thallium scan"),
        ("slope", [1] * 10 + [2, 3] * 5, "an upsloping ST segment"),
        ("exang", ILL, "angina during exercise"),
        ("ca", [0] * 10 + [2] * 10, "disease rises with the vessels"),
        ("oldpeak", [0.1] * 10 + [2.1] * 10, "disease rises with the ST"),
        ("thalach", [170] * 10 + [120] * 10, "disease falls with the maximum"),
    ],
)
def test_relation_is_as_clear_as_the_root_of_the_patients_less_one(column, values, says):
    shown = {"age": range(40, 60), "cp": [1, 2] * 10, column: values, "num": ILL}
    one, opposite = (
        next(r for r in clinical_relations(parsed_of(**shown), reading(rule)) if says in r.says)
        for rule in ("binary", "inverted")
    )
    assert (one.z, opposite.z) == pytest.approx((19**0.5, -(19**0.5)))


def test_sexes_are_only_compared_where_their_code_is_in_question():
    parsed = parsed_of(sex=[2 - ill for ill in ILL], cp=[1, 2] * 10, age=range(20), num=ILL)
    signs = {
        sex: [r.z > 0 for r in clinical_relations(parsed, reading(sex=sex)) if "men" in r.says]
        for sex in ("", "male-1", "female-1")
    }
    assert signs == {"": [], "male-1": [True], "female-1": [False]}
    assert clinical_relations(parsed, reading("")) == []
    settled = parsed_of(sex=ILL, cp=[1, 2] * 10, age=range(20), num=ILL)  # 0 and 1 are one thing
    assert clinical_relations(settled, reading()) == []


def test_missing_strange_and_open_cells_are_not_compared():
    exang, num = [*ILL, 0, "?", "x"], [*ILL, "?", 1, 1]
    parsed = parsed_of(exang=exang, age=range(23), cp=[1] * 23, num=num)
    (relation,) = clinical_relations(parsed, reading())
    assert relation.z == pytest.approx(19**0.5)
    severe = clinical_relations(parsed, reading("severe"))  # where 0 is no disease of 2 and more
    assert severe[0].z == pytest.approx(19**0.5)


def test_large_file_is_sampled_evenly(monkeypatch):
    monkeypatch.setattr(module, "MAX_SAMPLE", 20)
    ill = np.repeat(ILL, 2)
    parsed = parsed_of(exang=ill, age=range(40), cp=[1] * 40, num=ill)
    (relation,) = clinical_relations(parsed, reading())
    assert relation.z == pytest.approx(13**0.5)  # every third of 40 rows: 14


def test_known_patients_with_a_target_are_diseased_by_their_severity():
    severities = reference().levels["num"]
    target = SimpleNamespace(tokens=("0", "1"))
    counts = np.array([[5, 4, 3, 2, 1, 0], [0, 1, 0, 0, 0, 9]])
    assert severities.values.tolist() == [0, 1, 2, 3, 4]
    known = KnownPatients(SimpleNamespace(target=target), np.zeros(0, np.int16), {"num": counts})
    assert [known.count_diseased(token) for token in ("0", "1")] == [10, 1]
    without = KnownPatients(SimpleNamespace(target=None), np.zeros(0, np.int16), {})
    assert without.count_diseased("0") == 0


@pytest.mark.parametrize(
    ("matched", "says"),
    [
        ([0, 1, -1], "2 of 3 rows are known patients (2 Cleveland); under this reading"),
        ([0, 303, 304], "(2 Budapest and 1 Cleveland)"),
        ([0, 303, 919], "and 1 Cleveland)"),
        ([-1, -1, -1], "None of the 3 rows is a patient of the four shipped hospitals."),
    ],
)
def test_known_patients_are_counted_by_hospital(matched, says):
    parsed = parsed_of(age=[63, 64, 65], exang=[0, 0, 1], cp=[1, 1, 1], num=[0, 1, 1])
    known = tabulate_known(parsed, np.array(matched, dtype=np.int16))
    assert says in describe_known(known, reading())


def test_codes_that_agree_are_counted():
    codes = reference().codes
    cp = [f"{codes['cp'][i]:g}" for i in range(4)]
    parsed = parsed_of(age=range(4), cp=[*cp[:3], "1" if cp[3] != "1" else "2"], exang=["?"] * 4)
    known = tabulate_known(parsed, np.arange(4).astype(np.int16))
    assert known.judge(reading(""))[:] == (3, 4, 0, 0)
    assert "3 of their 4 codes agree" in describe_known(known, reading(""))


def test_labels_agree_by_what_the_rule_means():
    num = reference().codes["num"][:20]
    ill = parsed_of(age=range(20), cp=[1] * 20, num=(num > 0).astype(int))
    severe = parsed_of(age=range(20), cp=[1] * 20, num=(num >= 2).astype(int))
    matched = np.arange(20).astype(np.int16)
    n_mild = int((num == 1).sum())
    assert n_mild > 0
    judged = {
        (name, rule): tabulate_known(parsed, matched).judge(reading(rule)).labels
        for name, parsed in (("ill", ill), ("severe", severe))
        for rule in ("binary", "inverted", "severe")
    }
    assert judged == {
        ("ill", "binary"): 20,
        ("ill", "inverted"): 0,
        ("ill", "severe"): 20 - n_mild,
        ("severe", "binary"): 20 - n_mild,
        ("severe", "inverted"): n_mild,
        ("severe", "severe"): 20,
    }
