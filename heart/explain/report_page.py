"""A report as one HTML page: A4, black on white, nothing to run and nothing fetched."""

from __future__ import annotations

import html
from collections.abc import Sequence
from typing import NamedTuple

TEN = 10
BAR, HALF = 120, 60
"""Pixels of a bar and of its half: what lowers goes left of the middle, what raises right."""


class Row(NamedTuple):
    """A measurement of the patient and what it contributes, in words.

    Attributes:
        label: of the feature.
        value: with its unit; "not known" where it is not.
        training: the range that the model learnt from; empty for codes.
        remark: what is unusual about the value; mostly empty.
        effect: "raises", "lowers", "changes nothing", or empty where the model does not use it.
        contribution: log-odds; None where there is none.
        low, high: of the model's members; None with a single one.
    """

    label: str
    value: str
    training: str
    remark: str
    effect: str
    contribution: float | None
    low: float | None
    high: float | None


class NextRow(NamedTuple):
    """A test that could be done next, in words."""

    name: str
    price: str
    probability_then: str
    decision_changes: str


class Report(NamedTuple):
    """What stands on the page. All texts are plain.

    Attributes:
        made_at: date and time, in words.
        probability: as in "73 %".
        of_100: marks to fill.
        answer: sentences about the answer, the most important first.
        rows: a measurement each.
        why: what the contributions mean, or why there are none.
        sure: sentences about how sure the answer is.
        tests: what could be measured next, the best for its price first.
        next: what that table means, or why it is empty.
        model: name of a fact about the model to the fact.
        purpose: for whom it is and what it is not.
    """

    made_at: str
    probability: str
    of_100: int
    answer: tuple[str, ...]
    rows: tuple[Row, ...]
    why: str
    sure: tuple[str, ...]
    tests: tuple[NextRow, ...]
    next: str
    model: tuple[tuple[str, str], ...]
    purpose: tuple[str, ...]


def to_html(report: Report) -> str:
    """The report as an HTML page of its own."""
    return _PAGE.format(
        made_at=html.escape(report.made_at),
        probability=html.escape(report.probability),
        marks=draw_marks(report.of_100),
        answer=_paragraphs(report.answer),
        rows="".join(_row(row, _scale_of(report.rows)) for row in report.rows),
        why=html.escape(report.why),
        sure=_items(report.sure),
        tests=_tests(report.tests),
        next=html.escape(report.next),
        model=_facts(report.model),
        purpose=_paragraphs(report.purpose),
    )


def draw_marks(of_100: int) -> str:
    """Ten by ten squares as SVG, so many of them filled, row by row."""
    marks = "".join(
        f'<rect x="{12 * (i % TEN) + 1}" y="{12 * (i // TEN) + 1}" width="9" height="9"'
        f' fill="{"#000" if i < of_100 else "none"}" stroke="#000"/>'
        for i in range(TEN * TEN)
    )
    label = f"100 squares, {of_100} filled for patients with heart disease, {100 - of_100} empty"
    return f'<svg class="marks" viewBox="0 0 122 122" role="img" aria-label="{label}">{marks}</svg>'


def _scale_of(rows: Sequence[Row]) -> float:
    """Log-odds that reach the end of a bar."""
    ends = [
        abs(end) for row in rows for end in (row.contribution, row.low, row.high) if end is not None
    ]
    return max([*ends, 1e-9])


def _row(row: Row, scale: float) -> str:
    cells = (row.label, row.value, row.training, _write_effect(row))
    written = "".join(f"<td>{html.escape(cell)}</td>" for cell in cells)
    remark = f'<div class="remark">{html.escape(row.remark)}</div>' if row.remark else ""
    written = written.replace("</td>", f"{remark}</td>", 1) if remark else written
    return f"<tr>{written}<td>{draw_bar(row, scale)}</td></tr>"


def _write_effect(row: Row) -> str:
    if row.contribution is None or not row.effect:
        return row.effect
    sign = {"raises": "▲", "lowers": "▼"}.get(row.effect, "")
    return f"{sign} {row.effect} {row.contribution:+.2f}".strip()


def draw_bar(row: Row, scale: float) -> str:
    """What a value contributes, from the middle: filled to the right where it raises, empty to the
    left where it lowers, with a line for the members.
    """
    if row.contribution is None:
        return ""

    def at(log_odds: float) -> float:
        return round(HALF + (HALF - 2) * log_odds / scale, 1)

    end = at(row.contribution)
    raises = row.contribution > 0
    bar = (
        f'<rect x="{min(end, HALF)}" y="3" width="{round(abs(end - HALF), 1)}" height="8"'
        f' fill="{"#444" if raises else "#fff"}" stroke="#000"/>'
    )
    members = (
        ""
        if row.low is None or row.high is None
        else f'<path d="M{at(row.low)} 12.5H{at(row.high)}" stroke="#000" stroke-width="1.5"/>'
    )
    middle = f'<path d="M{HALF} 0V14" stroke="#000" stroke-width=".6"/>'
    size = f'width="{BAR}" height="14" viewBox="0 0 {BAR} 14"'
    return f'<svg {size} aria-hidden="true">{bar}{members}{middle}</svg>'


def _paragraphs(texts: Sequence[str]) -> str:
    return "".join(f"<p>{html.escape(text)}</p>" for text in texts)


def _items(texts: Sequence[str]) -> str:
    return f"<ul>{''.join(f'<li>{html.escape(text)}</li>' for text in texts)}</ul>"


def _tests(tests: Sequence[NextRow]) -> str:
    if not tests:
        return ""
    heads = ("Test", "Price", "Probability then", "Decision changes")
    head = "".join(f"<th>{head}</th>" for head in heads)
    rows = "".join(
        f"<tr>{''.join(f'<td>{html.escape(cell)}</td>' for cell in test)}</tr>" for test in tests
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"


def _facts(facts: Sequence[tuple[str, str]]) -> str:
    pairs = "".join(
        f"<dt>{html.escape(name)}</dt><dd>{html.escape(fact)}</dd>" for name, fact in facts
    )
    return f"<dl>{pairs}</dl>"


_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Heart: one patient</title>
<style>
@page {{ size: A4; margin: 9mm 13mm; }}
body {{ font: 9pt/1.3 Arial, "Liberation Sans", sans-serif; color: #000; background: #fff;
 max-width: 186mm; margin: 1rem auto; padding: 0 .6rem; }}
header {{ display: flex; justify-content: space-between; align-items: baseline;
 border-bottom: 2px solid #000; }}
h1 {{ font-size: 15pt; margin: 0; }} h2 {{ font-size: 11pt; margin: 2.6mm 0 .8mm;
 border-bottom: 1px solid #000; }}
p {{ margin: .7mm 0; }} ul {{ margin: .5mm 0; padding-left: 4.5mm; }}
.answer {{ display: flex; gap: 6mm; align-items: center; margin-top: 2mm; }}
.number {{ font-size: 27pt; font-weight: 700; line-height: 1; white-space: nowrap; }}
.number small {{ display: block; font-size: 8.5pt; font-weight: 400; line-height: 1.25;
 margin-top: 1mm; width: 36mm; white-space: normal; }}
.marks {{ width: 25mm; height: 25mm; flex: none; }}
.scroll {{ overflow-x: auto; }}
table {{ border-collapse: collapse; width: 100%; }}
th, td {{ text-align: left; padding: .35mm 2.5mm .35mm 0; border-bottom: 1px solid #bbb;
 vertical-align: top; }}
td:nth-child(n + 2) {{ white-space: nowrap; }}
td svg {{ display: block; }}
.remark {{ font-size: .92em; font-style: italic; white-space: normal; }}
dl {{ display: grid; grid-template-columns: max-content 1fr; gap: 0 3mm; margin: .5mm 0; }}
dt {{ font-weight: 700; }} dd {{ margin: 0; overflow-wrap: anywhere; }}
footer {{ border-top: 2px solid #000; margin-top: 2.5mm; padding-top: 1mm; }}
@media (max-width: 480px) {{ .answer {{ flex-wrap: wrap; }} }}
@media print {{ body {{ margin: 0; padding: 0; max-width: none; font-size: 8.4pt;
 line-height: 1.24; }} }}
</style>
</head>
<body>
<main>
<header><h1>One patient: probability of heart disease</h1><span>{made_at}</span></header>
<div class="answer">
<div class="number">{probability}<small>probability that a coronary vessel is narrowed by more than
50 %, now</small></div>
{marks}
<div>{answer}</div>
</div>
<h2>What was known, and what it contributes</h2>
<div class="scroll"><table>
<thead><tr><th>Measurement</th><th>Value</th><th>Learnt from</th><th>Log-odds</th><td></td></tr>
</thead>
<tbody>{rows}</tbody>
</table></div>
<p>{why}</p>
<h2>How sure</h2>
{sure}
<h2>What to measure next</h2>
<div class="scroll">{tests}</div>
<p>{next}</p>
<h2>The model</h2>
{model}
<footer>{purpose}</footer>
</main>
</body>
</html>
"""
