"""Who sits before the page, for the audit."""

import pytest

from heart.ui import visitor
from heart.ui.visitor import NOBODY, name_visitor


class User(dict):
    to_dict = dict.copy


@pytest.mark.parametrize(
    ("user", "name"),
    [
        ({"is_logged_in": True, "email": "ada@clinic.example"}, "ada@clinic.example"),
        ({"is_logged_in": False}, NOBODY),
        ({"email": None}, NOBODY),
        ({}, NOBODY),
    ],
)
def test_login_names_the_visitor_and_nothing_else_does(monkeypatch, user, name):
    monkeypatch.setattr(visitor.st, "user", User(user))
    assert name_visitor() == name
