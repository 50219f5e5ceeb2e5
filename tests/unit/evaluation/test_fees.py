"""Turney's fees: the table of the collection, discounts, and changed prices."""

import itertools
import re
from pathlib import Path

import pytest

from heart.errors import SettingsError
from heart.evaluation.fees import FEES, STEPS, comes_later, cost_of, find_steps, parse_fee
from heart.schema import FEATURE_NAMES


def test_every_feature_has_a_fee_and_is_in_one_step():
    assert set(FEES) == set(FEATURE_NAMES)
    assert sorted(n for step in STEPS.values() for n in step.features) == sorted(FEATURE_NAMES)


def test_the_document_shows_the_same_fees():
    text = (Path(__file__).parents[3] / "docs" / "EXPLANATIONS.md").read_text()
    rows = dict(re.findall(r"^\| `(\w+)` \| ([^|]+ \| [^|]+ \| [^|]+) \|", text, re.MULTILINE))
    for name, fee in FEES.items():
        expected = [f"{fee.full:.2f}", f"{fee.discounted:.2f}", fee.group or "–"]
        assert rows[name].split(" | ") == expected


@pytest.mark.parametrize(
    ("ordered", "before", "dollars"),
    [
        (["chol", "fbs"], [], 7.27 + 3.10),
        (["fbs"], ["chol"], 3.10),
        (["chol"], ["fbs"], 5.17),
        (["thal"], [], 102.90),
        (["thal"], ["thalach"], 1.00),
        (["thalach", "exang", "oldpeak", "slope"], [], 102.90 + 87.30 + 1 + 1),
        (["thalach", "exang", "oldpeak", "slope"], ["thal"], 1 + 87.30 + 1 + 1),
        (["slope"], ["exang", "oldpeak"], 1.00),
        (["ca", "restecg"], ["thal"], 100.90 + 15.50),
        (["age"], ["age"], 0.0),
        ([], [], 0.0),
    ],
)
def test_the_first_of_a_group_costs_the_full_fee_each_further_one_less(ordered, before, dollars):
    assert cost_of(ordered, before=before) == pytest.approx(dollars)


def test_all_steps_cost_the_same_in_any_order():
    totals = set()
    for order in itertools.permutations(STEPS.values()):
        before, total = [], 0.0
        for step in order:
            total += cost_of(step.features, before=before)
            before += step.features
        totals.add(round(total, 6))
    assert totals == {round(4 + 7.27 + 3.10 + 15.50 + 102.90 + 1 + 87.30 + 1 + 1 + 100.90, 6)}


def test_results_of_talking_come_at_once_all_others_later():
    assert [name for name, step in STEPS.items() if not comes_later(step.features)] == [
        "history",
        "pressure",
    ]


def test_a_price_can_be_changed_and_the_others_stay():
    fees = parse_fee(parse_fee(FEES, "thalach=87.30/1/C"), "thal=120")
    assert fees["thalach"][:3] == (87.30, 1.0, "C")
    assert fees["thal"][:3] == (120.0, 1.0, "B")
    assert cost_of(STEPS["exercise"].features, before=[], fees=fees) == pytest.approx(90.30)
    assert cost_of(["thal"], before=STEPS["exercise"].features, fees=fees) == 120.0
    assert FEES["thal"].full == 102.90
    assert {n: f for n, f in fees.items() if n not in ("thal", "thalach")} == {
        n: f for n, f in FEES.items() if n not in ("thal", "thalach")
    }


def test_a_price_below_the_discounted_one_is_not_raised_by_a_discount():
    assert parse_fee(FEES, "chol=2")["chol"][:3] == (2.0, 2.0, "A")


@pytest.mark.parametrize(
    "text", ["thal", "thal=", "thal=-1", "thal=nan", "thal=1e9", "heart=5", "thal=1/2/B/4", "=1"]
)
def test_what_is_no_price_is_refused(text):
    with pytest.raises(SettingsError):
        parse_fee(FEES, text)


@pytest.mark.parametrize("names", [[], ["bloods", "bloods"], ["blood"]])
def test_steps_that_cannot_be_are_refused(names):
    with pytest.raises(SettingsError, match="some of the steps"):
        find_steps(names)


def test_results_come_later_if_one_of_them_does():
    assert comes_later(["fbs", "thal"], {**FEES, "fbs": FEES["fbs"]._replace(later=False)})
    assert not comes_later([])
