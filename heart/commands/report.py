"""`report`: one page about one patient, to be printed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from heart.commands.inputs import (
    CohortChoice,
    bundle_argument,
    command,
    find_bundle,
    own_cohort_option,
)
from heart.commands.model_cohort import find_model_cohort, gather_evidence
from heart.commands.predict import features_options, find_place, predict_one, prevalence_option
from heart.commands.targets import Target, out_option


@command
@bundle_argument
@prevalence_option
@features_options
@own_cohort_option
@out_option(
    "the page to write, .html", {".html": b"<title>Heart: one patient"}, required=True, binary=False
)
def report(
    *,
    bundle: str | None,
    prevalence: float | None,
    cohort: CohortChoice | None,
    out: Target,
    **patient: str | None,
) -> dict[str, Any]:
    """Write one page about one patient, to be printed; what is not given is not known."""
    from heart.data.patients import canonical_patient
    from heart.explain.report import Subject, make_report
    from heart.explain.report_page import to_html

    chosen = find_bundle(bundle)
    prediction = predict_one(chosen, patient)
    learnt_from = find_model_cohort(chosen, cohort)
    cases, unseen = gather_evidence(chosen, learnt_from)
    subject = Subject(
        bundle=chosen,
        patient=canonical_patient(patient),
        prediction=prediction,
        cases=cases,
        cohort=None if learnt_from is None else learnt_from.features,
        unseen=unseen,
        place=None if prevalence is None else find_place(chosen, prevalence),
    )
    page = to_html(make_report(subject, made_at=datetime.now().astimezone()))
    out.write(page.encode())
    return {
        "written": str(out),
        "name": chosen.name,
        "probability": prediction.probability,
        "decision": prediction.label,
        "no_decision": prediction.why_undecided,
        "near_threshold": prediction.why_near,
        "note": "a probability, not a diagnosis",
    }
