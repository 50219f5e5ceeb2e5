"""The patients that a bundle learnt from, where a command has them at hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from heart.errors import CohortError

if TYPE_CHECKING:
    from heart.bundle import Bundle
    from heart.commands.inputs import CohortChoice
    from heart.data import Cohort
    from heart.explain.cases import Cases, Unseen


class Evidence(NamedTuple):
    """What there is to compare a patient with.

    Attributes:
        cases: the patients that the model learnt from; None where they are not at hand.
        unseen: what models of its recipe said of those that they had not seen; None where that is
            not stored.
    """

    cases: Cases | None
    unseen: Unseen | None


def find_model_cohort(bundle: Bundle, choice: CohortChoice | None) -> Cohort | None:
    """The cohort that the bundle learnt from, by its fingerprint: shipped, or the one that was
    named; None where it was not named and is not shipped.

    Args:
        bundle: the model; it carries no patients.
        choice: what `--cohort` named (`heart.commands.inputs.own_cohort_option`).

    Raises:
        CohortError: if a cohort was named and is another one.
    """
    from heart.experiments.run import find_cohort

    named = None if choice is None else choice.read()
    cohort = find_cohort(bundle, () if named is None else (named,))
    if named is not None and (cohort is None or cohort.fingerprint != named.fingerprint):
        raise CohortError(
            f"the cohort that {bundle.name} learnt from: {bundle.data.cohort!r},"
            f" {bundle.data.n} patients",
            f"another table: {named.name!r}, {named.n} patients",
            "Name the file that the model was trained on, or leave out --cohort.",
        )
    return cohort


def gather_evidence(bundle: Bundle, cohort: Cohort | None) -> Evidence:
    """The patients of a bundle's cohort, and what is stored of them.

    Args:
        bundle: the model.
        cohort: the one that it learnt from, as `find_model_cohort` gives it.
    """
    from heart.experiments.run import split_of
    from heart.experiments.stored import find_stored
    from heart.explain.cases import gather_cases, recalibrate_unseen

    if cohort is None:
        return Evidence(None, None)
    predictions = find_stored(bundle)
    return Evidence(
        gather_cases(bundle, split_of(bundle, [cohort]), predictions),
        None if predictions is None else recalibrate_unseen(bundle, predictions),
    )
