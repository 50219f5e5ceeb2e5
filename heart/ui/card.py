"""The model card on the screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from heart.errors import BundleError
from heart.ui.cache import show_chart
from heart.ui.session import Session
from heart.ui.threshold import out_of_fold_of

if TYPE_CHECKING:
    from heart.card import Card
    from heart.evaluation.out_of_fold import OutOfFold

OPEN_AT_FIRST = ("In short", "Intended use", "Not to be used for", "How it was judged")


def show_card(session: Session) -> None:
    """The card of the model in use, section by section, and its downloads."""
    card = _card_of(session)
    st.caption(
        "Made from the bundle and the patients that are here. It follows TRIPOD+AI; items that it"
        " cannot fill are listed as open."
    )
    with st.container(horizontal=True):
        html = (lambda: _to_html(card), f"{card.name}-card.html", "text/html")
        st.download_button("Card as a web page", *html, on_click="ignore", type="primary")
        st.download_button(
            "Card as Markdown",
            lambda: _to_markdown(card),
            f"{card.name}-card.md",
            "text/markdown",
            on_click="ignore",
        )
    for section in card.sections:
        with st.expander(section.title, expanded=section.title in OPEN_AT_FIRST):
            st.markdown(section.text)
            for chart in section.charts:
                place, _ = st.columns([2, 1])  # a square chart as wide as the page would say less
                show_chart(chart.draw, chart.frame, alt=chart.alt, place=place)
                st.caption(chart.alt)


def _card_of(session: Session) -> Card:
    """Made once for a model and its predictions; it takes a second or two."""
    bundle, predictions = session.bundle, _predictions(session)
    if session.card is None or session.card[0] is not bundle or session.card[1] is not predictions:
        from heart.card import (  # noqa: PLC0415
            gather_facts,
            make_card,
        )

        with st.spinner("Judging the model for its card …"):
            facts = gather_facts(
                bundle, cohorts=session.trained_on.values(), predictions=predictions
            )
            session.card = (bundle, predictions, make_card(facts))
    return session.card[2]


def _predictions(session: Session) -> OutOfFold | None:
    """The out-of-fold predictions that are here; none where the model's patients are not."""
    try:
        return out_of_fold_of(session)
    except BundleError:
        return None


def _to_html(card: Card) -> str:
    from heart.card import to_html  # noqa: PLC0415  torch waits until it is needed

    return to_html(card)


def _to_markdown(card: Card) -> str:
    from heart.card import to_markdown  # noqa: PLC0415

    return to_markdown(card)
