"use strict";
// The model: from what was typed to a probability, and from that to the features' shares in it.
// The numbers are those of the bundle, and so is the arithmetic, in double precision.
// M members, H units of a member's first hidden layer (1 without one), F features.

const model = JSON.parse(document.getElementById("model").textContent);
const network = readNetwork(model.network);
const NOTHING = sumsOfNothing();

/** The weights, views of one array, in the order in which Python wrote them. */
function readNetwork({ members, inputs, width, linear, layers, weights }) {
  const letters = atob(weights);
  const bytes = new Uint8Array(letters.length);
  for (let i = 0; i < letters.length; i++) bytes[i] = letters.charCodeAt(i);
  const numbers = new Float32Array(bytes.buffer);
  let end = 0;
  const take = (length) => numbers.subarray(end, (end += length));
  // the direct path from the inputs to the logits lies beside the first layer: M columns more
  const columns = members * width + (linear ? members : 0);
  return {
    members, width, linear, columns,
    first: take(inputs * columns),
    bias: take(columns),
    layers: layers.map(([n, out]) => ({
      n, out,
      weight: take(members * n * out),
      bias: take(members * out),
      room: new Float64Array(out),
    })),
  };
}

/** The value of a typed text, null for what is not known; undefined for what cannot be. */
function parseValue(feature, text, factor = 1) {
  const typed = text.trim();
  if (typed === "") return null;
  const lower = (word) => String(word).toLowerCase();
  const coded = feature.codes.find((words) => words.map(lower).includes(lower(typed)));
  if (coded) return coded[0];
  const ends = ({ unit }) => unit !== "" && lower(typed).endsWith(lower(unit));
  const said = feature.units.find(ends); // "6.2 mmol/l"
  const digits = said ? typed.slice(0, -said.unit.length).trim() : typed;
  // a comma is how half of the world writes the point
  const plain = digits.replace(/^([^,]*),([^,]*)$/, "$1.$2");
  if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(plain)) return undefined;
  const number = Number(plain) * (said ? said.factor : factor);
  if (feature.missing_codes.includes(number)) return null;
  const same = feature.codes.find(([code]) => code === number);
  if (same) return same[0];
  const possible = number >= feature.minimum && number <= feature.maximum;
  return !feature.codes.length && possible ? number : undefined;
}

/** Whether the model can do anything with a value: it saw such values in training. */
function isSeen({ category, training_range: range }, value) {
  return category ? category.classes.includes(value) : range !== null;
}

/** The rows of the first layer that a value switches on, each with its factor. */
function rowsOf(feature, value) {
  const seen = value !== null && isSeen(feature, value) ? value : null;
  const number = feature.number ? rowsOfNumber(feature.number, seen) : [];
  return feature.category ? [...number, rowOfCategory(feature.category, seen)] : number;
}

function rowOfCategory({ row, classes }, value) {
  const code = value === null ? classes.length : classes.indexOf(value);
  return model.network.embedding ? [row + code, 1] : [row, code];
}

function rowsOfNumber({ row, flag, mean, scale, median, pieces }, value) {
  const number = value ?? median;
  const flags = flag === null ? [] : [[flag, value === null ? 1 : 0]];
  const shares = pieces.map(({ row: own, start, factor }) =>
    [own, Math.fround(Math.min(Math.max((number - start) * factor, 0), 1))]);
  return [[row, Math.fround((number - mean) / scale)], ...shares, ...flags];
}

function addRows(sums, rows, sign) {
  for (const [row, factor] of rows) {
    const start = row * network.columns;
    for (let j = 0; j < sums.length; j++) sums[j] += sign * factor * network.first[start + j];
  }
}

/** The first layer's sums for a patient of whom nothing is known. */
function sumsOfNothing() {
  const sums = Float64Array.from(network.bias);
  for (const feature of model.features) addRows(sums, rowsOf(feature, null), 1);
  return sums;
}

/** What knowing a value adds to these sums. */
function effectOf(feature, value) {
  const effect = new Float64Array(network.columns);
  addRows(effect, rowsOf(feature, value), 1);
  addRows(effect, rowsOf(feature, null), -1);
  return effect;
}

function add(sums, effect, sign) {
  for (let j = 0; j < sums.length; j++) sums[j] += sign * effect[j];
}

/** A layer of one member, of the units that are above 0. */
function product({ n, out, weight, bias, room }, member, x, start) {
  for (let j = 0; j < out; j++) room[j] = bias[member * out + j];
  for (let i = 0, at = member * n * out; i < n; i++, at += out) {
    const input = x[start + i];
    if (input > 0) for (let j = 0; j < out; j++) room[j] += input * weight[at + j];
  }
  return room;
}

/** The same for a single column, as every network's last layer is; most of the time goes here. */
function dot({ n, weight, bias, room }, member, x, start) {
  let sum = bias[member];
  for (let i = 0, at = member * n; i < n; i++) {
    const input = x[start + i];
    sum += input > 0 ? input * weight[at + i] : 0;
  }
  room[0] = sum;
  return room;
}

/** One member's log-odds. */
function logitOf(member, sums) {
  let x = sums, start = member * network.width;
  for (const layer of network.layers) {
    x = layer.out === 1 ? dot(layer, member, x, start) : product(layer, member, x, start);
    start = 0;
  }
  return x[start] + (network.linear ? sums[network.members * network.width + member] : 0);
}

const sigmoid = (x) => 1 / (1 + Math.exp(-x));

/** Log-odds of a probability kept a little away from 0 and 1, as in Python. */
function logOdds(p) {
  const inside = Math.min(Math.max(p, model.edge), 1 - model.edge);
  return Math.log(inside / (1 - inside));
}

function membersOf(sums) {
  return Array.from({ length: network.members }, (_, m) => sigmoid(logitOf(m, sums)));
}

function meanOf(sums) {
  let sum = 0;
  for (let m = 0; m < network.members; m++) sum += sigmoid(logitOf(m, sums));
  return sum / network.members;
}

/** The bundle's answer for the network's: a line on the log-odds, or lines between knots. */
function recalibrate(p) {
  const { method, slope, intercept, knots } = model.recalibration;
  if (method === "none") return p;
  if (method !== "isotonic") return sigmoid(intercept + slope * logOdds(p));
  const above = knots.findIndex(([before]) => before > p);
  if (above === 0) return knots[0][1];
  if (above < 0) return knots[knots.length - 1][1];
  const [[x0, y0], [x1, y1]] = [knots[above - 1], knots[above]];
  return Math.min(y0 + ((y1 - y0) / (x1 - x0)) * (p - x0), knots[knots.length - 1][1]);
}

function sumsOf(values) {
  const sums = Float64Array.from(NOTHING);
  for (const feature of model.features) {
    if (values[feature.name] !== null) add(sums, effectOf(feature, values[feature.name]), 1);
  }
  return sums;
}

/**
 * The answer for values by feature: the mean of the members, where nine of ten of them are, the
 * side of the threshold, how many members are on the other side, how many values the model reads,
 * whether these are enough to decide, and why the decision is near the threshold.
 */
function predict(values) {
  const members = membersOf(sumsOf(values));
  const probability = recalibrate(members.reduce((a, b) => a + b) / members.length);
  const answers = members.map(recalibrate);
  const positive = probability >= model.threshold;
  const other = answers.filter((p) => p >= model.threshold !== positive).length;
  const known = countKnown(values), decided = known >= model.decisions.needed;
  const near = decided ? nearOf(probability, other) : null;
  return { probability, range: rangeOf(answers), positive, other, known, decided, near };
}

/** How many values the model reads. */
function countKnown(values) {
  const isKnown = (feature) =>
    values[feature.name] !== null && isSeen(feature, values[feature.name]);
  return model.features.filter(isKnown).length;
}

/** The name of the sentence that says why an answer is near the threshold, or null. */
function nearOf(probability, other) {
  if (other > model.decisions.divided * network.members) return "near_divided";
  return Math.abs(probability - model.threshold) < model.decisions.close ? "near_close" : null;
}

/** Where nine of ten of the members' values are, or all of few; null for a single one. */
function rangeOf(values) {
  if (values.length < 2) return null;
  const sorted = Float64Array.from(values).sort();
  return model.spread.map((share) => {
    const at = share * (sorted.length - 1), low = Math.floor(at);
    return sorted[low] + (at - low) * (sorted[Math.min(low + 1, sorted.length - 1)] - sorted[low]);
  });
}

/** Why a value should be looked at twice: a name among the model's problems, or null. */
function problemOf(feature, value) {
  if (value === null) return "missing";
  if (!isSeen(feature, value)) return "unseen";
  if (!feature.category) {
    if (value < feature.training_range[0]) return "below";
    if (value > feature.training_range[1]) return "above";
  }
  const usual = feature.usual;
  return usual && (value < usual[0] || value > usual[1]) ? "unusual" : null;
}

/**
 * Each feature's share in the answer: Shapley values (1953) on the log-odds, where a set of
 * features is worth the log-odds of the answer when only they are known. What is not known, or
 * was never seen, adds nothing to any set. The sets come in Gray-code order: each differs from
 * the one before by a single feature, whose effect on the first layer is added or taken away.
 * Each member plays its own game too; most of their shares are inside the range.
 * It stops now and then (yields), so that the page can paint; what it returns is
 * { base, shares: [{ feature, share, range }] }, base for nothing known.
 */
function* explain(values) {
  const known = model.features.filter(
    (feature) => values[feature.name] !== null && isSeen(feature, values[feature.name]),
  );
  const effects = known.map((feature) => effectOf(feature, values[feature.name]));
  const sets = 2 ** known.length, sums = Float64Array.from(NOTHING);
  const worth = new Float64Array(sets);
  const own = Array.from({ length: network.members }, () => new Float64Array(sets));
  for (let step = 0, set = 0; step < sets; step++) {
    if (step > 0) {
      const turned = 31 - Math.clz32(step & -step);
      set ^= 1 << turned;
      add(sums, effects[turned], set & (1 << turned) ? 1 : -1);
    }
    let sum = 0;
    for (let m = 0; m < network.members; m++) {
      const p = sigmoid(logitOf(m, sums));
      own[m][set] = logOdds(recalibrate(p));
      sum += p;
    }
    worth[set] = logOdds(recalibrate(sum / network.members));
    if (step % 64 === 0) yield;
  }
  const shares = [];
  for (const [i, feature] of known.entries()) {
    const range = rangeOf(own.map((ofMember) => shareOf(i, ofMember)));
    shares.push({ feature, share: shareOf(i, worth), range });
    yield;
  }
  return { base: worth[0], shares };
}

/** The mean of what a feature adds, over all orders in which the known ones can become known. */
function shareOf(i, worth) {
  const n = Math.log2(worth.length);
  const weight = [1 / n];  // of a set of s others: s! (n - 1 - s)! / n!
  for (let s = 1; s < n; s++) weight.push((weight[s - 1] * s) / (n - s));
  let share = 0;
  for (let set = 0; set < worth.length; set++) {
    if (set & (1 << i)) continue;
    share += weight[sizeOf(set)] * (worth[set | (1 << i)] - worth[set]);
  }
  return share;
}

function sizeOf(set) {
  let size = 0;
  for (; set; set &= set - 1) size++;
  return size;
}

/** Whether this file, in this browser, answers as the bundle did when it was written. */
function isIntact() {
  return model.golden.every(({ patient, mean, probability }) => {
    const near = (a, b) => Math.abs(a - b) <= model.tolerance;
    return near(meanOf(sumsOf(patient)), mean) && near(recalibrate(mean), probability);
  });
}
