"""`explain`: one patient and one model, questioned."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from heart.commands.explain_evidence import alike, how_sure, next_tests
from heart.commands.fees import fee_option
from heart.commands.inputs import (
    CohortChoice,
    bundle_argument,
    command,
    find_bundle,
    own_cohort_option,
)
from heart.commands.model_cohort import find_model_cohort
from heart.commands.predict import answer, features_options
from heart.commands.question import Question

if TYPE_CHECKING:
    from heart.explain.what_if import Curve
    from heart.explain.why import Step

TO_NAME = "Name their file with --cohort."

WHAT_IF = (
    "the model's answers for patients who differ in this value alone, not what changing it would do"
)


@command
@bundle_argument
@features_options
@own_cohort_option
@fee_option
def explain(
    *,
    bundle: str | None,
    cohort: CohortChoice | None,
    fee: tuple[str, ...],
    **patient: str | None,
) -> dict[str, Any]:
    """Why one patient gets this probability, how sure it is, who is alike, what the model would
    answer if a value were different, and what to measure next; what is not given is not known.
    """
    chosen = find_bundle(bundle)
    told = answer(chosen, patient)  # refuses a patient that cannot be, with what may be meant
    note = told.pop("note")
    question = Question(chosen, patient, find_model_cohort(chosen, cohort), fee)
    return told | {key: part(question) for key, part in PARTS.items()} | {"note": note}


def why(question: Question) -> dict[str, Any]:
    """From nothing known to the answer, one row a feature, the largest contribution first."""
    from heart.explain.why import explain_patient
    from heart.explain.words import NO_GAME, describe_start

    cohort = None if question.cohort is None else question.cohort.features
    told = explain_patient(question.bundle, question.patient, cohort=cohort)
    if told is None:
        return {"game": None, "why_none": f"{NO_GAME} {TO_NAME}"}
    return {
        "game": told.game,
        "starts_at": told.base,
        "start": describe_start(told),
        "steps": [_describe_step(step) for step in told.steps],
    }


def _describe_step(step: Step) -> dict[str, Any]:
    return {
        "feature": step.feature.name,
        "value": None if step.value is None else step.feature.describe(step.value),
        "effect": step.effect if step.is_used else "not known" if step.value is None else "unseen",
        "log_odds": step.contribution,
        "log_odds_low": step.low,
        "log_odds_high": step.high,
        "probability_after": step.after,
    }


def ask_what_if(question: Question) -> dict[str, Any]:
    """For each feature where over its values the probability is lowest and highest, all others as
    they are.
    """
    from heart.explain.what_if import what_if

    curves = what_if(question.bundle, question.patient)
    return {"means": WHAT_IF, "features": [_describe_curve(curve) for curve in curves]}


def _describe_curve(curve: Curve) -> dict[str, Any]:
    known = curve.table[curve.table["value"].notna()].sort_values("probability", kind="stable")
    (least, most) = known.iloc[[0, -1]].to_dict("records")
    own = curve.table.loc[curve.table["is_patient"], "words"].item()
    return {
        "feature": curve.feature.name,
        "value": own,
        "lowest": least["probability"],
        "lowest_at": least["words"],
        "highest": most["probability"],
        "highest_at": most["words"],
        "can_change": curve.can_change,
    }


PARTS: Mapping[str, Callable[[Question], Any]] = {
    "why": why,
    "what_if": ask_what_if,
    "how_sure": how_sure,
    "alike": alike,
    "next": next_tests,
}
"""Key of the answer, and what makes it; in the order in which they are printed."""
