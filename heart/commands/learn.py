"""`learn`: what each lesson of the Learn page claims, computed."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import click

from heart.commands import learn_networks, learn_patients
from heart.commands.inputs import WHOLE, OneOf, command
from heart.errors import SettingsError
from heart.lessons import LESSONS, Lesson
from heart.lessons.terms import TERMS, Term

MAX_SEED = 9_999


@command
@click.argument(
    "lesson", required=False, type=OneOf(LESSONS), help="[default: say which there are]"
)
@click.option("--random-state", type=WHOLE, default=0, help=f"seed, 0 to {MAX_SEED}")
@click.option("--answer", help="to the lesson's exercise: is it right, and why")
@click.option("--glossary", is_flag=True, help="the words of the lessons, with their meanings")
def learn(
    *, lesson: str | None, random_state: int, answer: str | None, glossary: bool
) -> dict[str, Any]:
    """Compute what a lesson of the Learn page claims, or check an answer to its exercise."""
    if glossary:
        return {"glossary": [_define(term) for term in TERMS.values()]}
    if lesson is None:
        if answer is not None:
            raise SettingsError(
                "the lesson whose exercise is answered", "no lesson", "Name it before --answer."
            )
        return {"lessons": list(LESSONS), "course": [_describe(each) for each in LESSONS.values()]}
    if not 0 <= random_state <= MAX_SEED:
        raise SettingsError(
            f"a seed from 0 to {MAX_SEED:,}", str(random_state), "Choose one inside."
        )
    # the networks are tiny: on a busy machine threads only wait for each other (torch reads this
    # when it is loaded, which is below)
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    if answer is not None:
        return _check_answer(lesson, answer)
    figures = FIGURES[lesson](random_state)
    return {"lesson": lesson, "random_state": random_state, **figures, **_exercise(lesson)}


def _define(term: Term) -> dict[str, Any]:
    """A word as the glossary has it; formulas are LaTeX."""
    also = ", ".join(term.also)
    return {"word": term.name, "also": also, "meaning": term.meaning, "formula": term.formula}


def _describe(lesson: Lesson) -> dict[str, Any]:
    """A lesson as its card on the Learn page has it."""
    return {
        "lesson": lesson.name,
        "title": lesson.title,
        "minutes": lesson.minutes,
        "builds_on": ", ".join(lesson.builds_on),
    }


def _exercise(lesson: str) -> dict[str, Any]:
    """What the lesson asks in the end."""
    from heart.lessons.exercise import Choice
    from heart.lessons.exercises import EXERCISES

    question, kind, _ = EXERCISES[lesson]
    options = {"options": list(kind.options)} if isinstance(kind, Choice) else {}
    return {"exercise": {"question": question.replace("**", ""), **options}}


def _check_answer(lesson: str, answer: str) -> dict[str, Any]:
    """What an answer to the lesson's exercise is worth."""
    from heart.lessons.exercises import EXERCISES

    return {"lesson": lesson, "answer": answer, **EXERCISES[lesson].check(answer)._asdict()}


FIGURES: dict[str, Callable[[int], dict[str, Any]]] = {
    "neuron": learn_networks.neuron,
    "loss": learn_networks.loss,
    "logits": learn_networks.logits,
    "encodings": learn_patients.encodings,
    "classes": learn_networks.classes,
    "boundaries": learn_networks.boundaries,
    "overfitting": learn_networks.overfitting,
    "leakage": learn_patients.leakage,
    "metrics": learn_patients.metrics,
    "calibration": learn_patients.calibration,
    "missing": learn_patients.missing,
}
"""What computes each lesson's figures from a seed."""
