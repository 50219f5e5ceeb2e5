"""Who may change the models of this server from a page."""

import pytest

from heart.bundle.registry import Registry
from heart.errors import BundleError, SettingsError
from heart.ui import login, visitor
from heart.ui.login import NOBODY, name_visitor
from heart.ui.visitor import READER, may_change, open_for_visitor

ADA = {"is_logged_in": True, "email": "ada@clinic.example"}
LIST = frozenset({"ada@clinic.example", "kim@clinic.example"})


class User(dict):
    to_dict = dict.copy


@pytest.mark.parametrize(
    ("user", "name"),
    [
        (ADA, "ada@clinic.example"),
        ({"is_logged_in": True, "sub": "4711"}, "4711"),
        ({"is_logged_in": False}, NOBODY),
        ({"email": None}, NOBODY),
        ({}, NOBODY),
    ],
)
def test_login_names_the_visitor_and_nothing_else_does(monkeypatch, user, name):
    monkeypatch.setattr(login.st, "user", User(user))
    assert name_visitor() == name


def test_without_a_login_and_a_list_everybody_may():
    assert may_change({}, frozenset(), login=False)


@pytest.mark.parametrize(
    "user",
    [
        ADA,
        ADA | {"email": "ADA@Clinic.Example"},
        ADA | {"email_verified": True},
        ADA | {"email_verified": "true"},
    ],
)
def test_whoever_is_of_the_list_may(user):
    assert may_change(user, LIST, login=True)


@pytest.mark.parametrize(
    "user",
    [
        {},
        {"is_logged_in": False},
        ADA | {"is_logged_in": False},
        ADA | {"is_logged_in": "yes"},
        {"email": "ada@clinic.example"},
        ADA | {"email": "bo@clinic.example"},
        ADA | {"email": "ada@clinic.example.evil.example"},
        ADA | {"email": "\u212aim@clinic.example"},  # a Kelvin sign, whose small letter is k
        ADA | {"email": ["ada@clinic.example"]},
        ADA | {"email": None, "sub": "ada@clinic.example"},
        ADA | {"email_verified": False},
        ADA | {"email_verified": "false"},
        ADA | {"email_verified": None},
    ],
)
def test_nobody_else_may(user):
    assert not may_change(user, LIST, login=True)
    assert not may_change(ADA, frozenset(), login=True)


def test_list_holds_without_a_login_for_what_a_proxy_says():
    assert may_change({"email": "ada@clinic.example"}, LIST, login=False)
    assert not may_change({}, LIST, login=False)


def test_registry_refuses_a_reader_and_takes_from_an_analyst(monkeypatch, tmp_path, bundle):
    monkeypatch.setenv("HEART_MODELS", str(tmp_path))
    monkeypatch.setenv("HEART_ANALYSTS", "ada@clinic.example")
    monkeypatch.setattr(visitor, "is_asked_for", lambda: True)
    monkeypatch.setattr(login.st, "user", User(ADA | {"email": "bo@clinic.example"}))
    reader = open_for_visitor()
    for change in (
        lambda: reader.save(bundle, "x"),
        lambda: reader.rename("x", "y"),
        lambda: reader.delete("x"),
        lambda: reader.activate("cleveland"),
    ):
        with pytest.raises(BundleError, match=READER):
            change()
    assert list(tmp_path.iterdir()) == []
    monkeypatch.setattr(login.st, "user", User(ADA))
    assert open_for_visitor() == Registry(tmp_path, who="ada@clinic.example")
    monkeypatch.setenv("HEART_READ_ONLY", "yes")
    with pytest.raises(BundleError, match="HEART_READ_ONLY"):
        open_for_visitor().save(bundle, "x")


def test_list_that_cannot_be_read_lets_nobody(monkeypatch, tmp_path):
    monkeypatch.setenv("HEART_MODELS", str(tmp_path))
    monkeypatch.setenv("HEART_ANALYSTS", "ada")
    with pytest.raises(SettingsError, match="HEART_ANALYSTS"):
        open_for_visitor()
