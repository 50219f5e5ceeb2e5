"""The model card: true numbers, every TRIPOD+AI item, nothing left out in silence, nothing rendered
that a bundle says.
"""

import base64
import re
from dataclasses import replace
from html.parser import HTMLParser
from statistics import mean

import numpy as np
import pytest
from markdown_it import MarkdownIt
from sklearn.metrics import roc_auc_score

from heart.bundle import load_bundle
from heart.bundle.learnt import N_BYTES, Learnt, LearntPart
from heart.card import gather_facts, make_card, to_html, to_markdown
from heart.card.facts import characteristics, count_parameters
from heart.card.performance import missing, sample, training
from heart.card.tripod import ITEMS, OPEN, answer_of
from heart.card.use import data, limits, threshold
from heart.config import Settings
from heart.data import SHIPPED, load_shipped
from heart.evaluation.calibration import reliability_table
from heart.evaluation.curves import roc_table
from heart.evaluation.decision_curve import decision_curve
from heart.evaluation.figures import METRICS, write_calibration, write_figure
from heart.evaluation.recalibration import compare_recalibrations
from heart.evaluation.sample_size import sample_size
from heart.evaluation.thresholds import ThresholdChoice
from heart.experiments.run import recalibrate, run_experiment, split_of
from heart.experiments.stored import find_stored
from heart.model.preprocessing import HeartPreprocessor
from heart.paths import SHIPPED_BUNDLE
from heart.shares import write_share
from tests.support.bundles import NOON
from tests.support.networks import PLATT

# the checklist's numbers: 27 items, some with letters
NUMBERS = [
    "1",
    "2",
    "3a",
    "3b",
    "3c",
    "4",
    "5a",
    "5b",
    "6a",
    "6b",
    "6c",
    "7",
    "8a",
    "8b",
    "8c",
    "9a",
    "9b",
    "9c",
    "10",
    "11",
]
NUMBERS += [
    "12a",
    "12b",
    "12c",
    "12d",
    "12e",
    "12f",
    "12g",
    "13",
    "14",
    "15",
    "16",
    "17",
    "18a",
    "18b",
    "18c",
    "18d",
    "18e",
    "18f",
    "19",
]
NUMBERS += ["20a", "20b", "20c", "21", "22", "23a", "23b", "24", "25", "26", "27a", "27b", "27c"]


class Page(HTMLParser):
    """What a page holds: tags, where it points to, and its text."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.targets, self.said = [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.targets += [
            value
            for name, value in attrs
            if name in ("src", "href", "xlink:href", "action", "data") and value
        ]

    def handle_data(self, data):
        self.said.append(data)


@pytest.fixture(scope="module")
def shipped():
    return load_bundle(SHIPPED_BUNDLE)


@pytest.fixture(scope="module")
def facts(shipped):
    return gather_facts(shipped, predictions=find_stored(shipped))


@pytest.fixture(scope="module")
def card(facts):
    return make_card(facts)


@pytest.fixture(scope="module")
def stranger(shipped):
    """A model of a cohort that is not here."""
    data = shipped.data._replace(cohort="elsewhere", fingerprint="0" * 64)
    return replace(shipped, data=data, learnt=None)


def section(card, title):
    (found,) = (entry for entry in card.sections if entry.title == title)
    return found.text


def test_every_item_of_the_guideline_is_there_once():
    assert [item.number for item in ITEMS] == NUMBERS


def test_items_without_an_answer_are_listed_as_open(card, facts):
    rows = [
        line.split(" | ")
        for line in section(card, "TRIPOD+AI").splitlines()
        if line.startswith("| ")
    ][2:]
    assert [row[0].removeprefix("| ") for row in rows] == NUMBERS
    open_items = [item for item in ITEMS if answer_of(item, facts) == OPEN]
    assert 0 < len(open_items) < len(ITEMS)
    assert all(item.comment for item in open_items)  # each says why
    assert f"{len(open_items)} are open" in section(card, "TRIPOD+AI")


def test_answers_point_to_sections_that_are_there(card, facts):
    titles = {entry.title for entry in card.sections}
    assert {answer_of(item, facts) for item in ITEMS} - {OPEN} <= titles


def test_figures_are_the_bundles_and_scikit_learns(card, facts, shipped):
    figures = shipped.metrics["test"]["figures"]
    assert write_figure(figures["roc_auc"]) in section(card, "In short")
    text, parts = section(card, "How it was judged"), shipped.metrics.values()
    heads = [
        f"{name}: {part.y_true.sum()} of {part.n} diseased"
        for name, part in zip(("train", "valid", "test"), split_of(shipped), strict=True)
    ]
    assert f"| figure | {' | '.join(heads)} |" in text
    for name in ("log_loss", "npv"):
        told = [write_figure(part["figures"][name], name) for part in parts]
        assert len(set(told)) == 3
        assert f"| {METRICS[name].words} | {' | '.join(told)} |" in text
    predictions = find_stored(shipped)
    assert facts.unseen.scores.roc_auc.value == pytest.approx(
        mean(roc_auc_score(predictions.y_true, scores) for scores in predictions.y_score)
    )


def test_cross_validated_figures_are_those_of_the_recalibration_and_subgroup_tables(
    card, facts, shipped
):
    none = compare_recalibrations(find_stored(shipped)).set_index("method").loc["none"]
    scores, calibration = facts.unseen.scores, facts.unseen.calibration
    assert (scores.log_loss.value, scores.brier.value) == pytest.approx(
        (none["log_loss"], none["brier"])
    )
    assert [end.value for end in calibration[:2]] == pytest.approx(
        (none["intercept"], none["slope"])
    )
    assert f"log-loss {write_figure(scores.log_loss, 'log_loss')}" in section(
        card, "How it was judged"
    )
    everybody = facts.subgroups.set_index("group").loc["all"]
    assert everybody["roc_auc"] == scores.roc_auc.value
    assert everybody["recall"] == facts.unseen.at.recall.value


def test_recalibration_that_was_fitted_on_the_judged_patients_is_said_to_be(shipped):
    predictions = find_stored(shipped)
    bundle = recalibrate(shipped, split_of(shipped), predictions, "platt")
    facts = gather_facts(bundle, predictions=predictions)
    platt = compare_recalibrations(predictions).set_index("method").loc["platt"]
    assert facts.by_others["log_loss"] == platt["log_loss"] > facts.unseen.scores.log_loss.value
    text = section(make_card(facts), "How it was judged")
    assert f"recalibrated by the others, log-loss {platt['log_loss']:.3f}." in text


def test_card_says_that_its_recipe_was_chosen_with_these_patients(card):
    assert "was chosen with all patients of the Cleveland Clinic" in section(
        card, "How it was judged"
    )


def test_other_hospitals_are_judged_as_scikit_learn_does(facts, shipped):
    assert [place.at.n for place in facts.elsewhere] == [294, 123, 200]
    hungary = load_shipped("hungary")
    expected = roc_auc_score(hungary.y_true, shipped.predict_proba(hungary.features))
    assert facts.elsewhere[0].scores.roc_auc.value == pytest.approx(expected)


def test_sample_size_stands_beside_the_one_that_it_had(card):
    text = section(card, "Sample size")
    # 5 numbers; sex 1, cp 3, fbs 1, restecg 2, exang 1, slope 2, ca 3 (its number adds nothing to
    # its codes), thal 2
    assert "For 20 predictor parameters" in text
    sizes = [sample_size(20, prevalence=139 / 303, roc_auc=auc) for auc in (0.9, 0.8, 0.7)]
    assert [size.needed for size in sizes] == [393, 589, 1_397]
    for name in ("shrinkage", "optimism", "prevalence"):
        assert f"| {' | '.join(f'{getattr(size, name):,}' for size in sizes)} |" in text
    asked = ", ".join(
        f"**{size.needed:,}** at an AUC of {auc}"
        for size, auc in zip(sizes, ("0.9", "0.8", "0.7"), strict=True)
    )
    assert f"at least {asked}; this model was fitted on **193** (**fewer than asked for**" in text


def test_parameters_are_counted_as_categories_need_them(shipped, cleveland):
    assert count_parameters(shipped) == 20
    as_codes = replace(shipped, settings=replace(shipped.settings, categories="codes"))
    assert count_parameters(as_codes) == 13
    features = cleveland.features.assign(chol=np.nan, ca=np.nan)
    for preprocessor, expected in (
        (HeartPreprocessor().fit(features), 19 - 1 - 3),  # read as not known, whatever they are
        (HeartPreprocessor().fit(cleveland.features[cleveland.features["cp"] != 1]), 19 - 1),
    ):
        assert count_parameters(replace(shipped, preprocessor=preprocessor)) == expected


def test_tests_that_a_clinic_may_not_have_are_named(card):
    assert "`ca` (major vessels coloured) and `thal` (thallium scan) come from" in section(
        card, "Limits"
    )


def test_characteristics_are_counted_from_the_cohort(cleveland):
    rows = characteristics(cleveland).set_index("feature")
    frame, ill = cleveland.frame, cleveland.y_true == 1
    assert (
        rows.loc["Sex: female", "diseased"] == f"{int((frame['sex'][ill] == 0).sum())} (18\u00a0%)"
    )
    assert rows.loc["Age (years)", "healthy"].startswith(f"{frame['age'][~ill].median():g} (")
    assert rows.loc["Major vessels coloured: 0", "missing"] == "4"


def test_parts_add_up_to_the_cohort(card, shipped):
    rows = re.findall(r"\| (?:train|valid|test) \| (\d+) \| (\d+) \|", section(card, "Data"))
    assert [sum(int(row[i]) for row in rows) for i in (0, 1)] == [
        shipped.data.n,
        shipped.data.positives,
    ]


def test_without_out_of_fold_predictions_the_test_part_is_shown(shipped):
    facts = gather_facts(shipped)
    assert (facts.out_of_fold, facts.unseen.at.n) == (False, split_of(shipped).test.n)
    text = to_markdown(make_card(facts))
    assert "Cross-validated" not in text
    assert "the test part" in text


def test_card_of_a_stranger_says_what_cannot_be_computed(stranger):
    facts = gather_facts(stranger)
    card = make_card(facts)
    for title in ("Who is in it", "Calibration", "Subgroups"):
        assert "not here" in section(card, title)
    assert "the bundle does not say" in section(card, "Data")
    elsewhere = section(card, "Other hospitals")
    assert "Whether the model has learnt from these patients is not known" in elsewhere
    assert "No patient of these hospitals was used" not in elsewhere
    whom = section(card, "Intended use") + section(card, "Limits")
    assert "1980s" not in whom
    assert {item.number for item in ITEMS if answer_of(item, facts) == OPEN} >= {
        "5a",
        "6a",
        "18e",
        "20b",
        "14",
    }
    assert not any(entry.charts for entry in card.sections)
    assert to_html(card).count("<figure") == 0


@pytest.mark.parametrize(
    ("chosen_on", "words"),
    [
        ("by hand", "a person set it"),
        ("out-of-fold", "a person set it"),  # as earlier versions wrote it
        ("after test", "Before it was chosen, another chosen threshold had been reported"),
    ],
)
def test_card_says_what_a_threshold_was_chosen_on(facts, chosen_on, words):
    choice = ThresholdChoice(0.6, "manual", 2.0, chosen_on)
    text = threshold(facts._replace(bundle=replace(facts.bundle, threshold=choice)))
    assert words in text
    assert "Chosen on: " not in text


def test_own_hospital_is_no_other_one_whatever_the_file_was_called(shipped):
    # as it is after a model of Cleveland's patients from an upload was loaded elsewhere
    data = shipped.data._replace(cohort="my-file", fingerprint="0" * 64)
    facts = gather_facts(replace(shipped, data=data))
    assert [hospital.name for hospital in facts.elsewhere] == [
        SHIPPED[name] for name in ("hungary", "switzerland", "va_long_beach")
    ]
    card = make_card(facts)
    assert "No patient of these hospitals was used" in section(card, "Other hospitals")
    assert "Cleveland Clinic Foundation (303 patients)" in section(card, "Data")
    assert "in the 1980s" in section(card, "Intended use")


def test_hospital_of_which_one_patient_was_used_is_no_other_one(shipped):
    flags = shipped.learnt.test.flags
    flags[303] = True  # the first Hungarian
    test = LearntPart(np.packbits(flags).tobytes(), 0)
    facts = gather_facts(replace(shipped, learnt=shipped.learnt._replace(test=test)))
    assert SHIPPED["hungary"] not in [hospital.name for hospital in facts.elsewhere]


def test_model_of_all_hospitals_has_no_other_one(small):
    everybody = load_shipped("cleveland+hungary+switzerland+va_long_beach")
    card = make_card(
        gather_facts(run_experiment(everybody, small, name="all", created_at=NOON).bundle)
    )
    assert "no other one to try it on" in section(card, "Other hospitals")


def test_model_without_a_value_of_cholesterol_has_a_card(small):
    bundle = run_experiment(
        load_shipped("switzerland"), small, name="swiss", created_at=NOON
    ).bundle
    text = to_markdown(make_card(gather_facts(bundle)))
    assert "| `chol` | Serum cholesterol (mg/dl) | 50 to 1000 mg/dl |  |" in text
    assert "nan" not in text.casefold().replace("finance", "")


@pytest.mark.parametrize("positives", [0, 303])
def test_bundle_that_claims_one_outcome_only_has_a_card(stranger, positives):
    odd = replace(stranger, data=stranger.data._replace(positives=positives))
    assert "one outcome only" in section(make_card(gather_facts(odd)), "Sample size")


def test_html_is_one_file_that_runs_and_fetches_nothing(card):
    page = Page(to_html(card))
    assert not {"script", "link", "iframe", "object", "form", "base", "svg"} & set(page.tags)
    assert all(target.startswith("data:image/svg+xml;base64,") for target in page.targets)
    assert "default-src 'none'" in to_html(card)


def test_html_draws_the_charts_and_says_what_they_show(card):
    page = Page(to_html(card))
    assert page.tags.count("img") == page.tags.count("figure") == 3
    for target in page.targets:
        drawn = Page(base64.b64decode(target.partition(",")[2]).decode())
        assert drawn.tags.count("path") > 10
        assert not {"script", "image", "foreignobject"} & set(drawn.tags)
        assert drawn.targets == []
    assert "".join(page.said).count("242 patients") >= 3


def test_html_says_what_the_markdown_says(card):
    said = " ".join("".join(Page(to_html(card)).said).split())
    for entry in card.sections:
        plain = " ".join(
            "".join(Page(MarkdownIt().enable("table").render(entry.text)).said).split()
        )
        assert plain in said


HOSTILE = [
    "<script>alert(1)</script>",
    "[a](http://evil.example)",
    "![x](http://evil.example/x.png)",
    "`</code><b>x",
    "a|b",
    "www.evil.example",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_text_of_a_bundle_is_shown_and_not_rendered(stranger, text):
    # no bundle that was read holds such text; the card does not rely on that
    hostile = replace(
        stranger,
        name=text,
        data=stranger.data._replace(cohort=text),
        versions={**stranger.versions, "torch": text},
    )
    page = Page(to_html(make_card(gather_facts(hostile))))
    assert not {"script", "b", "a", "img"} & set(page.tags)
    assert page.targets == []  # without its patients here the card has no charts
    assert text in "".join(page.said)


SECTIONS = {
    "In short": "| Answers | the probability that",
    "Intended use": "For learning and research",
    "Not to be used for": "- Deciding about a patient's care.",
    "Data": "SHA-256 of the table",
    "Who is in it": "Numbers: median (quartiles).",
    "Predictors": "| name | meaning | possible values | seen in training |",
    "How it was trained": "- AdamW, step size",
    "Missing values": "A missing number becomes",
    "Sample size": "Riley's criteria ask for",
    "How it was judged": "Train and valid flatter",
    "Calibration": "(0 is right), slope",
    "Other hospitals": "At the model's own threshold",
    "Subgroups": "Race, ethnicity and income are not in the data",
    "Threshold": "One missed patient counts as much as",
    "Limits": "come from fluoroscopy and a thallium scan",
    "Versions and integrity": "torch",
    "TRIPOD+AI": "is where to look, not a verdict.",
}


def test_each_section_holds_what_its_title_says(card):
    assert [entry.title for entry in card.sections] == list(SECTIONS)
    for title, words in SECTIONS.items():
        assert words in section(card, title)
    written = to_markdown(card)
    heads = [line for line in written.splitlines() if line.startswith("#")]
    assert heads == ["# Model card: `cleveland`", *(f"## {title}" for title in SECTIONS)]
    assert written.count("drawn in the HTML card.*") == 3


def test_charts_are_of_the_patients_that_their_captions_name(card, facts, shipped):
    charts = {entry.title: entry.charts for entry in card.sections if entry.charts}
    assert [len(drawn) for drawn in charts.values()] == [1, 1, 1]
    unseen = facts.unseen.y_true, facts.unseen.y_score
    assert charts["How it was judged"][0].frame.equals(roc_table(*unseen))
    assert charts["Calibration"][0].frame.equals(reliability_table(*unseen))
    benefit = decision_curve(*unseen).assign(chosen=shipped.threshold.value)
    assert charts["Threshold"][0].frame.equals(benefit)
    whose = "242 patients (train and valid, out of fold, each with the mean of the repeats)"
    assert all(whose in drawn.alt for (drawn,) in charts.values())


def test_charts_of_the_test_part_are_of_single_answers(shipped):
    facts = gather_facts(shipped)
    assert facts.unseen.name == "the test part"
    charts = [chart for entry in make_card(facts).sections for chart in entry.charts]
    assert all("61 patients (the test part)" in chart.alt for chart in charts)


def test_summary_tells_of_the_test_part_and_the_threshold(card, shipped):
    text, test = section(card, "In short"), shipped.metrics["test"]
    auc = write_figure(test["figures"]["roc_auc"], "roc_auc")
    part = split_of(shipped).test
    assert f"| ROC AUC on test | {auc}, {part.n} patients, {part.y_true.sum()} diseased |" in text
    assert f"| at {write_share(shipped.threshold.value, digits=1)} and above |" in text
    assert "| 193 of 303 patients of `cleveland` |" in text


def test_counts_at_the_threshold_are_those_of_the_test_part(card, shipped):
    part = split_of(shipped).test
    ill, decided = part.y_true == 1, shipped.predict_proba(part.features) >= 1 / 3
    diseased, healthy = ([(decided & of).sum(), (~decided & of).sum()] for of in (ill, ~ill))
    assert len({*diseased, *healthy}) == 4  # so that none can stand for another
    assert "| decided: disease | decided: no disease |" in section(card, "Threshold")
    assert f"| diseased | {diseased[0]} | {diseased[1]} |" in section(card, "Threshold")
    assert f"| healthy | {healthy[0]} | {healthy[1]} |" in section(card, "Threshold")


def test_ranges_are_those_of_the_train_part(card, shipped):
    text, ages = section(card, "Predictors"), split_of(shipped).train.features["age"]
    assert f"| `age` | Age (years) | 18 to 110 years | {ages.min():g} to {ages.max():g} |" in text
    assert "| `fbs` | Fasting blood sugar above 120 mg/dl | 0 (no), 1 (yes) |  |" in text


TRAINED = [
    (
        "- Members: 3 multilayer perceptrons side by side, whose mean is the answer. Each with"
        " hidden layers of 16, 8, ReLU, with a direct path from the inputs to the log-odds."
    ),
    (
        "- Numbers standardised (mean and standard deviation of train), and as shares of 4 pieces"
        " between quantiles of train, categories as codes."
    ),
    "- `slope`, whose codes have an order, enters as a category.",
    "- `ca`, whose codes have an order, enters as a category and as a number.",
    "- AdamW, step size 0.005, weight decay 0.25, dropout 0.125.",
    "- Batches of 64, 12 epochs of at most 90, stopped on valid (patience 7), on cpu.",
    "- Recalibration: platt, fitted on 242 out-of-fold predictions.",
    "- Random state 5; recipe `mine`.",
]


def test_training_is_told_as_it_was(card, facts, shipped):
    was, ran = shipped.settings, shipped.epochs_run
    told = f"- Batches of {was.batch_size}, {ran} epochs of at most {was.max_epochs}"
    stopped = f", stopped on valid (patience {was.patience}), on {shipped.device_used}."
    assert told + stopped in section(card, "How it was trained")
    mine = Settings(
        members=3,
        hidden=(16, 8),
        linear_path=True,
        pieces=4,
        lr=0.005,
        categories="codes",
        weight_decay=0.25,
        dropout=0.125,
        batch_size=64,
        max_epochs=90,
        patience=7,
        random_state=5,
        recipe="mine",
    )
    bundle = replace(shipped, settings=mine, epochs_run=12, device_used="cpu", recalibration=PLATT)
    text = training(facts._replace(bundle=bundle))
    assert text.splitlines()[:-1] == TRAINED
    mine = replace(mine, patience=0, hidden=(), linear_path=False, pieces=1)
    text = training(facts._replace(bundle=replace(bundle, settings=mine)))
    assert "- Members: 3 networks without a hidden layer" in text
    assert "AdamW, step size 0.005, weight decay 0.25.\n" in text
    assert " (mean and standard deviation of train), categories as codes.\n" in text
    assert ", 12 epochs of at most 90, on cpu.\n" in text
    text = training(facts)
    assert "- Members: 32 networks without a hidden layer" in text
    assert "whose mean is the answer." in text
    assert "dropout" not in text
    assert "`slope`, whose codes have an order, enters as a category." in text
    assert "`ca`, whose codes have an order, enters as a category and as a number." in text


def test_share_of_disease_is_counted_among_the_judged(card, facts, shipped):
    split = split_of(shipped)
    y_true = np.concatenate([split.train.y_true, split.valid.y_true])
    observed = write_share(y_true.mean(), digits=1)
    expected = write_share(find_stored(shipped).y_score.mean(), digits=1)
    assert expected != observed
    assert f"expected {expected} diseased, observed {observed}." in section(card, "Calibration")
    for name, hospital in zip(("hungary", "switzerland"), facts.elsewhere, strict=False):
        table = load_shipped(name)
        row = f"| {hospital.name} | {table.n} | {table.y_true.sum()} ("
        names = ("roc_auc", "log_loss", "recall", "specificity")
        told = " | ".join(write_figure(hospital.figure(name), name) for name in names)
        line = write_calibration(hospital.calibration.intercept, hospital.calibration.slope)
        row += f"{write_share(table.y_true.mean())}) | {told} | {line} |"
        assert row in section(card, "Other hospitals")
    women = np.concatenate([(part.features["sex"] == 0) for part in (split.train, split.valid)])
    row = f"| female | {women.sum()} | {y_true[women].sum()} ("
    female = facts.subgroups.set_index("group").loc["female"]
    told = " | ".join(
        write_figure([female[name], female[f"{name}_low"], female[f"{name}_high"]], name)
        for name in ("recall", "specificity", "roc_auc")
    )
    row += f"{write_share(y_true[women].mean())}) | {told} |"
    assert row in section(card, "Subgroups")


def test_checklist_names_item_topic_answer_and_remark(card, facts):
    text = section(card, "TRIPOD+AI")
    answers = [answer_of(item, facts) for item in ITEMS]
    for item, answer in zip(ITEMS, answers, strict=True):
        assert f"| {item.number} | {item.topic} | {answer} | {item.comment} |" in text
    n_open = answers.count("open")
    assert f"{52 - n_open} of 52 items are answered here, {n_open} are open." in text


def test_sample_is_enough_if_it_is_as_large_as_asked_for(facts):
    few, enough = "It learnt from fewer patients", "enough for the lowest of these"
    for n, told in ((192, False), (193, False), (194, True)):
        size = facts.needed[0.9]._replace(shrinkage=n, optimism=1, prevalence=1)
        asked = facts._replace(needed={0.9: size})
        assert size.needed == n
        assert (limits(asked).startswith(f"- {few}"), enough in sample(asked)) == (told, not told)
    assert few not in limits(facts._replace(needed=None))


def test_cohort_that_is_not_here_is_told_among_the_limits(facts):
    absent = "- The cohort is not here"
    assert absent not in limits(facts)
    assert limits(facts._replace(split=None)).startswith(absent)


def test_origin_is_told_as_far_as_it_is_known(facts):
    collection, ask = "UCI Heart Disease collection, 1989", "Where the patients of none of the"
    nobody = LearntPart(bytes(N_BYTES), 0)
    strangers = Learnt(LearntPart(bytes(N_BYTES), 3), nobody, nobody)
    both = facts.learnt._replace(test=LearntPart(facts.learnt.test.public, 2))
    for learnt, told in ((facts.learnt, (1, 0)), (both, (1, 1)), (strangers, (0, 1))):
        text = data(facts._replace(learnt=learnt))
        assert (text.count(collection), text.count(ask)) == told


def test_quartiles_of_few_patients_by_hand(cleveland):
    frame = cleveland.frame.head(5).assign(age=[40, 50, 60, 70, 99], num=[0, 0, 0, 0, 1])
    rows = characteristics(replace(cleveland, frame=frame)).set_index("feature")
    # between the second and the third of four, and a quarter of the way from either side
    assert rows.loc["Age (years)"].tolist() == ["55 (47.5 to 62.5)", "99 (99 to 99)", "0"]


def test_sentences_follow_the_settings(facts, shipped):
    def said(part, **changes):
        settings = replace(shipped.settings, **changes)
        return part(facts._replace(bundle=replace(shipped, settings=settings)))

    layered = said(training, hidden=(64, 8), linear_path=True, members=1)
    assert (
        "1 multilayer perceptrons side by side. Each with hidden layers of 64, 8, ReLU" in layered
    )
    assert "ReLU, with a direct path" in layered
    assert f"dropout {shipped.settings.dropout:g}." in layered
    assert "direct path" not in said(training, hidden=(64,), linear_path=False)
    known = said(missing, masking=0.25, missing_flags=True, complete_rows=False)
    assert known.replace("\u00a0", " ") == (
        "A missing number becomes the train median, with a flag that says so; a missing or unseen"
        " category has a code of its own. In training 25 % of the values were hidden at random, so"
        " that the model learnt what unknown means. No patient was left out."
    )
    assert said(missing, masking=0.0, missing_flags=False, complete_rows=True) == (
        "A missing number becomes the train median; a missing or unseen category has a code of its"
        " own. Values were not hidden in training: with unknown values the model is less to be"
        " trusted. Patients with a missing value were left out of training."
    )


def test_threshold_tells_its_share_and_its_patients(facts, shipped):
    def said(*choice):
        bundle = replace(shipped, threshold=ThresholdChoice(*choice))
        return threshold(facts._replace(bundle=bundle))

    wanted = said(0.25, "sensitivity", 2.0, "out-of-fold", 0.9)
    assert f", at least {write_share(0.9)}. One missed" in wanted
    assert "Chosen on: out-of-fold." in wanted
    plain = said(0.25, "youden", 2.0, "valid")
    assert "at least" not in plain
    assert "Chosen on: valid." in plain
