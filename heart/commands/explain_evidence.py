"""What `explain` says from the patients that a bundle learnt from: how sure, who is alike, what to
measure next.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from heart.commands.fees import plain_or_none, read_fees

if TYPE_CHECKING:
    from heart.commands.question import Question
    from heart.evaluation.figures import Figure
    from heart.explain.cases import Cases
    from heart.explain.certainty import Place
    from heart.explain.next_tests import NextTest

NOT_HERE = "the patients that the model learnt from are not here; name their file with --cohort"
NOT_COMPUTED = (
    "no out-of-fold predictions are stored for this model; the Patient page computes them"
)
NOT_TRAINED = "no values were hidden from the model in training (masking 0)"


def how_sure(question: Question) -> dict[str, Any]:
    """The members, the zone, what such answers were worth, and how usual the patient is."""
    from heart.data.patients import canonical_patient
    from heart.explain.certainty import find_novelty, find_places, member_spread

    bundle, patient = question.bundle, canonical_patient(question.patient)
    members = member_spread(bundle, patient)
    told: dict[str, Any] = {"members": None if members is None else members._asdict()}
    cases = gather(question)
    if cases is None:
        return told | {"unknown": NOT_HERE}
    novelty = find_novelty(cases, patient)
    return (
        told
        | _judge(question, patient)
        | {
            "novelty": {name: plain_or_none(v) for name, v in novelty._asdict().items()},
            "places": [_describe_place(place) for place in find_places(cases, patient)],
        }
    )


def _judge(question: Question, patient: Any) -> dict[str, Any]:
    """What out-of-fold predictions say of this probability."""
    from heart.experiments.stored import find_stored, recalibrated
    from heart.explain.certainty import find_nearby, find_zone
    from heart.scoring.patient import predict_patient

    stored = find_stored(question.bundle)
    if stored is None:
        return {"zone": None, "nearby": None, "unknown": NOT_COMPUTED}
    predictions = recalibrated(question.bundle, stored)
    unseen = predictions.y_true, predictions.mean_score
    probability = predict_patient(question.bundle, patient).probability
    zone, nearby = find_zone(*unseen, probability).zone, find_nearby(*unseen, probability)
    return {
        "zone": {**zone._asdict(), "share": list(zone.share)},
        "nearby": {**nearby._asdict(), "share": list(nearby.share)},
    }


def _describe_place(place: Place) -> dict[str, Any]:
    return {
        "feature": place.feature.name,
        "value": place.feature.describe(place.value),
        "sex": place.sex,
        "patients": place.patients,
        "below": plain_or_none(place.below),
        "same": place.same,
        "outside": place.outside,
    }


def alike(question: Question) -> dict[str, Any]:
    """The most alike patients of the model's cohort, and how many of them were ill."""
    from heart.data.patients import canonical_patient
    from heart.explain.neighbours import find_neighbours

    cases = gather(question)
    if cases is None:
        return {"unknown": NOT_HERE}
    found = find_neighbours(cases, canonical_patient(question.patient))
    rows = cases.features.index
    return {
        "cohort": cases.cohort,
        "of": len(found.rows),
        "diseased": found.diseased,
        "share": list(found.share),
        "itself": rows[found.itself].tolist(),
        "patients": [
            {
                "row": int(rows[i]),
                "diseased": bool(cases.y_true[i]),
                "probability": float(cases.y_score[i]),
                "probability_is": str(cases.source[i]),
                "distance": float(distance),
                "shared": int(shared),
            }
            for i, distance, shared in zip(found.rows, found.distance, found.shared, strict=True)
        ],
    }


def next_tests(question: Question) -> dict[str, Any]:
    """The tests that were not done, by their chance of another decision for 100 dollars."""
    from heart.data.patients import canonical_patient
    from heart.explain.next_tests import can_hide, find_next_tests

    if not can_hide(question.bundle):
        return {"tests": None, "unknown": NOT_TRAINED}
    cases, fees = gather(question), read_fees(question.fee)
    found = find_next_tests(question.bundle, canonical_patient(question.patient), cases, fees=fees)
    told = {"tests": [_describe_test(test) for test in found.tests], "unread": list(found.unread)}
    return told if cases is not None else told | {"unknown": NOT_HERE}


def _describe_test(test: NextTest) -> dict[str, Any]:
    chance: Figure = test.chance
    return {
        "test": test.name,
        "measures": ", ".join(test.measured),
        "dollars": test.cost,
        "later": test.later,
        "results_tried": test.drawn,
        "low": plain_or_none(test.low),
        "middle": plain_or_none(test.middle),
        "high": plain_or_none(test.high),
        "decision_changes": test.changed,
        "chance": chance.value,
        "chance_low": chance.low,
        "chance_high": chance.high,
        "chance_per_100_dollars": plain_or_none(test.per_100),
        "lowest_possible": test.lowest,
        "highest_possible": test.highest,
    }


def gather(question: Question) -> Cases | None:
    """The model's patients with its answers; None where they are not here."""
    from heart.experiments.run import split_for
    from heart.experiments.stored import find_stored
    from heart.explain.cases import gather_cases

    if question.cohort is None:
        return None
    split = split_for(question.cohort, question.bundle.settings)
    return gather_cases(question.bundle, split, find_stored(question.bundle))
