"""The class balance is a bar of HTML whose parts are as wide as the classes are large."""

import re

import pytest

from heart.charts import class_balance
from heart.data import load_shipped
from heart.data.summary import balance_frame


@pytest.mark.parametrize(
    ("name", "healthy", "diseased"), [("cleveland", 164, 139), ("switzerland", 8, 115)]
)
def test_parts_are_as_wide_as_the_classes_and_say_how_many(name, healthy, diseased):
    bar = class_balance(balance_frame(load_shipped(name)))
    parts = re.findall(r'class="(\w+)" style="flex:([0-9.]+)">(\w+) <b>(\d+)</b>', bar)
    assert [(kind, words, int(n)) for kind, _, words, n in parts] == [
        ("healthy", "healthy", healthy),
        ("diseased", "diseased", diseased),
    ]
    n = healthy + diseased
    assert [float(width) for _, width, _, _ in parts] == pytest.approx(
        [healthy / n, diseased / n], abs=1e-4
    )
    assert f'aria-label="healthy {healthy} (' in bar


def test_class_without_patients_has_no_part():
    frame = balance_frame(load_shipped("cleveland")).assign(patients=[0, 139], share=[0.0, 1.0])
    assert "healthy" not in class_balance(frame)
