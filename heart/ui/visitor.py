"""Who sits before the page, and what they may do with the models of this server."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

from heart.bundle.registry import Registry, open_registry
from heart.environment import read_analysts
from heart.ui.login import is_asked_for, name_visitor, read_user

READER = "one that only this server's analysts may change"


def open_for_visitor() -> Registry:
    """The registry in this visitor's hands: the one way from a page to a change of it. Whoever may
    not change it gets it read-only.

    Raises:
        BundleError: if it is not there.
        SettingsError: if the environment names the analysts by what is no address.
    """
    registry = open_registry(who=name_visitor())
    if registry.read_only or may_change(read_user(), read_analysts(), login=is_asked_for()):
        return registry
    return replace(registry, read_only=True, lock=READER)


def may_change(user: Mapping[str, Any], analysts: Collection[str], *, login: bool) -> bool:
    """Whether a visitor may change models: everybody where there is neither a login nor a list;
    else those of the list, by an address that is not said to be unproven.

    Args:
        user: what is known of the visitor, as `st.user` tells it.
        analysts: addresses in small letters, of ASCII.
        login: whether the pages are behind a login.

    >>> may_change({"is_logged_in": True, "email": "Ada@x.org"}, {"ada@x.org"}, login=True)
    True
    """
    if not login and not analysts:
        return True
    address = user.get("email")
    known = user.get("is_logged_in", not login) is True
    proven = user.get("email_verified", True) in (True, "true")
    if not (known and proven and isinstance(address, str)):
        return False
    # others' letters may turn into one of ASCII when they are made small
    return address.isascii() and address.lower() in analysts


def name_lock() -> str:
    """Why this visitor cannot change the models."""
    if open_for_visitor().lock == READER:
        return "Keeping, renaming, deleting and activating models is for this server's analysts."
    return "This server's models cannot be changed from here."
