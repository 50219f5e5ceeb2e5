"""Whether the pages are behind a login: by the secrets, and never by a mistake in them."""

import pytest
import streamlit as st
from streamlit.runtime.secrets import Secrets

from heart.errors import SettingsError
from heart.ui import login
from heart.ui.login import LEAST_SECRET, check_section, find_providers, is_asked_for

SECTION = {
    "redirect_uri": "https://heart.example/oauth2callback",
    "cookie_secret": "s" * LEAST_SECRET,
    "client_id": "heart",
    "client_secret": "hidden",
    "server_metadata_url": "https://login.example/.well-known/openid-configuration",
}
TEXT = "[auth]\n" + "\n".join(f'{name} = "{value}"' for name, value in SECTION.items())


@pytest.fixture
def secrets(tmp_path, monkeypatch):
    """A file of secrets, the only one, which is not named by an option."""
    path = tmp_path / "secrets.toml"
    monkeypatch.setattr(st, "secrets", Secrets())
    named = {"secrets.files": [str(path)]}
    monkeypatch.setattr("streamlit.runtime.secrets.config.get_option", named.get)
    monkeypatch.setattr(st, "get_option", named.get)
    monkeypatch.setattr(login, "is_manually_set", lambda _: False)
    is_asked_for.cache_clear()
    yield path
    is_asked_for.cache_clear()


def test_without_secrets_or_without_their_section_there_is_none(secrets):
    assert not is_asked_for()
    secrets.write_text('[other]\nkey = "value"\n')
    is_asked_for.cache_clear()
    assert not is_asked_for()


def test_section_asks_for_one_also_after_the_file_is_gone(secrets):
    secrets.write_text(TEXT)
    assert is_asked_for()
    secrets.unlink()
    st.secrets._reset()
    assert is_asked_for()


@pytest.mark.parametrize("content", ["[auth", "auth = yes", "\ufeff\x00"])
def test_damaged_secrets_open_no_door(secrets, content):
    secrets.write_text(content)
    with pytest.raises(SettingsError, match="to be a file of TOML"):
        is_asked_for()


def test_secrets_that_were_named_and_are_not_there_open_no_door(secrets, monkeypatch):
    monkeypatch.setattr(login, "is_manually_set", lambda _: True)
    with pytest.raises(SettingsError, match="no such file"):
        is_asked_for()
    assert not secrets.exists()


@pytest.mark.parametrize(
    ("part", "value", "expected"),
    [
        ("redirect_uri", "http://heart.example/oauth2callback", "redirect_uri"),
        ("redirect_uri", "https://heart.example/", "redirect_uri"),
        ("redirect_uri", None, "redirect_uri"),
        ("cookie_secret", "s" * (LEAST_SECRET - 1), "cookie_secret"),
        ("cookie_secret", None, "cookie_secret"),
        ("client_id", None, "client_id"),
        ("client_secret", "", "client_secret"),
        ("server_metadata_url", None, "server_metadata_url"),
    ],
)
def test_part_that_cannot_be_is_named_and_its_value_is_not(part, value, expected):
    section = SECTION | {part: value}
    if value is None:
        del section[part]
    with pytest.raises(SettingsError, match=expected) as refused:
        check_section(section)
    assert "hidden" not in str(refused.value)
    assert "s" * 20 not in str(refused.value)


def test_section_alone_or_with_providers_of_its_own():
    check_section(SECTION)
    check_section(SECTION | {"redirect_uri": "http://127.0.0.1:8501/heart/oauth2callback"})
    shared = {name: SECTION[name] for name in ("redirect_uri", "cookie_secret")}
    own = {name: SECTION[name] for name in login.PARTS}
    assert list(find_providers(SECTION | {"client_kwargs": {"prompt": "login"}})) == ["default"]
    assert list(find_providers(shared | {"one": own, "two": own})) == ["one", "two"]
    check_section(shared | {"one": own})
    for wrong in (shared, shared | {"one": {}}, shared | {"a_b": own}):
        with pytest.raises(SettingsError):
            check_section(wrong)
