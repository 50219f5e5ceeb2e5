"""Text from files is shown, not rendered."""

import pytest
from markdown_it import MarkdownIt

from heart.markdown import bullets, code, paragraphs, table

TEXTS = [
    "_a_",
    "a*b*c",
    "[a](http://x)",
    "![a](http://x)",
    "<b>x</b>",
    "`x`",
    "``",
    "# a",
    "1. a",
    "a|b",
    "~a~",
    "\\",
    "a`",
    "x``y`z",
]
TEXTS += ["www.evil.example", "http://evil.example", ":red[x]", "$x$", "a@evil.example"]


@pytest.mark.parametrize("text", TEXTS)
def test_text_comes_out_as_it_went_in(text):
    tokens = MarkdownIt("gfm-like", {"linkify": False}).parse(f"before {code(text)} after")
    (paragraph,) = (token for token in tokens if token.type == "inline")
    before, shown, after = paragraph.children
    assert (before.content, shown.type, shown.content, after.content) == (
        "before ",
        "code_inline",
        text,
        " after",
    )


def test_pieces_are_commonmark():
    assert table(("a", "b"), [("1|2", "3")]) == "| a | b |\n| --- | --- |\n| 1\\|2 | 3 |"
    assert bullets(["a", "b"]) == "- a\n- b"
    assert paragraphs("a", "", "b") == "a\n\nb"
