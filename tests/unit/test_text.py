"""Text from files is shown, not rendered."""

import pytest
from markdown_it import MarkdownIt

from heart.ui.text import as_text

TEXTS = ["_a_", "a*b*c", "[a](http://x)", "![a](http://x)", "<b>x</b>", "`x`", "# a", "1. a", "a|b", "~a~", "\\"]
TEXTS += ["www.evil.example", ":red[x]", "$x$"]


@pytest.mark.parametrize("text", TEXTS)
def test_text_comes_out_as_it_went_in(text):
    tokens = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(as_text(text))
    (paragraph,) = (token for token in tokens if token.type == "inline")
    assert "".join(child.content for child in paragraph.children) == text
    assert {child.type for child in paragraph.children} <= {"text", "text_special"}


def test_letters_digits_and_spaces_stay():
    assert as_text("Mayo Klinik 2024 ä") == "Mayo Klinik 2024 ä"
