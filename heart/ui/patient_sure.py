"""The Patient page's part "How sure"."""

from __future__ import annotations

import math
from collections.abc import Mapping

import pandas as pd
import streamlit as st

from heart.bundle import Bundle
from heart.charts.explain import certainty_ranges
from heart.evaluation.figures import Figure
from heart.evaluation.intervals import proportion
from heart.explain.cases import Cases
from heart.explain.certainty import (
    CLOSEST,
    WANTED,
    Members,
    Nearby,
    Novelty,
    Place,
    ZoneOf,
    find_nearby,
    find_novelty,
    find_places,
    find_zone,
    member_spread,
)
from heart.schema import Value
from heart.ui.cache import show_chart
from heart.ui.out_of_fold import ask_for_out_of_fold, find_out_of_fold
from heart.ui.patient_answer import Answer
from heart.ui.patient_cases import (
    Unseen,
    find_cases,
    find_unseen,
    name_cohort,
    not_here,
    write_value,
)
from heart.ui.session import Session

ZONES = {"rule out": "Rule out", "cannot tell": "Cannot tell", "rule in": "Rule in"}
PEOPLE: Mapping[Value | None, str] = {0: "women", 1: "men"}
FAR, EDGE = 0.01, 0.05
"""Shares of the cohort that are as far from their nearest patients."""


def show_sure(answer: Answer) -> None:
    """The members, what such answers were worth, and whether the model knows such patients."""
    session, probability = answer.session, answer.prediction.probability
    cases = find_cases(session)
    unseen = None if cases is None else find_unseen(session)
    members = member_spread(session.bundle, answer.patient)
    left, right = st.columns(2, gap="large")
    with left:
        zone = nearby = None
        if unseen is not None:
            zone, nearby = find_zone(*unseen, probability), find_nearby(*unseen, probability)
        _draw(session.bundle, probability, members, zone, nearby)
        st.markdown("**The model itself**")
        st.markdown(describe_members(members))
        st.markdown(describe_test_part(session.bundle, is_positive=answer.prediction.is_positive))
        st.markdown("**What such answers were worth**")
        _show_unseen(session, cases, unseen, zone, nearby)
    with right:
        st.markdown("**Does the model know such patients?**")
        if cases is None:
            st.info(not_here(session), icon="❔")
        else:
            _show_familiarity(answer, cases)


def _draw(
    bundle: Bundle,
    probability: float,
    members: Members | None,
    zone: ZoneOf | None,
    nearby: Nearby | None,
) -> None:
    frame = ranges_frame(bundle, probability, members, zone, nearby)
    if not frame.empty:
        show_chart(
            certainty_ranges,
            frame,
            alt="The answer with its members' range, and the share that was ill among patients"
            " with this probability, beside the threshold and the borders of the zones",
        )
        borders = "" if zone is None else ", dotted the borders of the zones"
        st.caption(f"Dashed: the threshold{borders}.")


def ranges_frame(
    bundle: Bundle,
    probability: float,
    members: Members | None,
    zone: ZoneOf | None,
    nearby: Nearby | None,
) -> pd.DataFrame:
    """What `certainty_ranges` draws: a row for the members, a row for patients with this
    probability, as far as they are there.
    """
    rows: list[tuple[str, float | None, float | None, float | None]] = []
    if members is not None:
        rows.append(("Answer, nine of ten members", probability, members.low, members.high))
    if nearby is not None:
        rows.append(("Were ill, 95 % interval", *nearby.share))
    borders = (math.nan, math.nan)
    if zone is not None:
        out, _, ruled_in = zone.zones.zones
        borders = (out.high, ruled_in.low)
    frame = pd.DataFrame(rows, columns=["what", "value", "low", "high"])
    return frame.assign(threshold=bundle.threshold.value, rule_out=borders[0], rule_in=borders[1])


def describe_members(members: Members | None) -> str:
    """The members' spread in words."""
    if members is None:
        return (
            "This model has a single member, so it shows no spread of its own. That does not make"
            " it sure."
        )
    return (
        f"{members.positive} of its {members.n} members are at or above the threshold. Nine of ten"
        f" say {members.low:.0%} to {members.high:.0%}, all of them {members.lowest:.0%} to"
        f" {members.highest:.0%}. That is the model's own uncertainty, not a range the patient"
        " will fall in."
    )


def describe_test_part(bundle: Bundle, *, is_positive: bool) -> str:
    """What those of the test part had about whom the model decided the same."""
    counts = bundle.metrics["test"]["confusion"]
    ill, healthy = (counts["tp"], counts["fp"]) if is_positive else (counts["fn"], counts["tn"])
    word = "disease" if is_positive else "no disease"
    if ill + healthy == 0:
        return f"Of nobody in its test part the model decided “{word}”."
    return (
        f"In its test part it decided “{word}” for {ill + healthy} patients;"
        f" {_were_ill(ill, proportion(ill, ill + healthy))}."
    )


def _were_ill(diseased: int, share: Figure) -> str:
    """As in "24 were ill (77 %, exact 95 % interval 59 % to 90 %)"."""
    verb = "was" if diseased == 1 else "were"
    return (
        f"{diseased} {verb} ill ({share.value:.0%}, exact 95 % interval {share.low:.0%} to"
        f" {share.high:.0%})"
    )


def _show_unseen(
    session: Session,
    cases: Cases | None,
    unseen: Unseen | None,
    zone: ZoneOf | None,
    nearby: Nearby | None,
) -> None:
    if cases is None:
        st.info(not_here(session), icon="❔")
        return
    if unseen is None or zone is None or nearby is None:
        st.markdown(
            "What patients with this probability turned out to have is not known yet: it is judged"
            " on patients that the model did not see."
        )
        ask_for_out_of_fold()
        return
    st.markdown(describe_zone(zone, len(unseen.y_true)))
    st.markdown(describe_nearby(nearby))
    st.caption(_origin(session, len(unseen.y_true)))


def describe_zone(found: ZoneOf, patients: int) -> str:
    """The zone and what its patients had."""
    zone = found.zone
    where = f"**{ZONES[zone.name]}** ({zone.low:.0%} to {zone.high:.0%})"
    if zone.patients == 0:
        return f"{where}: in cross-validation nobody fell into this zone."
    return (
        f"{where}: in cross-validation {zone.patients} of {patients} patients fell into this zone;"
        f" {_were_ill(zone.diseased, zone.share)}. Its borders keep a sensitivity and a specificity"
        f" of {WANTED:.0%} on these patients."
    )


def describe_nearby(nearby: Nearby) -> str:
    """What patients with this probability had, and whether that fits."""
    low, high = nearby.share.low or 0.0, nearby.share.high or 0.0
    if nearby.expected < low:
        verdict = "more often than the model said"
    elif nearby.expected > high:
        verdict = "less often than the model said"
    else:
        verdict = "which agrees with what the model said"
    return (
        f"Of the {nearby.patients} patients in cross-validation with the nearest probabilities"
        f" ({nearby.low:.0%} to {nearby.high:.0%}, on average {nearby.expected:.0%})"
        f" {_were_ill(nearby.diseased, nearby.share)}, {verdict}."
    )


def _origin(session: Session, patients: int) -> str:
    bundle, predictions = session.bundle, find_out_of_fold(session)
    folds, repeats = (
        (0, 0) if predictions is None else (predictions.n_folds, len(predictions.y_score))
    )
    mapped = (
        ""
        if bundle.recalibration.method == "none"
        else " They are mapped by the model's recalibration, which was fitted on the same"
        " predictions."
    )
    return (
        f"Cross-validation: {patients} train and valid patients of {name_cohort(session)}, each"
        f" predicted by models with this model's settings that did not see that patient ({folds}"
        f" folds, {repeats} times, the mean). The figures are of this recipe and cohort, not of"
        f" this very network.{mapped}"
    )


def _show_familiarity(answer: Answer, cases: Cases) -> None:
    st.markdown(describe_novelty(find_novelty(cases, answer.patient)))
    places = find_places(cases, answer.patient)
    if places:
        st.table(places_table(places))
    st.caption(
        f"The cohort: {cases.of} patients of {name_cohort(answer.session)}. Distance: Gower's, on"
        " the values that are known. It says how usual the patient is, not whether the answer is"
        " right."
    )


def describe_novelty(novelty: Novelty) -> str:
    """How far from the cohort, in words."""
    if novelty.distance is None:
        return "Too few values are known in common with the cohort's patients to tell."
    share = novelty.farther / novelty.compared
    verdict = (
        "**Unlike the cohort**: the answer is an extrapolation"
        if share < FAR
        else "**At the edge of the cohort**"
        if share < EDGE
        else "**Inside the cohort**"
    )
    return (
        f"{verdict}. The {CLOSEST} nearest patients are {novelty.distance:.2f} away on average (0:"
        f" the same in all values). Of {novelty.compared} patients of the cohort"
        f" {novelty.farther} {'is' if novelty.farther == 1 else 'are'} as far from their nearest,"
        f" or farther; half are nearer than {novelty.typical:.2f}."
    )


def places_table(places: tuple[Place, ...]) -> pd.DataFrame:
    """One row a known value: the value, and where it stands."""
    rows = {
        place.feature.label: {
            "value": write_value(place.feature, place.value),
            "among the cohort's": _write_place(place),
        }
        for place in places
    }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("measurement")


def _write_place(place: Place) -> str:
    people = PEOPLE.get(place.sex, "patients")
    if place.patients == 0:
        return f"known of none of its {people}"
    of = f"{place.patients} {people}"
    if place.feature.is_coded:
        share = place.same / place.patients
        return f"⚠ none of {of}" if place.outside else f"{place.same} of {of} ({share:.0%})"
    if place.outside:
        return f"⚠ {'above' if place.below > 0.5 else 'below'} all {of}"
    return f"above {place.below:.0%} of {of}"
