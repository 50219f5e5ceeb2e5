"""What a file says about its codes, in numbers and sentences."""

import numpy as np

from heart.data import read_cohort
from heart.data.columns import name_columns
from heart.data.dialects.cells import parse_table
from heart.data.formats.detect import open_table
from heart.data.recognition.evidence import tabulate_known
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
