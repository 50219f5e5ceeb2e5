"""What a model is for, what it is not for, and where it ends: the sections that people have to
read.
"""

from __future__ import annotations

from heart.bundle.learnt import Learnt, write_sources
from heart.card.facts import Facts
from heart.evaluation.figures import METRICS, SHARES, write_figure
from heart.evaluation.thresholds import AFTER_TEST, RULES, ThresholdChoice
from heart.markdown import bullets, code, paragraphs, table
from heart.schema import TARGET_LABEL, feature
from heart.shares import write_share


def in_short(facts: Facts) -> str:
    """The model in six lines."""
    bundle = facts.bundle
    test = bundle.metrics["test"]
    rows = [
        ("Answers", "the probability that a coronary vessel is narrowed by more than 50 % now"),
        (
            "Learnt from",
            (
                f"{bundle.metrics['train']['n']} of {bundle.data.n} patients of"
                f" {code(bundle.data.cohort)}"
            ),
        ),
        (
            f"{METRICS['roc_auc'].label} on test",
            (
                f"{write_figure(test['figures']['roc_auc'], 'roc_auc')}, {test['n']} patients,"
                f" {test['positives']} diseased"
            ),
        ),
        (
            f"{METRICS['log_loss'].label} on test",
            write_figure(test["figures"]["log_loss"], "log_loss"),
        ),
        ("Decides “disease”", f"at {write_share(bundle.threshold.value, digits=1)} and above"),
        ("Made", f"{code(bundle.created_at)} with Heart {code(bundle.versions['heart'])}"),
    ]
    return table(("model", code(bundle.name)), rows)


def intended_use(facts: Facts) -> str:
    """For whom and what for."""
    whom = (
        "It speaks of adults **referred for coronary angiography in the 1980s**, at"
        if _is_of_the_collection(facts)
        else "It speaks of patients like those that it learnt from; who those were, the bundle does"
        " not say in full. Its questions are those of adults **referred for coronary"
        " angiography**, at"
    )
    return paragraphs(
        "For learning and research: a clinician in training enters what is known about a patient"
        " and gets a probability that can be questioned; an analyst sees how such a model is made"
        " and judged.",
        f"{whom} the time when the results of the tests are there and the angiogram is not. It says"
        " whether disease is present **now** (diagnostic), not what will happen.",
    )


def _is_of_the_collection(facts: Facts) -> bool:
    """Whether everybody it learnt from is a patient of the shipped hospitals."""
    return facts.learnt is not None and facts.learnt.all_public


def not_for(_: Facts) -> str:
    """What it must not be used for."""
    return bullets(
        [
            (
                "Deciding about a patient's care. It is no medical device and nobody has tried it"
                " in practice."
            ),
            (
                "Screening people without symptoms: where fewer are ill, the same probability means"
                " much less."
            ),
            "The risk of a heart attack, or of anything in the future.",
            (
                "Children, or patients whose coronary disease is known already: the question is"
                " another one."
            ),
            "Asking what would happen if a value changed: associations are not causes.",
            (
                "Other hospitals and later years without local patients to check it on; see *Other"
                " hospitals*."
            ),
        ]
    )


def threshold(facts: Facts) -> str:
    """The threshold and why."""
    choice = facts.bundle.threshold
    wanted = "" if choice.at_least is None else f", at least {write_share(choice.at_least)}"
    reason = (
        f"Disease is decided at **{choice.value:.4g}** and above. Rule:"
        f" {RULES[choice.rule].description}{wanted}. One missed patient counts as much as"
        f" {choice.cost_ratio:g} false alarms. {_chosen_on(choice)}"
    )
    test = facts.bundle.metrics["test"]
    counts = test["confusion"]
    matrix = table(
        (f"test part, {test['n']} patients", "decided: disease", "decided: no disease"),
        [
            ("diseased", str(counts["tp"]), str(counts["fn"])),
            ("healthy", str(counts["fp"]), str(counts["tn"])),
        ],
    )
    shares = ", ".join(
        f"{METRICS[name].words} {write_figure(test['figures'][name], name)}"
        for name in SHARES
        if name in test["figures"] and name != "accuracy"
    )
    return paragraphs(
        reason,
        matrix,
        f"{shares}. Predictive values hold for the test part's share of disease alone.",
    )


def _chosen_on(choice: ThresholdChoice) -> str:
    """On which patients, as a sentence."""
    if choice.chosen_on == AFTER_TEST:
        return (
            "Before it was chosen, another chosen threshold had been reported on the test part:"
            " its figures there may be better than those on new patients."
        )
    if choice.rule == "manual":  # files of earlier versions name patients here
        return "Chosen on no patients: a person set it."
    return f"Chosen on: {choice.chosen_on}."


def limits(facts: Facts) -> str:
    """Where it ends."""
    imaging = " and ".join(f"`{name}` ({feature(name).words})" for name in ("ca", "thal"))
    lines = [
        (
            f"{imaging} come from fluoroscopy and a thallium scan, tests that a clinic may not"
            " have; without them the model says less."
        ),
        *_limits_of_patients(facts),
        (
            "The spread of the members is the model's own uncertainty, not a range that a patient"
            " will fall in."
        ),
    ]
    if facts.needed is not None and facts.bundle.metrics["train"]["n"] < min(
        size.needed for size in facts.needed.values()
    ):
        lines.insert(
            0, "It learnt from fewer patients than the criteria ask for; see *Sample size*."
        )
    if facts.split is None:
        lines.insert(
            0,
            "The cohort is not here, so much of this card could not be computed and rests on what"
            " the bundle says of itself.",
        )
    return bullets(lines)


def _limits_of_patients(facts: Facts) -> list[str]:
    if not _is_of_the_collection(facts):
        return [
            (
                "When, how and from whom its data were taken is not known of all its patients, nor"
                " how well the people who read the outcome agreed."
            )
        ]
    return [
        (
            "The patients were referred because somebody suspected disease: the share of disease is"
            " far above that of the population."
        ),
        "The data are from the 1980s. Tests, treatment and referral have changed since.",
        (
            "The outcome was read from angiograms by people; how well two of them agreed is not"
            " recorded."
        ),
    ]


def data(facts: Facts) -> str:
    """Where the patients come from, and the outcome."""
    bundle = facts.bundle
    counts = (
        f"Cohort {code(bundle.data.cohort)}: {bundle.data.n} patients, {bundle.data.positives} of"
        " them diseased."
    )
    fingerprint = f"SHA-256 of the table: {code(bundle.data.fingerprint)}."
    parts = table(
        ("part", "patients", "diseased", "used for"),
        [
            (name, str(part["n"]), str(part["positives"]), what)
            for (name, part), what in zip(
                bundle.metrics.items(),
                ("fitting", "stopping, and rules that choose a threshold", "reporting only"),
                strict=True,
            )
        ],
    )
    # a table that was read from disk is not stratified, and a bundle does not say so
    stratified = "" if facts.split is None else "stratified by outcome, "
    split = (
        f"Cut at random, {stratified}identical patients on one side, seed"
        f" {bundle.settings.random_state}."
    )
    return paragraphs(
        f"{counts} {_write_origin(facts.learnt)}",
        f"Outcome: {TARGET_LABEL.lower()}.",
        parts,
        split,
        fingerprint,
    )


def _write_origin(learnt: Learnt | None) -> str:
    """Which hospitals the patients of the three parts are from, as far as it is known."""
    if learnt is None:
        return (
            "Where these patients come from, when and how they were chosen, the bundle does not"
            " say: ask whoever made it."
        )
    sentences = [f"In the three parts: {write_sources(learnt)}."]
    if learnt.hospitals:
        sentences.append(
            "The shipped hospitals are those of the UCI Heart Disease collection, 1989 (DOI"
            " 10.24432/C52P4X, CC BY 4.0); collected by A. Janosi, W. Steinbrunn, M. Pfisterer and"
            " R. Detrano. Patients undergoing coronary angiography, described in Detrano et al.,"
            " American Journal of Cardiology 1989;64:304-310."
        )
    if not learnt.all_public:
        sentences.append(
            "Where the patients of none of the shipped hospitals come from, when and how they were"
            " chosen, the bundle does not say: ask whoever made it."
        )
    return " ".join(sentences)
