"""What a file says about its codes, in numbers and sentences."""

from types import SimpleNamespace

import numpy as np
import pytest

from heart.data import read_cohort
from heart.data.columns import name_columns
from heart.data.dialects.cells import parse_table
from heart.data.formats.detect import open_table
from heart.data.recognition.evidence import (
    Agreement,
    KnownPatients,
    Relation,
    _correlation_z,
    combined_z,
    describe_doubts,
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
