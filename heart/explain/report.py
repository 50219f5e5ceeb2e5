"""A report about one patient: the answer, what it is made of, how far it can be trusted, what could
be measured next, and about which model all this is.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

import pandas as pd

from heart.bundle import Bundle
from heart.bundle.calculator.words import write_disclaimer, write_purpose
from heart.bundle.storage import fingerprint_of
from heart.data import SHIPPED
from heart.evaluation.decisions import UNDECIDED
from heart.evaluation.fees import FEES, SOURCE, Fees
from heart.evaluation.figures import write_of_100
from heart.evaluation.members import write_members
from heart.explain.cases import Cases, Unseen
from heart.explain.certainty import find_nearby, find_novelty, find_zone, member_spread
from heart.explain.next_tests import DRAWN, NextTest, can_hide, find_next_tests
from heart.explain.prevalence import Elsewhere
from heart.explain.report_page import NextRow, Report, Row
from heart.explain.why import Step, Why, explain_patient
from heart.explain.words import (
    NO_GAME,
    NOT_TRAINED,
    SIDES,
    describe_members,
    describe_nearby,
    describe_novelty,
    describe_start,
    describe_test_part,
    describe_unknown,
    describe_zone,
    write_chance,
    write_span,
    write_value,
)
from heart.model.problems import describe_range
from heart.schema import Feature, Value
from heart.scoring.patient import Prediction
from heart.shares import write_share
from heart.units import MG_DL

NOT_CAUSAL = (
    "What raises or lowers is the model's answer; nothing here says what would become of the"
    " patient if a value were changed."
)
MOST_TESTS = 5


class Subject(NamedTuple):
    """Whom and what a report is about.

    Attributes:
        bundle: the model.
        patient: canonical values of all 13 features, None where not known.
        prediction: of this bundle for this patient.
        cases: the patients that the model learnt from; None where they are not at hand.
        unseen: what the model's recipe said of patients that it had not seen; None where that was
            not computed.
        place: where the patient comes from, if that differs from where the model learnt.
        fees: what each measurement costs.
        units: of cholesterol.
        cohort: the features of all patients of the model's table; None where they are not at hand.
    """

    bundle: Bundle
    patient: Mapping[str, Value | None]
    prediction: Prediction
    cases: Cases | None = None
    unseen: Unseen | None = None
    place: Elsewhere | None = None
    fees: Fees = FEES
    units: str = MG_DL
    cohort: pd.DataFrame | None = None


def make_report(subject: Subject, *, made_at: datetime) -> Report:
    """The report.

    Args:
        subject: whom and what it is about.
        made_at: when, with its time zone.
    """
    bundle, prediction = subject.bundle, subject.prediction
    why = explain_patient(bundle, subject.patient, cohort=subject.cohort)
    tests, about_tests = _list_tests(subject)
    return Report(
        made_at=f"{made_at:%Y-%m-%d %H:%M} {made_at:%Z}".strip(),
        probability=write_share(prediction.probability),
        of_100=prediction.of_100,
        answer=_describe_answer(subject),
        rows=tuple(_list_rows(subject, why)),
        why=_describe_why(why, bundle.network.members),
        sure=tuple(text.replace("**", "") for text in _describe_certainty(subject)),
        tests=tests,
        next=about_tests,
        model=_describe_model(bundle),
        purpose=(write_purpose(bundle), f"{write_disclaimer(bundle)} {NOT_CAUSAL}"),
    )


def _describe_answer(subject: Subject) -> tuple[str, ...]:
    prediction, threshold = subject.prediction, subject.bundle.threshold
    p, sign = prediction.probability, "≥" if prediction.is_positive else "<"
    decision = prediction.why_undecided or (
        f"Decision: {prediction.label} ({write_share(p)} {sign} the threshold of"
        f" {write_share(threshold.value)}, at which one missed patient counts as much as"
        f" {threshold.cost_ratio:g} false alarms)."
    )
    near = () if prediction.why_near is None else (prediction.why_near,)
    sentences = (write_of_100(p).replace("**", ""), decision, *near)
    place = subject.place
    if place is None:
        return sentences
    there = prediction.corrected(place.correct)
    return (
        *sentences,
        (
            f"Where {write_share(place.there)} of such patients are ill, instead of the"
            f" {write_share(place.here)}"
            f" that the model learnt from: {write_share(there.probability)}, decision:"
            f" {there.label or UNDECIDED}."
        ),
    )


def _list_rows(subject: Subject, why: Why | None) -> list[Row]:
    """A row a feature of the model: by size of the contribution, as far as there are any."""
    remarks = {w.feature: w.message for w in subject.prediction.warnings if w.problem != "missing"}
    preprocessor = subject.bundle.preprocessor
    ranges = preprocessor.ranges
    steps: list[tuple[Feature, Step | None]] = (
        [(f, None) for f in preprocessor.features]
        if why is None
        else [(step.feature, step) for step in why.steps]
    )
    return [
        Row(
            entry.in_units(subject.units).label,
            write_value(entry, subject.patient[entry.name], subject.units),
            ""
            if entry.is_coded
            else describe_range(
                entry, "below", training=ranges.get(entry.name), units=subject.units
            ),
            remarks.get(entry.name, "").removeprefix(f"{entry.in_units(subject.units).label}: "),
            "" if step is None or not step.is_used else step.effect,
            None if step is None or not step.is_used else step.contribution,
            None if step is None else step.low,
            None if step is None else step.high,
        )
        for entry, step in steps
    ]


def _describe_why(why: Why | None, members: int) -> str:
    if why is None:
        return NO_GAME
    spread = (
        f" The thin line is the range of {write_members(members)}."
        if any(step.low is not None for step in why.steps)
        else ""
    )
    return (
        f"Exact Shapley values in log-odds; they add up from {write_share(why.base)},"
        f" {describe_start(why)}, to {write_share(why.probability)}.{spread}"
    )


def _describe_certainty(subject: Subject) -> list[str]:
    bundle, prediction = subject.bundle, subject.prediction
    sentences = [
        describe_members(member_spread(bundle, subject.patient)),
        *(
            ()
            if prediction.label is None
            else (describe_test_part(bundle, is_positive=prediction.is_positive),)
        ),
    ]
    if subject.unseen is None:
        sentences.append(
            "What patients with this probability turned out to have is not known here: the model's"
            " patients are not at hand, or it was not cross-validated."
        )
    else:
        zone = find_zone(*subject.unseen, prediction.probability)
        sentences += [
            describe_zone(zone, len(subject.unseen.y_true)),
            describe_nearby(find_nearby(*subject.unseen, prediction.probability)),
        ]
        if unlike := describe_unknown(subject.bundle, subject.patient):
            sentences.append(unlike)
    if subject.cases is not None:
        sentences.append(describe_novelty(find_novelty(subject.cases, subject.patient)))
    return sentences


def _list_tests(subject: Subject) -> tuple[tuple[NextRow, ...], str]:
    """The best tests for their price, and what the table means or why there is none."""
    if not can_hide(subject.bundle):
        return (), NOT_TRAINED
    found = find_next_tests(subject.bundle, subject.patient, subject.cases, fees=subject.fees)
    if not found.tests:
        return (), "Nothing that the model could use is left to measure."
    rows = tuple(_describe_test(test) for test in found.tests[:MOST_TESTS])
    if subject.cases is None:
        return rows, (
            "The range over every possible result; how likely each is cannot be told, as the"
            f" patients that the model learnt from are not at hand. Prices: {SOURCE}."
        )
    undecided = "" if subject.prediction.label else f" {SIDES}"
    return rows, (
        f"With the results of up to {DRAWN} patients who are alike in what is known, sorted by the"
        f" chance of another decision for the price.{undecided} Prices: {SOURCE}."
    )


def _describe_test(test: NextTest) -> NextRow:
    then = (
        write_span(test.lowest, test.highest)
        if test.chance.value is None
        else write_span(test.low, test.high)
    )
    return NextRow(test.step.title, f"$ {test.cost:,.2f}", then, write_chance(test))


def _describe_model(bundle: Bundle) -> tuple[tuple[str, str], ...]:
    cohort = SHIPPED.get(bundle.data.cohort, bundle.data.cohort)
    train = bundle.metrics["train"]
    return (
        ("Name", f"{bundle.name}, made {bundle.created_at[:10]}"),
        (
            "Learnt from",
            (
                f"{train['n']} of {bundle.data.n} patients ({cohort}), {train['positives']} of them"
                " ill"
            ),
        ),
        ("Threshold", write_share(bundle.threshold.value)),
        ("Fingerprint", f"{fingerprint_of(bundle)} (SHA-256)"),
    )
