"""The glossary: every word that a lesson marks is in it, and it contradicts nobody."""

import ast
import re
from pathlib import Path

import pytest

from heart.errors import SettingsError
from heart.evaluation.figures import METRICS
from heart.lessons import LESSONS
from heart.lessons.glossary import find_term, link_terms, marked_terms
from heart.lessons.terms import TERMS

ROOT = Path(__file__).parents[3]
PLACES = [*ROOT.glob("pages/learn_*.py"), *ROOT.glob("heart/ui/lessons/*.py")]


@pytest.mark.parametrize("lesson", LESSONS)
def test_every_lesson_marks_words_each_once_and_the_glossary_has_them(lesson):
    source = (ROOT / "pages" / f"learn_{lesson}.py").read_text("utf-8")
    marked = marked_terms(re.sub(r'"\n\s*"', "", source))  # a text may go on in the next line
    assert marked
    assert len(set(marked)) == len(marked)
    for name in marked:
        assert find_term(name)


def test_words_stand_in_order_each_once_under_an_address_of_its_own():
    names = list(TERMS)
    assert names == sorted(names, key=str.casefold)
    every = [name.casefold() for term in TERMS.values() for name in (term.name, *term.also)]
    assert len(set(every)) == len(every)
    assert len({term.anchor for term in TERMS.values()}) == len(TERMS)


def test_meanings_are_sentences_that_a_links_title_can_hold():
    for term in TERMS.values():
        assert term.meaning.endswith(".")
        assert not set(term.meaning) & set('"*`<$[')
        assert len(term.meaning) < 260
        assert term.formula.count("{") == term.formula.count("}")


def test_words_of_the_field_that_a_reader_would_look_for_are_there():
    for name in ("logit", "log-loss", "calibration", "AUC", "threshold", "sensitivity", "epoch"):
        assert name in TERMS
    for name in ("embedding", "fold", "leakage", "recall", "log-odds"):
        assert find_term(name)


def test_figures_that_are_shares_are_called_as_the_tables_call_them():
    for name in ("precision", "recall", "specificity", "npv", "f1"):
        words = re.split(r"[()]", METRICS[name].label)
        assert find_term(words[0].strip())


def test_mark_becomes_a_link_that_says_what_the_word_means():
    text = link_terms("All [[logit|logits]] here.")
    assert text.startswith("All [logits](glossary#logit ")
    assert TERMS["logit"].meaning in text
    with pytest.raises(SettingsError):
        link_terms("A [[shibboleth]].")


def sentences_of(lesson):
    """All texts of a lesson's page, its parts and its exercise."""
    parts = ROOT.glob(f"heart/ui/lessons/{lesson}*.py")
    own = (ROOT / "pages" / f"learn_{lesson}.py", ROOT / "heart/lessons/exercises" / f"{lesson}.py")
    for path in (*parts, *own):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value


@pytest.mark.parametrize("lesson", LESSONS.values(), ids=lambda lesson: lesson.name)
def test_every_word_that_a_lesson_uses_is_explained_at_its_top(lesson):
    sentences = [text for text in sentences_of(lesson.name) if len(text) > 25]
    marked = {find_term(name).name for text in sentences for name in marked_terms(text)}
    plain = " ".join(sentences).casefold()
    used = {
        term.name
        for term in TERMS.values()
        if any(
            re.search(rf"\b{re.escape(name.casefold())}\b", plain)
            for name in (term.name, *term.also)
        )
    }
    assert set(lesson.words) == used - marked
