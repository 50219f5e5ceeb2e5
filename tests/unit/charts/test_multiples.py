"""The Cohort page's small multiples: every bar is a share that pandas counts too, and a file's or a
schema's words stay words.
"""

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from heart.charts.multiples import Pair, describe_multiple, feature_multiples, read_pairs
from heart.data.shipped import load_shipped
from heart.data.summary import outcome_frame
from heart.schema import FEATURES, feature

COHORT = load_shipped("cleveland")
NO_BREAK = "\N{NO-BREAK SPACE}"


class Reader(HTMLParser):
    """The heights of the bars in percent of the plot, in order, by colour; and the texts."""

    def __init__(self, page):
        super().__init__()
        self.heights, self.texts = {"healthy": [], "diseased": []}, []
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        if tag == "i":
            told = dict(attributes)
            (height,) = re.fullmatch(r"height:([\d.]+)%", told["style"]).groups()
            self.heights[told["class"]].append(float(height))

    def handle_data(self, text):
        self.texts.append(text)


def multiples_of(cohort, *names):
    return feature_multiples({name: outcome_frame(cohort, feature(name)) for name in names})


@pytest.mark.parametrize("name", [entry.name for entry in FEATURES if entry.is_coded])
def test_bars_are_the_shares_of_each_outcome(name):
    read = Reader(multiples_of(COHORT, name))
    top = float(read.texts[3].removesuffix(f"{NO_BREAK}%"))  # after the title, 0 and the half
    for kind, ill in (("healthy", False), ("diseased", True)):
        patients = COHORT.frame.loc[(COHORT.frame["num"] > 0) == ill, name].dropna()
        shares = patients.value_counts(normalize=True)
        expected = [100 * shares.get(code, 0.0) for code, _ in feature(name).codes]
        assert [height * top / 100 for height in read.heights[kind]] == pytest.approx(
            expected, abs=0.06
        )
        assert max(read.heights[kind]) <= 100


def test_axis_of_numbers_has_its_ends_and_its_middle():
    ages = COHORT.frame["age"]
    low, high = ages.min(), ages.max()
    texts = Reader(multiples_of(COHORT, "age")).texts
    assert texts[-3:] == [f"{low:g}", f"{(low + high) / 2:g}", f"{high:g}"]


def test_feature_without_values_says_so():
    read = Reader(multiples_of(load_shipped("switzerland"), "chol", "age"))
    assert read.texts[1] == "Not known of anybody here."
    assert read.heights["healthy"], "of age"


def test_who_does_not_see_it_is_told_the_shares():
    pairs = [Pair("no", 3, 0.75, 1, 0.25), Pair("yes", 1, 0.25, 3, 0.75)]
    assert (
        describe_multiple(feature("fbs"), pairs)
        .replace(NO_BREAK, " ")
        .endswith(
            ": no 75 % of the healthy, 25 % of the diseased; yes 25 % of the healthy, 75 % of the"
            " diseased"
        )
    )
    numbers = [Pair("20 to 30", 9, 0.9, 2, 0.2), Pair("30 to 40", 1, 0.1, 8, 0.8)]
    assert "most of the healthy 20 to 30, most of the diseased 30 to 40" in describe_multiple(
        feature("age"), numbers
    )


def test_pairs_keep_the_order_of_the_codes():
    pairs = read_pairs(outcome_frame(COHORT, feature("cp")))
    assert [pair.value for pair in pairs] == [words for _, words in feature("cp").codes]


def test_markup_is_text(monkeypatch):
    hostile = replace(feature("sex"), label="<script>", codes=((0, '"><b>'), (1, "male")))
    monkeypatch.setattr("heart.charts.multiples.feature", lambda name: hostile)  # noqa: ARG005
    page = feature_multiples({"sex": outcome_frame(COHORT, hostile)})
    assert "<script>" not in page
    assert "<b>" not in page
