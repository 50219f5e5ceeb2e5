"""The login before the pages: Streamlit's own (OpenID Connect), where the secrets have a section
`[auth]`; without it there is none.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import streamlit as st
from streamlit.config import is_manually_set

from heart.errors import SettingsError
from heart.markdown import code

SECTION, CALLBACK = "auth", "/oauth2callback"
LEAST_SECRET = 32
"""Characters of what signs the cookies: whoever guesses it is anybody."""

PARTS = ("client_id", "client_secret", "server_metadata_url")
DEFAULT = "default"
"""What Streamlit calls the provider whose parts stand in `[auth]` itself."""

FILES = "secrets.files"

NOBODY = "a visitor of the pages"


@cache
def is_asked_for() -> bool:
    """Whether the pages are behind a login. Found out once a process: a file of secrets that is
    damaged while the server runs opens no door.

    Raises:
        SettingsError: for secrets that cannot be read, or that make no login.
    """
    if not st.secrets.load_if_toml_exists():
        _refuse_unreadable([Path(name) for name in st.get_option(FILES)])
        return False
    if SECTION not in st.secrets:
        return False
    check_section(read_section())
    return True


def _refuse_unreadable(files: list[Path]) -> None:
    """Nothing where there is no file of secrets and none was named.

    Raises:
        SettingsError: where there is; the pages would be open that somebody wanted shut.
    """
    for path in files:
        if path.exists() or is_manually_set(FILES):
            found = "something else" if path.exists() else "no such file"
            raise SettingsError(f"{path} to be a file of TOML", found, "Correct it, or remove it.")


def check_section(section: Mapping[str, Any]) -> None:
    """Refuse a section that makes no login.

    Raises:
        SettingsError: it names the part and no value of it.
    """
    back = urlsplit(str(section.get("redirect_uri", "")))
    here = back.hostname in ("127.0.0.1", "localhost", "::1")
    safe = back.scheme == "https" or (back.scheme == "http" and here)
    if not (safe and back.path.endswith(CALLBACK)):
        raise _unusable(
            f"redirect_uri to be https://NAME{CALLBACK} (http on this machine only)", "another"
        )
    if len(str(section.get("cookie_secret", ""))) < LEAST_SECRET:
        raise _unusable(f"cookie_secret of at least {LEAST_SECRET} characters", "fewer, or none")
    if not find_providers(section):
        raise _unusable(f"{', '.join(PARTS)}", "no provider")
    for name, provider in find_providers(section).items():
        missing = [part for part in PARTS if not provider.get(part)]
        if missing or "_" in name:
            found = f"{', '.join(missing)} missing" if missing else "_ in the name"
            raise _unusable(f"{', '.join(PARTS)} of the provider {name}, without _", found)


def read_section() -> dict[str, Any]:
    """The section as it is in the secrets."""
    section: dict[str, Any] = st.secrets[SECTION].to_dict()
    return section


def find_providers(section: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """The providers by name: that of the section itself, and those of its own sections."""
    parts = {name: part for name, part in section.items() if isinstance(part, Mapping)}
    named = {name: part for name, part in parts.items() if name != "client_kwargs"}
    return {DEFAULT: section, **named} if set(PARTS) & set(section) else named


def read_user() -> Mapping[str, Any]:
    """What is known of the visitor: nothing without a login, unless a proxy tells."""
    return st.user.to_dict()


def name_visitor() -> str:
    """The address that a login gives, or what it calls the visitor where it gives none; where
    nobody had to log in, nobody's.
    """
    user = read_user()
    return str(user.get("email") or user.get("sub") or NOBODY)


def is_inside() -> bool:
    """Whether this visitor sees the pages."""
    return not is_asked_for() or read_user().get("is_logged_in") is True


def show_login() -> None:
    """What stands here instead of a page, and the way in."""
    st.title("Heart")
    st.markdown(
        "Log in to see the pages of this server. Whoever runs it says who can; it learns your"
        " address from the place where you log in, and your password stays there."
    )
    for name in find_providers(read_section()):
        st.button(
            "Log in" if name == DEFAULT else f"Log in with {code(name)}",
            type="primary",
            icon=":material/login:",
            key=f"login_{name}",
            on_click=st.login,
            args=(name,),
        )


def show_who() -> None:
    """Who is logged in, and the way out; nothing where there is no login."""
    if not is_asked_for():
        return
    with st.container(horizontal=True, horizontal_alignment="right", vertical_alignment="center"):
        st.text(name_visitor(), width="content")
        st.button(
            "Log out", type="tertiary", icon=":material/logout:", key="logout", on_click=st.logout
        )


def _unusable(expected: str, found: str) -> SettingsError:
    return SettingsError(
        f"[{SECTION}] in the secrets to have {expected}",
        found,
        "docs/OPERATIONS.md shows a whole section.",
    )
