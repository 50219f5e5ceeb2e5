"""The calculator's file, without a browser: what is in it, what it says, what is refused. Whether
it answers as the bundle does is asked in Chromium (tests/browser/test_calculator.py).
"""

import base64
import hashlib
import json
import math
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest

import heart.bundle.calculator
from heart.bundle import load_bundle
from heart.bundle.calculator import check_size, export_calculator, file, words
from heart.bundle.calculator.check import _unpack, check_answers, predict_mean
from heart.bundle.calculator.content import count_weights, describe_model
from heart.bundle.calculator.file import BESIDE, MAX_BYTES, _json
from heart.bundle.calculator.words import _write_share, write_facts, write_words
from heart.bundle.storage import fingerprint_of
from heart.bundle.weights import pack_weights
from heart.errors import BundleError
from heart.evaluation.recalibration import METHODS
from heart.paths import SHIPPED_BUNDLE
from heart.schema import FEATURES
from tests.support.networks import ISOTONIC, NETWORKS, PLATT, untrained

FOLDER = Path(heart.bundle.calculator.__file__).parent
EVIL = "</script><img src=x onerror=alert(1)>\"'&\u202e\x1b[2J\u2028{{style}}"


class Page(HTMLParser):
    """The elements of a page in order, with their attributes and their text."""

    def __init__(self, content):
        super().__init__()
        self.elements, self.texts = [("", {})], [""]
        self.feed(content.decode())

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        self.texts.append("")

    def handle_endtag(self, tag):
        self.elements.append((f"/{tag}", {}))
        self.texts.append("")

    def handle_data(self, data):
        self.texts[-1] += data

    def text_of(self, tag, nth=0):
        return [t for (name, _), t in zip(self.elements, self.texts, strict=True) if name == tag][
            nth
        ]

    @property
    def facts(self):
        pairs = zip(self.elements, self.texts, strict=True)
        words = [text.strip() for (tag, _), text in pairs if tag in ("dt", "dd")]
        # the first list is empty until something was entered
        return dict(zip(words[::2], words[1::2], strict=True))


@pytest.fixture(scope="module")
def shipped():
    return load_bundle(SHIPPED_BUNDLE)


@pytest.fixture(scope="module")
def page(shipped):
    return Page(export_calculator(shipped))


def policy_of(page):
    (content,) = [
        attrs["content"]
        for tag, attrs in page.elements
        if tag == "meta" and attrs.get("http-equiv") == "Content-Security-Policy"
    ]
    return dict(part.strip().split(" ", 1) for part in content.split(";"))


def hash_of(text):
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def test_policy_lets_nothing_run_but_the_scripts_that_are_in_the_file(page):
    policy = policy_of(page)
    assert policy["default-src"] == "'none'"
    assert policy["form-action"] == policy["base-uri"] == "'none'"
    scripts = [page.text_of("script", nth) for nth in (1, 2)]
    assert policy["script-src"].split() == [hash_of(text) for text in scripts]
    assert policy["style-src"] == hash_of(page.text_of("style"))
    assert "unsafe" not in "".join(policy.values())


def test_page_names_no_other_file_and_has_no_inline_handler(page):
    names = {name for _, attrs in page.elements for name in attrs}
    assert not names & {"src", "href", "action", "style", "srcset", "data", "ping", "formaction"}
    assert not [name for name in names if name.startswith("on")]
    assert {tag for tag, _ in page.elements} & {
        "link",
        "iframe",
        "object",
        "embed",
        "a",
        "img",
    } == set()


FORBIDDEN = (
    *("fetch", "XMLHttp", "WebSocket", "EventSource", "sendBeacon", r"import\(", "location"),
    *("postMessage", "clipboard", r"\.src\b", r"\.href\b", r"https?:(?!//www\.w3\.org/2000/svg)"),
    *("[lL]ocalStorage", "sessionStorage", "indexedDB", "cookie", "caches"),
    *(r"\beval\b", r"Function\(", "innerHTML", "outerHTML", "insertAdjacent", r"document\.write"),
)
"""Ways out of the page, places that outlive it, and texts that become code or markup."""


@pytest.mark.parametrize("name", ["model.js", "page.js"])
def test_scripts_neither_ask_nor_store_nor_evaluate(name):
    source = (FOLDER / name).read_text()
    assert [word for word in FORBIDDEN if re.search(word, source)] == []


def test_scripts_are_short_enough_to_read():
    lines = [
        line for name in ("model.js", "page.js") for line in (FOLDER / name).read_text().split("\n")
    ]
    assert len(lines) <= 700
    assert max(map(len, lines)) <= 100


def test_text_of_the_bundle_stands_as_text(shipped, page):
    evil = replace(
        shipped,
        name=EVIL,
        created_at=EVIL,
        data=shipped.data._replace(cohort=EVIL),
        versions=dict.fromkeys(shipped.versions, EVIL),
    )
    content = export_calculator(evil)
    found = Page(content)
    assert [tag for tag, _ in found.elements] == [tag for tag, _ in page.elements]
    assert policy_of(found) == policy_of(page)
    shown = "</script><img src=x onerror=alert(1)>\"'&\\u202e\\x1b[2J\\u2028{{style}}"
    assert shown in found.text_of("title")
    assert shown in found.facts["Learnt from"]
    assert not {"\u202e", "\x1b", "\u2028"} & set(content.decode())


def test_text_in_the_scripts_data_cannot_end_its_element(shipped, monkeypatch):
    monkeypatch.setattr("heart.bundle.calculator.words.WAITING", EVIL)
    monkeypatch.setattr("heart.bundle.calculator.content.write_words", lambda _: {"x": EVIL})
    found = Page(export_calculator(shipped))
    assert json.loads(found.text_of("script"))["words"] == {"x": EVIL}


def test_form_is_the_schemas(page):
    told = json.loads(page.text_of("script"))["features"]
    assert [entry["name"] for entry in told] == [f.name for f in FEATURES]
    for entry, f in zip(told, FEATURES, strict=True):
        assert entry["codes"] == [list(code) for code in f.codes]
        first = entry["units"][0]
        assert (first["label"], first["help"], first["unit"]) == (f.label, f.help, f.unit)
        assert entry["group"] == f.group
        assert f.codes or entry["units"][0]["possible"] == f.domain
        assert f.codes or (entry["minimum"], entry["maximum"]) == (f.minimum, f.maximum)
    assert [entry["name"] for entry in told if len(entry["units"]) > 1] == ["chol", "fbs"]


def test_page_says_which_model_it_is_and_whom_it_learnt_from(page, shipped):
    facts = page.facts
    assert facts["Model"].startswith("cleveland, made 2026-")
    weights = hashlib.sha256(pack_weights(shipped.network)).hexdigest()
    assert weights in facts["Fingerprint"]
    assert fingerprint_of(shipped) in facts["Fingerprint"]
    assert (
        "193 of 303 patients, 89 of them diseased. Cleveland Clinic Foundation"
        in facts["Learnt from"]
    )
    assert shipped.data.fingerprint in facts["Its table"]
    assert facts["Threshold"].startswith("0.3333: expected cost")
    judged = "61 other patients of the same cohort, 28 of them diseased: ROC AUC 0.9"
    assert facts["Judged on"].startswith(judged)
    assert "Does not ask for" not in facts
    assert "adults referred for coronary angiography in the 1980s" in page.text_of("p")


def test_page_claims_no_hospital_for_a_table_that_only_has_its_name(shipped):
    data = shipped.data._replace(fingerprint="0" * 64)
    found = Page(export_calculator(replace(shipped, data=data, learnt=None)))
    assert "who they were, this file does not say" in found.text_of("p")
    assert "1980s" not in "".join(found.texts[:200])
    assert "Clinic" not in found.facts["Learnt from"]


def test_model_that_never_learnt_what_unknown_means_has_no_why(bundle, cleveland):
    bundle = untrained(bundle, cleveland.features, masking=0.0)
    told = json.loads(Page(export_calculator(bundle)).text_of("script"))
    assert told["explained"] is False
    assert "not trained with values hidden" in told["words"]["unknown"]


@pytest.mark.parametrize(
    ("members", "said"),
    [
        (20, "Nine of ten of the model's 20 members say"),
        (19, "The model's 19 members say"),
        (2, "The model's 2 members say"),
    ],
)
def test_range_of_few_members_is_that_of_all_and_called_so(bundle, cleveland, members, said):
    small = untrained(bundle, cleveland.features, hidden=(2,), members=members)
    told = json.loads(Page(export_calculator(small)).text_of("script"))
    assert told["words"]["spread"].startswith(said)
    assert told["spread"] == ([0.05, 0.95] if members == 20 else [0, 1])


@pytest.mark.parametrize("members", [1, 2])
def test_members_of_an_explanation_are_told_of_where_there_are_several(bundle, cleveland, members):
    small = {"hidden": (2,), "members": members, "masking": 0.5}
    words = write_words(untrained(bundle, cleveland.features, **small))
    assert ("In brackets and as a thin line: what" in words["why"]) == (members > 1)
    assert "The model was trained to expect that" in words["unknown"]


def test_features_that_the_model_does_not_use_are_not_asked_for(bundle, cleveland):
    few = [f for f in FEATURES if f.name not in ("ca", "thal")]
    found = Page(export_calculator(untrained(bundle, cleveland.features, features=few)))
    told = json.loads(found.text_of("script"))["features"]
    assert [entry["name"] for entry in told] == [f.name for f in few]
    assert found.facts["Does not ask for"] == "Major vessels coloured, Thallium scan"


def test_network_that_is_too_wide_is_refused_with_the_limit_and_its_size(bundle, cleveland):
    with pytest.raises(BundleError, match=r"at most 2 MB, but found 31\.\d MB: 5,789,696 weights"):
        export_calculator(untrained(bundle, cleveland.features, hidden=(256,), members=512))


@pytest.mark.parametrize("hidden", [(), (64,), (32, 16)])
def test_file_that_is_just_small_enough_is_within_the_limit(bundle, cleveland, hidden):
    of_one = count_weights(untrained(bundle, cleveland.features, hidden=hidden, members=1).network)
    members = min(512, int((MAX_BYTES - BESIDE) * 3 / 16 / of_one))
    content = export_calculator(
        untrained(bundle, cleveland.features, hidden=hidden, members=members)
    )
    assert len(content) <= MAX_BYTES
    if hidden:
        assert len(content) > 0.9 * MAX_BYTES
        assert not fits(untrained(bundle, cleveland.features, hidden=hidden, members=members + 1))


def fits(bundle):
    try:
        check_size(bundle)
    except BundleError:
        return False
    return True


def test_everything_beside_the_weights_fits_also_with_the_most_knots(bundle, cleveland):
    ends = np.linspace(0.001, 0.999, 512).tolist()
    knots = tuple(zip([e + 1e-17 / 3 for e in ends], [math.sqrt(e) for e in ends], strict=True))
    small = untrained(bundle, cleveland.features, hidden=(1,), members=1)
    content = export_calculator(replace(small, recalibration=ISOTONIC._replace(knots=knots)))
    assert len(content) < BESIDE


@pytest.mark.parametrize("changes", NETWORKS.values(), ids=NETWORKS)
def test_file_that_would_answer_otherwise_is_refused(bundle, cleveland, changes, monkeypatch):
    bundle = untrained(bundle, cleveland.features, **changes)
    bundle = replace(bundle, recalibration=PLATT)
    assert export_calculator(bundle).startswith(b"<!DOCTYPE html>")
    spoilt = describe_model(bundle)
    row = spoilt["features"][2]["category"]
    row["row"] -= 1  # a mistake in the layout: another feature's weights
    monkeypatch.setattr("heart.bundle.calculator.file.describe_model", lambda _: spoilt)
    with pytest.raises(BundleError, match="the calculator to answer within 1e-06"):
        export_calculator(bundle)


def test_answers_may_differ_by_the_tolerance_itself(shipped):
    model = describe_model(shipped)
    first = model["golden"][0]
    answer = predict_mean(model, _unpack(model["network"]), first["patient"])
    other = first | {"mean": answer - 0.125}
    difference = abs(answer - other["mean"])
    check_answers(model | {"golden": [first, other], "tolerance": difference})
    with pytest.raises(BundleError, match=r"within 0\.125 of .* a difference of 0\.12"):
        check_answers(model | {"golden": [first, other], "tolerance": np.nextafter(difference, 0)})


def test_cholesterol_in_mmol_is_converted_with_its_factor_and_shown_with_its_digits(shipped):
    asked = {entry["name"]: entry for entry in describe_model(shipped)["features"]}
    mass, moles = asked["chol"]["units"]
    assert (mass["unit"], mass["factor"], mass["digits"]) == ("mg/dl", 1.0, 1)
    assert (moles["unit"], moles["factor"], moles["digits"]) == ("mmol/l", 38.67, 2)
    assert [(one["factor"], one["digits"]) for one in asked["age"]["units"]] == [(1.0, None)]


@pytest.mark.parametrize(("positives", "told"), [(0, False), (1, True), (192, True), (193, False)])
def test_share_elsewhere_is_told_if_both_outcomes_were_learnt_from(shipped, positives, told):
    train = {**shipped.metrics["train"], "n": 193, "positives": positives}
    bundle = replace(shipped, metrics={**shipped.metrics, "train": train})
    assert bool(_write_share(bundle)) == told


@pytest.mark.parametrize("changes", NETWORKS.values(), ids=NETWORKS)
def test_weights_are_counted_without_folding(bundle, cleveland, changes):
    bundle = untrained(bundle, cleveland.features, **changes)
    written = describe_model(bundle)["network"]["weights"]
    assert count_weights(bundle.network) * 4 == len(base64.b64decode(written))


def test_largest_size_is_within_the_limit(shipped, monkeypatch):
    largest = BESIDE + count_weights(shipped.network) * 4 * 4 / 3
    monkeypatch.setattr(file, "MAX_BYTES", largest)
    assert fits(shipped)
    monkeypatch.setattr(file, "MAX_BYTES", math.nextafter(largest, 0))
    assert not fits(shipped)


def test_every_sentence_has_its_place(page, shipped):
    by_place = {}
    for (tag, attrs), text in zip(page.elements, page.texts, strict=True):
        by_place.setdefault(attrs.get("id") or attrs.get("class") or tag, text)
    assert by_place["title"] == "Heart disease calculator: cleveland"
    assert by_place["note"] == words.WAITING
    assert by_place["why-not"] == words.WHY_NOT
    assert by_place["disclaimer"] == words.write_disclaimer(shipped)
    told = [text.strip() for text in page.texts]
    assert [told.count(text) for text in (words.NOT_FOR, words.INSTRUCTIONS)] == [1, 1]
    assert told.count(words.write_purpose(shipped)) == 1


def test_number_that_json_does_not_have_is_refused():
    with pytest.raises(ValueError, match="not JSON compliant"):
        _json({"x": math.nan})


def test_wanted_share_stands_beside_the_threshold(shipped):
    threshold = shipped.threshold._replace(rule="sensitivity", at_least=0.9)
    facts = write_facts(replace(shipped, threshold=threshold))
    assert facts["Threshold"].endswith("(90\N{NO-BREAK SPACE}%)")
    assert write_facts(shipped)["Threshold"].endswith("missed-patient cost)")
    assert facts["Model"].endswith(f"with Heart {shipped.versions['heart']}")
    made = shipped.created_at.replace("T", " ")[:16]
    assert facts["Model"].startswith(f"cleveland, made {made} UTC with")
    assert facts["Recalibration"] == METHODS[shipped.recalibration.method]
