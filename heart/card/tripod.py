"""The items of TRIPOD+AI (Collins et al., BMJ 2024;385:e078378), and where a card answers them or
why it cannot.
"""

from __future__ import annotations

from typing import NamedTuple

from heart.card.facts import Facts
from heart.markdown import paragraphs, table

OPEN = "open"


class Item(NamedTuple):
    """One item of the guideline.

    Attributes:
        number: as in the guideline.
        topic: what it asks for.
        section: the card's section that answers it; empty where none can.
        comment: what is missing, or what to add.
    """

    number: str
    topic: str
    section: str
    comment: str = ""


_DATA_MAKER = "the published tables do not say"
_MODEL_MAKER = "whoever made the model has to say"

ITEMS: tuple[Item, ...] = (
    Item("1", "Title: kind of study, population, outcome", "In short"),
    Item("2", "Abstract", "In short", "not a structured abstract"),
    Item("3a", "Background: context and rationale", "Intended use"),
    Item("3b", "Target population, purpose, users", "Intended use"),
    Item("3c", "Known health inequalities", "Subgroups", "sex and age only"),
    Item("4", "Objectives", "Intended use"),
    Item("5a", "Sources of data", "Data"),
    Item("5b", "Dates of the data", "", f"of the shipped: the 1980s; {_DATA_MAKER} more"),
    Item("6a", "Setting and centres", "Data"),
    Item("6b", "Eligibility", "", f"of the shipped: undergoing angiography; {_DATA_MAKER} more"),
    Item("6c", "Treatments received", "", _DATA_MAKER),
    Item("7", "Data preparation", "How it was trained"),
    Item("8a", "Outcome and how it was assessed", "Data"),
    Item("8b", "Qualification of the outcome's assessors", "", _DATA_MAKER),
    Item("8c", "Blinding of the outcome's assessment", "", _DATA_MAKER),
    Item(
        "9a",
        "Choice of the initial predictors",
        "Predictors",
        "the 13 columns that the collection published",
    ),
    Item("9b", "Definition of the predictors", "Predictors"),
    Item("9c", "Qualification of the predictors' assessors", "", _DATA_MAKER),
    Item("10", "Sample size", "Sample size"),
    Item("11", "Missing data", "Missing values"),
    Item("12a", "How the data were used", "Data"),
    Item("12b", "How predictors were handled", "How it was trained"),
    Item("12c", "Type of model, building, internal validation", "How it was trained"),
    Item("12d", "Heterogeneity across clusters", "Other hospitals"),
    Item("12e", "Measures of performance", "How it was judged"),
    Item("12f", "Model updating", "How it was trained", "recalibration"),
    Item("12g", "How predictions were calculated for evaluation", "How it was judged"),
    Item("13", "Class imbalance", "How it was trained"),
    Item("14", "Fairness", "Subgroups", "sex and age only"),
    Item("15", "Output and threshold", "Threshold"),
    Item("16", "Differences between development and evaluation", "Other hospitals"),
    Item("17", "Ethical approval", "", _DATA_MAKER),
    Item("18a", "Funding", "", _MODEL_MAKER),
    Item("18b", "Conflicts of interest", "", _MODEL_MAKER),
    Item("18c", "Protocol", "", _MODEL_MAKER),
    Item("18d", "Registration", "", _MODEL_MAKER),
    Item("18e", "Data sharing", "Data", "the UCI tables are public (CC BY 4.0)"),
    Item(
        "18f",
        "Code sharing",
        "Versions and integrity",
        "Heart trains the same model again from these settings",
    ),
    Item("19", "Patient and public involvement", "", _MODEL_MAKER),
    Item("20a", "Flow of participants", "Data"),
    Item("20b", "Characteristics of participants", "Who is in it"),
    Item(
        "20c",
        "Comparison of development and evaluation data",
        "Other hospitals",
        "counts and shares of disease",
    ),
    Item("21", "Participants and events in each analysis", "How it was judged"),
    Item("22", "The full model", "Versions and integrity", "the bundle itself, also as ONNX"),
    Item("23a", "Performance with intervals, subgroups", "How it was judged"),
    Item("23b", "Heterogeneity of performance", "Other hospitals"),
    Item("24", "Results of model updating", "Calibration"),
    Item("25", "Interpretation, fairness included", "Limits"),
    Item("26", "Limitations", "Limits"),
    Item("27a", "Poor or unavailable input in use", "Missing values"),
    Item("27b", "What users have to do and know", "Intended use"),
    Item("27c", "Next steps of research", "", _MODEL_MAKER),
)

NEEDS_THE_COHORT = frozenset({"Who is in it", "Calibration", "Subgroups"})
"""Sections that are empty where the patients are not here."""


def answer_of(item: Item, facts: Facts) -> str:
    """The section that answers an item, or "open"."""
    if not item.section or (
        facts.split is None
        and (item.section in NEEDS_THE_COHORT or item.number in ("5a", "6a", "18e"))
    ):
        return OPEN
    return item.section


def checklist(facts: Facts) -> str:
    """Every item with the section that answers it, the unanswered ones listed as open."""
    rows = [(item.number, item.topic, answer_of(item, facts), item.comment) for item in ITEMS]
    n_open = sum(row[2] == OPEN for row in rows)
    text = (
        f"{len(rows) - n_open} of {len(rows)} items are answered here, {n_open} are open. An answer"
        " is where to look, not a verdict."
    )
    return paragraphs(text, table(("item", "topic", "answered in", "remark"), rows))
