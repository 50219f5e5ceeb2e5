"""The glossary: a word is marked in a lesson's text at its first use, as `[[logit]]`, or
`[[logit|logits]]` where it is written differently, and becomes a link to its entry.
"""

from __future__ import annotations

import re

from heart.errors import SettingsError
from heart.lessons.terms import TERMS, Term

ADDRESS = "glossary"
"""The last part of the page's URL."""

_MARK = re.compile(r"\[\[([^\]|]+)(?:\|([^\]]+))?\]\]")


def find_term(name: str) -> Term:
    """The entry of a word or of one of its other names.

    Raises:
        SettingsError: for a word that has none.

    >>> find_term("recall").name
    'sensitivity'
    """
    for term in TERMS.values():
        if name.casefold() in {other.casefold() for other in (term.name, *term.also)}:
            return term
    raise SettingsError.unknown("a word", name, TERMS)


def marked_terms(text: str) -> list[str]:
    """The words that a text marks, in its order.

    >>> marked_terms("A [[neuron|Neuron]] and its [[logit]].")
    ['neuron', 'logit']
    """
    return [name for name, _ in _MARK.findall(text)]


def link_terms(text: str) -> str:
    """Markdown in which each marked word is a link to the glossary, with its meaning as title.

    Raises:
        SettingsError: for a word that the glossary has not.

    >>> link_terms("One [[epoch]].")
    'One [epoch](glossary#epoch "One pass of the training over all rows of the train part.").'
    """
    return _MARK.sub(lambda found: _link(found[1], found[2] or found[1]), text)


def _link(name: str, shown: str) -> str:
    term = find_term(name)
    return f'[{shown}]({ADDRESS}#{term.anchor} "{term.meaning}")'
