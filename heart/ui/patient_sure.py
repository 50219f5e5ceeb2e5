"""The Patient page's part "How sure"."""

from __future__ import annotations

import math
from collections.abc import Mapping

import pandas as pd
import streamlit as st

from heart.bundle import Bundle
from heart.charts.explain import certainty_ranges
from heart.evaluation.members import MANY
from heart.explain.cases import Cases, Unseen
from heart.explain.certainty import (
    Members,
    Nearby,
    Place,
    ZoneOf,
    find_nearby,
    find_novelty,
    find_places,
    find_zone,
    member_spread,
)
from heart.explain.words import (
    describe_members,
    describe_nearby,
    describe_novelty,
    describe_test_part,
    describe_unknown,
    describe_zone,
    write_value,
)
from heart.schema import Value
from heart.shares import write_share
from heart.ui.downloads import show_chart_with_data, show_table_with_data
from heart.ui.out_of_fold import ask_for_out_of_fold, find_out_of_fold
from heart.ui.patient_answer import Answer
from heart.ui.patient_cases import find_cases, find_unseen, name_cohort, not_here
from heart.ui.session import Session

PEOPLE: Mapping[Value | None, str] = {0: "women", 1: "men"}


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
        if answer.prediction.label is not None:
            st.markdown(
                describe_test_part(session.bundle, is_positive=answer.prediction.is_positive)
            )
        st.markdown("**What such answers were worth**")
        _show_unseen(answer, cases, unseen, zone, nearby)
    with right:
        st.markdown("**Does the model know such patients?**")
        if cases is None:
            st.info(not_here(session), icon=":material/help:")
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
        show_chart_with_data(
            certainty_ranges,
            frame,
            alt="The answer with its members' range, and the share that was ill among patients"
            " with this probability, beside the threshold and the borders of the zones",
            name="how-sure.csv",
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
        rows.append(
            ("Answer, nine of ten members", probability, members.low, members.high)
            if members.n >= MANY
            else ("Answer, all members", probability, members.lowest, members.highest)
        )
    if nearby is not None:
        rows.append(("Were ill, 95 % interval", *nearby.share))
    borders = (math.nan, math.nan)
    if zone is not None:
        out, _, ruled_in = zone.zones.zones
        borders = (out.high, ruled_in.low)
    frame = pd.DataFrame(rows, columns=["what", "value", "low", "high"])
    return frame.assign(threshold=bundle.threshold.value, rule_out=borders[0], rule_in=borders[1])


def _show_unseen(
    answer: Answer,
    cases: Cases | None,
    unseen: Unseen | None,
    zone: ZoneOf | None,
    nearby: Nearby | None,
) -> None:
    session = answer.session
    if cases is None:
        st.info(not_here(session), icon=":material/help:")
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
    if unlike := describe_unknown(session.bundle, answer.patient):
        st.markdown(unlike)
    st.caption(_origin(session, len(unseen.y_true)))


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
        table = places_table(places, units=answer.session.units)
        show_table_with_data(table, table, name="how-usual.csv")
    st.caption(
        f"The cohort: {cases.of} patients of {name_cohort(answer.session)}. Distance: Gower's, on"
        " the values that are known. It says how usual the patient is, not whether the answer is"
        " right."
    )


def places_table(places: tuple[Place, ...], *, units: str) -> pd.DataFrame:
    """One row a known value: the value, and where it stands."""
    rows = {
        place.feature.in_units(units).label: {
            "value": write_value(place.feature, place.value, units),
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
        return (
            f":material/warning: none of {of}"
            if place.outside
            else f"{place.same} of {of} ({write_share(share)})"
        )
    if place.outside:
        return f":material/warning: {'above' if place.below > 0.5 else 'below'} all {of}"
    return f"above {write_share(place.below)} of {of}"
