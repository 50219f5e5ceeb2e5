"""The model card: what a bundle is for, whom it learnt from, how it was judged, and what it must
not be used for.
"""

from heart.card.card import Card, Chart, Section, make_card, to_html, to_markdown
from heart.card.facts import Facts, gather_facts

__all__ = [
    "Card",
    "Chart",
    "Facts",
    "Section",
    "gather_facts",
    "make_card",
    "to_html",
    "to_markdown",
]
