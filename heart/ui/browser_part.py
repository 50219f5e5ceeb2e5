"""What of a page is a script of this app in the browser, each a file of heart/ui/browser/."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import streamlit as st
from streamlit.components.v2.get_bidi_component_manager import get_bidi_component_manager
from streamlit.components.v2.manifest_scanner import ComponentConfig, ComponentManifest

FOLDER = Path(__file__).parent / "browser"


def browser_part(name: str) -> Any:
    """The component of this name, from its file: the pages' policy forbids scripts that are not
    this server's files, which is how Streamlit would run a text.
    """
    manager, full_name = get_bidi_component_manager(), f"heart.{name}"
    if manager.get_component_asset_root(full_name) is None:  # a fresh server
        names = sorted(path.stem for path in FOLDER.glob("*.js"))
        parts = [ComponentConfig(part, FOLDER.name) for part in names]
        manager.register_from_manifest(ComponentManifest("heart", "1", parts), FOLDER.parent)
    return st.components.v2.component(full_name, js=f"{name}.js")
