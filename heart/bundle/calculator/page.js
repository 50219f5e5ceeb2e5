"use strict";
// The page: a form from the model's features, the answer, and the why once the answer is painted.

const byId = (id) => document.getElementById(id);
const SLICE_MS = 24; // so long the why may hold up the page at a time
const fields = new Map(); // name of a feature to its field
let asked = false; // whether an answer was asked for; from then on it follows the form
let run = 0; // counts the calculations, so that an older why stops

/** An element with attributes and children; texts stand as text. */
function element(name, attributes = {}, ...children) {
  const svg = ["svg", "rect", "line"].includes(name);
  const made = svg
    ? document.createElementNS("http://www.w3.org/2000/svg", name)
    : document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== null) made.setAttribute(key, value);
  }
  made.append(...children);
  return made;
}

const fill = (template, texts) => template.replace(/\{(\w+)\}/g, (_, name) => texts[name]);

/** A number as Python's %g writes it. */
const plain = (number) => String(Number(number.toPrecision(6)));

/** To the nearest whole number, halves to the even one, as Python does. */
function round(number) {
  const low = Math.floor(number), rest = number - low;
  return rest > 0.5 || (rest === 0.5 && low % 2) ? low + 1 : low;
}

/** In whole percent; neither none nor all where it is only close to it. */
function percent(p) {
  if (p > 0 && p <= 0.005) return "<1\u00a0%";
  return p >= 0.995 && p < 1 ? ">99\u00a0%" : `${round(p * 100)}\u00a0%`;
}

/** How many of a hundred, as `percent` says it. */
function count(p) {
  const words = percent(p).replace("<", "fewer than ").replace(">", "more than ");
  return words.replace("\u00a0%", "");
}

// ---- Units: what is typed and shown may be in another one, values are always in the model's

/** A value of the model in the unit that the field shows, rounded as there is need. */
function inUnit(field, value) {
  const { factor, digits } = field.words;
  return digits === null ? value : Math.round((value / factor) * 10 ** digits) / 10 ** digits;
}

function describeValue(field, value) {
  const code = field.feature.codes.find(([known]) => known === value);
  return code ? code[1] : `${plain(inUnit(field, value))} ${field.words.unit}`.trim();
}

const labelOf = (field) => field.words.label;

// ---- The form

function buildForm() {
  const groups = new Map(model.features.map((feature) => [feature.group, []]));
  for (const feature of model.features) groups.get(feature.group).push(feature);
  for (const [group, features] of groups) {
    const made = features.map(buildField);
    byId("fields").append(element("fieldset", {}, element("legend", {}, group), ...made));
  }
}

function buildField(feature) {
  const id = `field-${feature.name}`;
  const about = `${id}-range ${id}-error`;
  const input = feature.codes.length
    ? element("select", { id, "aria-describedby": about }, ...optionsOf(feature))
    : element("input", { id, "aria-describedby": about, type: "text", autocomplete: "off",
                         inputmode: feature.minimum < 0 ? "text" : "decimal" });
  const label = element("label", { for: id });
  const range = element("small", { id: `${id}-range` });
  const help = element("small");
  const summary = element("summary", {}, "?");
  const error = element("strong", { id: `${id}-error`, class: "error" });
  const field = { feature, input, label, summary, help, range, error, words: null, kept: null };
  fields.set(feature.name, field);
  showWords(field, feature.units[0]);
  const box = element("div", { class: "box" }, input);
  if (feature.units.some((words) => words.factor !== 1)) box.append(buildUnits(feature.units));
  else if (field.words.unit) box.append(element("span", { class: "unit" }, field.words.unit));
  return element("div", { class: "field" }, label, element("details", {}, summary, help),
                 box, range, error);
}

function optionsOf(feature) {
  const options = feature.codes.map(([code, label]) => element("option", { value: code }, label));
  return [element("option", { value: "" }, "not known"), ...options];
}

/** A choice of the unit: for this field, and for what else is called otherwise with it. */
function buildUnits(units) {
  const options = units.map(({ unit }, i) => element("option", { value: i }, unit));
  const choice = element("select", { "aria-label": `${units[0].label}: unit` }, ...options);
  // before the listener of the form, which calculates
  choice.addEventListener("change", () => {
    for (const field of fields.values()) changeUnit(field, field.feature.units[choice.value]);
  });
  return choice;
}

/** The words for the reader's units. */
function showWords(field, words) {
  field.words = words;
  field.label.textContent = words.label;
  field.help.textContent = words.help;
  field.range.textContent = words.possible;
  field.summary.setAttribute("aria-label", `About ${words.label}`);
}

/** The value in the other unit; it is kept as it was, so that rounding is not added to it. */
function changeUnit(field, words) {
  if (!words) return;
  const value = readField(field);
  showWords(field, words);
  if (field.feature.codes.length || typeof value !== "number") return; // nothing to convert
  field.input.value = plain(inUnit(field, value));
  field.kept = { text: field.input.value, value };
}

/** What a field says: a value, null for not known, undefined for what cannot be. */
function readField(field) {
  const text = field.input.value;
  if (field.kept !== null && field.kept.text === text) return field.kept.value;
  const value = parseValue(field.feature, text, field.words.factor);
  field.kept = typeof value === "number" ? { text, value } : null;
  return value;
}

/** The values of the form; names of features that are wrong, each with its reason at the field. */
function readForm() {
  const values = {}, wrong = [];
  for (const [name, field] of fields) {
    values[name] = readField(field);
    const bad = values[name] === undefined;
    if (bad) wrong.push(field);
    field.input.setAttribute("aria-invalid", bad);
    field.error.textContent = bad ? impossible(field) : "";
  }
  return { values, wrong };
}

function impossible(field) {
  const { feature, words, input } = field;
  const found = input.value.trim().slice(0, 40);
  const text = fill(model.words.impossible, { expected: words.possible, found });
  const fits = ({ factor }) => factor !== words.factor && parseValue(feature, input.value, factor);
  const other = feature.units.find(fits);
  return other ? `${text} ${fill(model.words.other_unit, other)}` : text;
}

// ---- The answer

function calculate(byButton) {
  asked = true;
  run++;
  const { values, wrong } = readForm();
  byId("why").replaceChildren();
  byId("stale").hidden = true;
  const nothing = Object.values(values).every((value) => value === null);
  if (wrong.length || nothing) return refuse(wrong, byButton);
  const answer = predict(values);
  byId("answer").replaceChildren(...answerOf(answer), ...warningsOf(values));
  showEntered(values);
  document.body.classList.add("answered");
  if (byButton) byId("result").scrollIntoView({ block: "nearest" });
  explainLater(values, run);
}

function refuse(wrong, byButton) {
  const names = wrong.map(labelOf).join(", ");
  const text = wrong.length ? fill(model.words.wrong, { names }) : model.words.nothing;
  byId("answer").replaceChildren(element("p", { class: "refusal" }, text));
  byId("status").textContent = text;
  byId("entered").replaceChildren();
  document.body.classList.remove("answered");
  if (byButton && wrong.length) wrong[0].input.focus();
}

function answerOf({ probability, range, positive, other, known, decided, near }) {
  const sick = round(probability * 100);
  const words = {
    sick,
    well: 100 - sick,
    ill: count(probability),
    healthy: count(1 - probability),
    p: percent(probability),
    threshold: model.threshold_text,
    low: range && percent(range[0]),
    high: range && percent(range[1]),
    other,
    members: network.members,
    known,
    of: model.decisions.readable,
    needed: model.decisions.needed,
  };
  const verdict = !decided ? "undecided" : positive ? "disease" : "healthy";
  const decision = fill(model.words[verdict], words);
  const follow = decided
    ? ` ${model.words[positive ? "followed" : "not_followed"]} ${model.words.threshold}` : "";
  byId("status").textContent = `${words.p} ${model.words.figure}. ${decision}`;
  return [
    element("p", { class: "figure" }, element("span", {}, words.p), ` ${model.words.figure}`),
    element("div", { class: "hundred" }, marksOf(sick, fill(model.words.marks, words)),
            element("p", {}, fill(model.words.of_100, words))),
    element("p", { class: "decision" },
            element("strong", {}, decision), follow),
    ...(near ? [element("p", { class: "warning" }, fill(model.words[near], words))] : []),
    ...(range ? [element("p", {}, fill(model.words.spread, words))] : []),
  ];
}

/** Ten by ten marks, filled for the diseased. */
function marksOf(sick, text) {
  const marks = Array.from({ length: 100 }, (_, i) => element("rect", {
    x: (i % 10) * 10 + 1, y: Math.floor(i / 10) * 10 + 1, width: 7, height: 7, rx: 1,
    class: i < sick ? "filled" : "outlined",
  }));
  return element("svg", { viewBox: "0 0 99 99", role: "img", "aria-label": text }, ...marks);
}

function warningsOf(values) {
  const messages = [], missing = [];
  for (const [name, field] of fields) {
    const problem = problemOf(field.feature, values[name]);
    if (problem === "missing") missing.push(labelOf(field));
    else if (problem) messages.push(warningOf(field, values[name], problem));
  }
  const made = messages.map((text) => element("p", { class: "warning" }, text));
  const words = { n: missing.length, of: fields.size, names: missing.join(", ") };
  if (missing.length) made.push(element("p", { class: "note" }, fill(model.words.unknown, words)));
  return made;
}

function warningOf(field, value, problem) {
  return fill(model.problems[problem], {
    label: labelOf(field),
    shown: value === null ? "" : `${labelOf(field)}: ${describeValue(field, value)}`,
    range: field.words.ranges[problem],
  });
}

/** For the print: what was entered. */
function showEntered(values) {
  const rows = [...fields].map(([name, field]) => element("div", {},
    element("dt", {}, labelOf(field)),
    element("dd", {}, values[name] === null ? "not known" : describeValue(field, values[name]))));
  byId("entered").replaceChildren(...rows);
}

// ---- The why

/** Computed in slices once the answer is on the screen; another answer stops it. */
function explainLater(values, answer) {
  if (!model.explained) return;
  const work = explain(values);
  const slice = () => {
    if (answer !== run) return;
    const end = performance.now() + SLICE_MS;
    let step = work.next();
    while (!step.done && performance.now() < end) step = work.next();
    if (step.done) showWhy(step.value, values);
    else setTimeout(slice);
  };
  requestAnimationFrame(() => setTimeout(slice));
}

/** The steps from nothing known to this patient, the largest first. */
function showWhy({ base, shares }, values) {
  shares.sort((a, b) => Math.abs(b.share) - Math.abs(a.share));
  let level = base;
  const steps = shares.map((entry) => {
    const step = { ...entry, from: level, to: level + entry.share };
    level = step.to;
    return step;
  });
  const place = scaleOf(steps, base);
  const head = model.words.why_columns.map((text) => element("th", { scope: "col" }, text));
  const start = element("tr", {}, element("th", { scope: "row" }, "Nothing known"),
    element("td"), element("td", {}, percent(sigmoid(base))));
  byId("why").replaceChildren(
    element("h2", {}, "Why"), element("p", {}, model.words.why),
    element("table", {}, element("thead", {}, element("tr", {}, ...head)),
            element("tbody", {}, start, ...steps.map((step) => whyRow(step, values, place)))));
}

/** Where a number of log-odds stands on the bars' width of 100. */
function scaleOf(steps, base) {
  const ends = steps.flatMap(({ from, to, range }) => [to, ...(range || []).map((r) => from + r)]);
  const low = Math.min(base, ...ends), high = Math.max(base, ...ends);
  return (level) => (100 * (level - low)) / (high - low || 1);
}

function whyRow({ feature, share, range, from, to }, values, place) {
  const none = Math.abs(share) < 0.005;
  const word = none ? "changes nothing" : share > 0 ? "raises" : "lowers";
  const [left, right] = [from, to].map(place).sort((a, b) => a - b);
  const bar = element("svg", { viewBox: "0 0 100 12", preserveAspectRatio: "none",
                               "aria-hidden": "true" },
    element("rect", { x: left, y: 1, width: right - left, height: 7, class: word.split(" ")[0] }),
    element("line", { x1: place(from), x2: place(from), y1: 0, y2: 9 }));
  const said = [`${word}${none ? "" : ` ${signed(share)}`}`];
  if (range) {
    const [x1, x2] = range.map((end) => place(from + end));
    bar.append(element("line", { x1, x2, y1: 11, y2: 11 }));
    said.push(element("small", {}, ` (${range.map(signed).join(" to ")})`));
  }
  const field = fields.get(feature.name);
  const known = `${labelOf(field)}: ${describeValue(field, values[feature.name])}`;
  return element("tr", {}, element("th", { scope: "row" }, known), element("td", {}, bar, ...said),
                 element("td", {}, percent(sigmoid(to))));
}

/** Log-odds with their sign. */
function signed(number) {
  const text = Math.abs(number).toFixed(2);
  return text === "0.00" ? text : `${number < 0 ? "−" : "+"}${text}`;
}

// ---- Start

function start() {
  if (!isIntact()) {
    byId("form").replaceChildren(element("p", { class: "refusal" }, model.words.broken));
    return;
  }
  buildForm();
  byId("why-not").hidden = model.explained;
  const form = byId("form");
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    calculate(true);
  });
  form.addEventListener("input", () => (byId("stale").hidden = !asked));
  form.addEventListener("change", () => asked && calculate(false));
  byId("clear").addEventListener("click", clearAll);
  byId("print").addEventListener("click", () => print());
}

function clearAll() {
  byId("form").reset();
  asked = false;
  run++;
  for (const field of fields.values()) {
    field.kept = null;
    field.error.textContent = "";
    field.input.removeAttribute("aria-invalid");
    showWords(field, field.feature.units[0]);
  }
  for (const id of ["answer", "why", "entered", "status"]) byId(id).replaceChildren();
  byId("stale").hidden = true;
  document.body.classList.remove("answered");
}

start();
