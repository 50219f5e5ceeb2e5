"""Icons are Material symbols, which come with Streamlit; emoji need a font that may be missing."""

import re
from pathlib import Path

import pytest
from streamlit.emojis import ALL_EMOJIS
from streamlit.string_util import validate_material_icon

ROOT = Path(__file__).parents[3]
FILES = [
    path
    for folder in ("heart", "pages")
    for path in sorted((ROOT / folder).rglob("*"))
    if path.suffix in {".py", ".js", ".css", ".html", ".svg"}
]
EMOJI = {emoji for emoji in ALL_EMOJIS if len(emoji) == 1 and not emoji.isascii()}
EMOJI_STYLE = "\ufe0f"
SYMBOL = re.compile(r":material/\w+:")


def emoji_in(text):
    return (EMOJI | {EMOJI_STYLE}) & set(text)


def test_the_search_finds_emoji():
    assert emoji_in("⚠ 🫀 ↗ → ✚ “a” – é") == set("⚠🫀↗")


def test_no_emoji_is_on_a_screen():
    found = {str(path): emoji_in(path.read_text(encoding="utf-8")) for path in FILES}
    assert {path: emoji for path, emoji in found.items() if emoji} == {}


@pytest.mark.parametrize(
    "icon", sorted({icon for path in FILES for icon in SYMBOL.findall(path.read_text("utf-8"))})
)
def test_icon_is_one_that_streamlit_has(icon):
    assert validate_material_icon(icon) == icon
