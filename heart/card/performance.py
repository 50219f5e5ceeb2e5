"""How a model was trained and judged: the sections that analysts have to read."""

from __future__ import annotations

from heart.card.facts import Facts, characteristics
from heart.config import Settings
from heart.evaluation.figures import (
    METRICS,
    known_figures,
    write_agreement,
    write_calibration,
    write_figure,
    write_value,
)
from heart.evaluation.judged import Judged
from heart.experiments.contenders import write_how_chosen
from heart.markdown import bullets, code, paragraphs, table
from heart.shares import write_share

ABSENT = "The patients that this model was developed on are not here, so this cannot be computed."

ELSEWHERE = ("roc_auc", "log_loss", "recall", "specificity")
"""Figures of the other hospitals."""


def who(facts: Facts) -> str:
    """The patients' characteristics by outcome."""
    if facts.cohort is None:
        return ABSENT
    rows = characteristics(facts.cohort).itertuples(index=False)
    caption = (
        "Numbers: median (quartiles). Codes: patients (share of those known). All parts together."
    )
    return paragraphs(table(("feature", "healthy", "diseased", "not known"), rows), caption)


def predictors(facts: Facts) -> str:
    """What the model reads."""
    preprocessor = facts.bundle.preprocessor
    rows = []
    for feature in preprocessor.features:
        bounds = preprocessor.ranges.get(feature.name)
        seen = "" if bounds is None else f"{bounds[0]:g} to {bounds[1]:g}"
        rows.append((f"`{feature.name}`", feature.title, feature.domain, seen))
    return table(("name", "meaning", "possible values", "seen in training"), rows)


_AS = {"number": "a number", "category": "a category", "both": "a category and as a number"}


def _describe_members(settings: Settings) -> str:
    """How many networks there are, and of what they consist."""
    answer = ", whose mean is the answer" if settings.members > 1 else ""
    if not settings.hidden:
        return (
            f"Members: {settings.members} networks without a hidden layer, logistic regressions of"
            f" what they read, side by side{answer}."
        )
    layers = ", ".join(map(str, settings.hidden))
    direct = ", with a direct path from the inputs to the log-odds" if settings.linear_path else ""
    return (
        f"Members: {settings.members} multilayer perceptrons side by side{answer}. Each with hidden"
        f" layers of {layers}, ReLU{direct}."
    )


def training(facts: Facts) -> str:
    """Network and training."""
    bundle, settings = facts.bundle, facts.bundle.settings
    preprocessor = bundle.preprocessor
    stopped = f", stopped on valid (patience {settings.patience})" if settings.patience else ""
    fitted = (
        f", fitted on {bundle.recalibration.patients} out-of-fold predictions"
        if bundle.recalibration.patients
        else ""
    )
    bends = (
        f", and as shares of {settings.pieces} pieces between quantiles of train"
        if settings.pieces > 1
        else ""
    )
    dropout = f", dropout {settings.dropout:g}" if settings.hidden else ""
    lines = [
        _describe_members(settings),
        (
            f"Numbers standardised (mean and standard deviation of train){bends}, categories as"
            f" {settings.categories}."
        ),
        *(
            f"{code(f.name)}, whose codes have an order, enters as {_AS[preprocessor.entry_of(f)]}."
            for f in preprocessor.features
            if f.name in settings.entries
        ),
        (f"AdamW, step size {settings.lr:g}, weight decay {settings.weight_decay:g}{dropout}."),
        (
            f"Batches of {settings.batch_size}, {bundle.epochs_run} epochs of at most"
            f" {settings.max_epochs}{stopped}, on {bundle.device_used}."
        ),
        f"Recalibration: {bundle.recalibration.method}{fitted}.",
        f"Random state {settings.random_state}; recipe {code(settings.recipe)}.",
        (
            "Classes are not weighted or resampled, which would spoil the probabilities; what"
            " mistakes cost enters through the threshold."
        ),
    ]
    return bullets(lines)


def missing(facts: Facts) -> str:
    """How unknown values are handled."""
    settings = facts.bundle.settings
    masked = (
        f"In training {write_share(settings.masking)} of the values were hidden at random, so that"
        " the model"
        " learnt what unknown means."
        if settings.masking
        else "Values were not hidden in training: with unknown values the model is less to be trusted."  # noqa: E501
    )
    left_out = (
        "Patients with a missing value were left out of training."
        if settings.complete_rows
        else "No patient was left out."
    )
    flags = ", with a flag that says so" if settings.missing_flags else ""
    return (
        f"A missing number becomes the train median{flags}; a missing or unseen category has a code"
        f" of its own. {masked} {left_out}"
    )


def sample(facts: Facts) -> str:
    """The sample size beside those that the criteria ask for."""
    if facts.needed is None:
        return (
            "The bundle names patients of one outcome only, or it learnt nothing of any feature: no"
            " sample size can be asked for."
        )
    n = facts.bundle.metrics["train"]["n"]
    sizes = {f"{roc_auc:g}": size for roc_auc, size in facts.needed.items()}
    least = min(size.needed for size in sizes.values())
    verdict = (
        "enough for the lowest of these"
        if n >= least
        else "**fewer than asked for**: expect intervals to be wide and figures to fall elsewhere"
    )
    asked = ", ".join(f"**{size.needed:,}** at an AUC of {auc}" for auc, size in sizes.items())
    criteria = {
        "expected shrinkage of effects at most 10 %": "shrinkage",
        "optimism in R-squared at most 0.05": "optimism",
        "share of disease within 0.05": "prevalence",
    }
    rows = [
        (words, *(f"{getattr(size, name):,}" for size in sizes.values()))
        for words, name in criteria.items()
    ]
    share = write_share(facts.bundle.data.positives / facts.bundle.data.n, digits=1)
    caption = (
        f"For {facts.parameters} predictor parameters (one a number, one less than its codes a"
        f" category) and {share} diseased (Riley et al., BMJ 2020;368:m441). A network has more"
        " weights than these: all are lower bounds. Above an AUC of 0.8 the first criterion asks"
        " for too few: in simulations twice as many were needed at 0.9 (Pavlou et al., BMC Medical"
        " Research Methodology 2024;24:146)."
    )
    return paragraphs(
        f"Riley's criteria ask for at least {asked}; this model was fitted on **{n}** ({verdict}).",
        table(("criterion", *(f"AUC {auc}" for auc in sizes)), rows),
        caption,
    )


def judged(facts: Facts) -> str:
    """The figures of every part."""
    metrics = facts.bundle.metrics
    heads = (
        "figure",
        *(f"{name}: {part['positives']} of {part['n']} diseased" for name, part in metrics.items()),
    )
    rows = [
        (
            METRICS[name].words,
            *(write_figure(part["figures"][name], name) for part in metrics.values()),
        )
        for name in known_figures(metrics["test"]["figures"])
    ]
    text = paragraphs(
        table(heads, rows),
        "95 % intervals in brackets; log-loss in nats. Train and valid flatter: the model was"
        " fitted and stopped on them.",
    )
    if facts.out_of_fold and facts.unseen is not None:
        scores = ", ".join(
            f"{METRICS[name].words} {write_figure(facts.unseen.figure(name), name)}"
            for name in ("roc_auc", "log_loss", "brier")
        )
        text = paragraphs(
            text,
            f"Cross-validated: the {facts.unseen.at.n} patients of train and valid, each predicted"
            " by models that never saw that patient. Each figure is that of a repeat, averaged"
            f" over the repeats: {scores}.{_by_others(facts)}",
        )
    hospitals = None if facts.learnt is None else facts.learnt.hospitals
    return paragraphs(text, write_how_chosen(facts.bundle.settings, hospitals))


def _by_others(facts: Facts) -> str:
    """What a recalibration that was fitted on the judged patients is worth on others."""
    if facts.by_others is None:
        return ""
    loss = write_value(facts.by_others["log_loss"], "log_loss")
    return (
        f" The recalibration ({facts.bundle.recalibration.method}) was fitted on these same"
        f" predictions, which flatters it; with each fold recalibrated by the others, log-loss"
        f" {loss}."
    )


def calibration(facts: Facts) -> str:
    """Whether the probabilities mean what they say."""
    if facts.unseen is None:
        return ABSENT
    agreement, at = facts.unseen.calibration, facts.unseen.at
    return (
        f"Of {at.n} patients ({facts.unseen.name}): intercept"
        f" {write_agreement(agreement.intercept, 'intercept')} (0 is right), slope"
        f" {write_agreement(agreement.slope, 'slope')} (1 is right), 95 % intervals in brackets;"
        " expected"
        f" {write_share(agreement.expected, digits=1)}"
        f" diseased, observed {write_share(agreement.observed, digits=1)}."
    )


def elsewhere(facts: Facts) -> str:
    """Other hospitals."""
    if not facts.elsewhere:
        return (
            "There is no hospital here of which it is known that none of its patients were used."
            if facts.learnt is None
            else "It has patients of all the hospitals that are here: there is no other one to try"
            " it on."
        )
    rows = [_elsewhere_row(hospital) for hospital in facts.elsewhere]
    heads = (
        "hospital",
        "patients",
        "diseased",
        *(METRICS[name].words for name in ELSEWHERE),
        "intercept, slope",
    )
    used = (
        "**Whether the model has learnt from these patients is not known**: the bundle does not say"
        " whose it has. The figures may flatter it."
        if facts.learnt is None
        else "No patient of these hospitals was used."
    )
    caption = "At the model's own threshold, 95 % intervals in brackets."
    return paragraphs(table(heads, rows), f"{used} {caption}")


def _elsewhere_row(hospital: Judged) -> tuple[str, ...]:
    at, calibration = hospital.at, hospital.calibration
    return (
        hospital.name,
        str(at.n),
        f"{at.positives} ({write_share(at.positives / at.n)})",
        *(write_figure(hospital.figure(name), name) for name in ELSEWHERE),
        write_calibration(calibration.intercept, calibration.slope),
    )


def subgroups(facts: Facts) -> str:
    """Women and men, young and old."""
    if facts.subgroups is None or facts.unseen is None:
        return ABSENT
    shown = ("recall", "specificity", "roc_auc")
    rows = []
    for row in facts.subgroups.to_dict("records"):
        figures = [
            str(row["note"])
            or write_figure([row[f"{name}{end}"] for end in ("", "_low", "_high")], name)
            for name in shown
        ]
        share = f"{row['diseased']} ({write_share(row['share'])})" if row["patients"] else "0"
        rows.append((str(row["group"]), str(row["patients"]), share, *figures))
    caption = (
        f"Patients: {facts.unseen.name}. Fewer than 15 patients, or 5 of either outcome, get no"
        " figures. Race, ethnicity and income are not in the data, so fairness towards them cannot"
        " be judged."
    )
    return paragraphs(
        table(("group", "patients", "diseased", *(METRICS[name].words for name in shown)), rows),
        caption,
    )


def versions(facts: Facts) -> str:
    """What it was made with."""
    lines = [f"{name} {code(version)}" for name, version in facts.bundle.versions.items()]
    return paragraphs(
        bullets(lines),
        "The bundle's own SHA-256 tells damage, not malice: use bundles from people you trust. Five"
        " invented patients inside are predicted at every load, so that another library version"
        " cannot change answers in silence.",
    )
