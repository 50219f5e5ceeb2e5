"""What a cohort is called whose patients came in a file."""

import pytest

from heart.bundle.layout import check_title
from heart.data import read_cohort
from heart.data.titles import NAMELESS, title_of
from heart.paths import DATA
from tests.support import dialects as d


@pytest.mark.parametrize(
    ("file_name", "title"),
    [
        ("heart.csv", "heart"),
        ("Heart Disease (2).v1.xlsx", "Heart Disease (2).v1"),
        ("_hidden_.csv", "hidden"),
        ("été.csv", "ete"),
        ("данные.csv", NAMELESS),
        ("данные 2024.csv", "2024"),
        (".csv", "csv"),
        ("![x](http://evil.example).csv", "evil.example)"),
        ("<b>`a`.csv", "b_a"),
        ("a\x1b[2J\u202eb\n.csv", "a_2J_b"),
        ("x" * 300 + ".csv", "x" * 60),
        ("", NAMELESS),
    ],
)
def test_file_name_becomes_a_title_that_a_bundle_can_hold(file_name, title):
    assert title_of(file_name) == title
    check_title(title)


def test_bytes_with_a_name_are_called_after_it():
    cohort = read_cohort(d.uci(d.cleveland()), file_name="a\x1bb.csv")
    assert (cohort.name, cohort.source) == ("a_b", "a\\x1bb.csv")
    assert read_cohort(d.uci(d.cleveland()), file_name="b" * 121).source == "b" * 120
    assert read_cohort(d.uci(d.cleveland()), name="ours", file_name="b.csv").name == "ours"


@pytest.mark.parametrize("name", ["cleveland", "cleveland+hungary", "hungary+hungary"])
def test_own_table_does_not_pass_for_a_shipped_one(name):
    cohort = read_cohort(d.uci(d.invent_patients(100, seed=6)), file_name=f"{name}.csv")
    assert cohort.name == f"{name} (own file)"
    check_title(cohort.name)


def test_shipped_table_is_itself_and_one_patient_less_is_not():
    content = (DATA / "hungary.csv").read_bytes()
    assert read_cohort(content, file_name="hungary.csv").name == "hungary"
    less = content[: content[:-1].rindex(b"\n") + 1]
    assert read_cohort(less, file_name="hungary.csv").name == "hungary (own file)"
