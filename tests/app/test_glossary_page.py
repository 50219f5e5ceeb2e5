"""The glossary: all words, and one that is looked for."""

from heart.lessons.terms import TERMS
from tests.support.visitor import said


def test_glossary_shows_every_word_and_finds_one_by_another_name(visit):
    app = visit("glossary")
    assert [entry.value for entry in app.header] == list(TERMS)
    app = app.text_input(key="glossary_find").set_value("Recall").run()
    assert "sensitivity" in [entry.value for entry in app.header]
    assert len(app.header) < 5
    app = app.text_input(key="glossary_find").set_value("shibboleth").run()
    assert "No word here" in said(app)
