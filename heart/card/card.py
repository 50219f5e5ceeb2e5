"""The card: its sections in order, with their charts, as Markdown and as one self-contained HTML
page.
"""

from __future__ import annotations

import base64
import html
from collections.abc import Callable
from typing import NamedTuple

import pandas as pd

from heart.card import performance, use
from heart.card.facts import Facts
from heart.card.tripod import checklist
from heart.charts import decision, reliability, roc
from heart.charts.style import Drawing
from heart.evaluation.calibration import reliability_table
from heart.evaluation.curves import roc_table
from heart.evaluation.decision_curve import decision_curve
from heart.markdown import code, paragraphs

WIDTH = 460
"""Of a chart in the HTML page, in pixels."""


class Chart(NamedTuple):
    """A chart with its data, and what it shows for those who do not see it."""

    draw: Callable[[pd.DataFrame], Drawing]
    frame: pd.DataFrame
    alt: str


class Section(NamedTuple):
    """A heading, its Markdown, and its charts."""

    title: str
    text: str
    charts: tuple[Chart, ...] = ()


class Card(NamedTuple):
    """The card of a bundle."""

    name: str
    sections: tuple[Section, ...]


def make_card(facts: Facts) -> Card:
    """The card that the facts give."""
    texts: dict[str, Callable[[Facts], str]] = {
        "In short": use.in_short,
        "Intended use": use.intended_use,
        "Not to be used for": use.not_for,
        "Data": use.data,
        "Who is in it": performance.who,
        "Predictors": performance.predictors,
        "How it was trained": performance.training,
        "Missing values": performance.missing,
        "Sample size": performance.sample,
        "How it was judged": performance.judged,
        "Calibration": performance.calibration,
        "Other hospitals": performance.elsewhere,
        "Subgroups": performance.subgroups,
        "Threshold": use.threshold,
        "Limits": use.limits,
        "Versions and integrity": performance.versions,
        "TRIPOD+AI": checklist,
    }
    charts = _make_charts(facts)
    return Card(
        facts.bundle.name,
        tuple(Section(title, text(facts), charts.get(title, ())) for title, text in texts.items()),
    )


def _make_charts(facts: Facts) -> dict[str, tuple[Chart, ...]]:
    """Charts by section; none where the patients are not here."""
    if facts.unseen is None:
        return {}
    y_true, y_score = facts.unseen.y_true, facts.unseen.y_score
    mean = ", each with the mean of the repeats" if facts.out_of_fold else ""
    whose = f"{facts.unseen.at.n} patients ({facts.unseen.name}{mean})"
    benefit = decision_curve(y_true, y_score).assign(chosen=facts.bundle.threshold.value)
    return {
        "How it was judged": (
            Chart(roc, roc_table(y_true, y_score), f"ROC curve with its 95 % band, {whose}"),
        ),
        "Calibration": (
            Chart(
                reliability,
                reliability_table(y_true, y_score),
                f"Observed against expected share of disease in bins, {whose}",
            ),
        ),
        "Threshold": (
            Chart(
                decision,
                benefit,
                f"Net benefit against the threshold, {whose}; the threshold in use is dashed",
            ),
        ),
    }


def to_markdown(card: Card) -> str:
    """The card as Markdown (CommonMark with tables); of a chart, what it shows and that the HTML
    page draws it.
    """
    sections = [
        paragraphs(
            f"## {section.title}",
            section.text,
            *(f"*{chart.alt}: drawn in the HTML card.*" for chart in section.charts),
        )
        for section in card.sections
    ]
    return paragraphs(f"# Model card: {code(card.name)}", *sections) + "\n"


def to_html(card: Card) -> str:
    """The card as one HTML page: charts drawn inside, no script, nothing fetched from anywhere."""
    from markdown_it import MarkdownIt  # noqa: PLC0415

    render: Callable[[str], str] = MarkdownIt("commonmark", {"html": False}).enable("table").render
    body = "".join(
        f"<section>{render(f'## {s.title}{chr(10) * 2}{s.text}')}"
        f"{''.join(map(_figure, s.charts))}</section>"
        for s in card.sections
    )
    name = html.escape(card.name)
    return _PAGE.format(name=name, body=body)


def _figure(chart: Chart) -> str:
    """A chart as an SVG picture inside the page, with its caption. As a picture it shares no names
    with the other charts.
    """
    from vl_convert import vegalite_to_svg  # noqa: PLC0415  only an HTML card needs it

    drawn = vegalite_to_svg(
        chart.draw(chart.frame).properties(width=WIDTH, background="white").to_json()
    )
    picture = base64.b64encode(drawn.encode()).decode()
    alt = html.escape(chart.alt)
    return (
        f'<figure><img alt="{alt}"'
        f' src="data:image/svg+xml;base64,{picture}"><figcaption>{alt}</figcaption></figure>'
    )


_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy"
 content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Model card: {name}</title>
<style>
body {{ font: 16px/1.5 system-ui, sans-serif; color: #1c1c1c; background: #fff;
 max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }}
h1 {{ font-size: 1.9rem; }}
h2 {{ font-size: 1.3rem; margin-top: 2.2rem; border-bottom: 1px solid #ddd;
 padding-bottom: .2rem; }}
table {{ border-collapse: collapse; margin: .8rem 0; font-size: .9rem; display: block;
 overflow-x: auto; }}
th, td {{ text-align: left; vertical-align: top; padding: .25rem .9rem .25rem 0;
 border-bottom: 1px solid #e4e4e4; }}
code {{ background: #f3f3f3; padding: 0 .25rem; border-radius: 3px; overflow-wrap: anywhere; }}
figure {{ margin: 1rem 0; break-inside: avoid; }} figure img {{ max-width: 100%; height: auto; }}
figcaption {{ font-size: .85rem; color: #555; }}
@media print {{ body {{ margin: 0; font-size: 11pt; }} section {{ break-inside: auto; }} }}
</style>
</head>
<body>
<h1>Model card: <code>{name}</code></h1>
{body}
</body>
</html>
"""
