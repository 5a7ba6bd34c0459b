"use strict";
(() => {
const root = document.getElementById("explorer");
if (!root) return;
const SPAN = JSON.parse(document.getElementById("explorer-data").textContent);
const F = explorerFormulas();
const fields = [...root.querySelectorAll("[data-parameter]")];
const choose = name => root.querySelector(`[data-choice="${name}"]`);
const LARGEST = 1e300;
/* What the report's targets y were made with: at other values of these there are no data, and no mean y². */
const OF_THE_DATA = ["T", "alpha", "n", "nu_w", "nu_u"];

function read() {
  const v = {};
  for (const field of fields) v[field.dataset.parameter] = Number(field.value);
  const choice = { activation: choose("activation").value, tier: choose("tier").value, variant: choose("variant").value };
  return { v: { ...v, ...SPAN.activations[choice.activation] }, choice };
}
function trouble(v) {
  for (const field of fields) {
    const name = field.dataset.parameter, value = v[name], whole = field.dataset.whole !== undefined;
    const low = Number(field.dataset.low), high = Number(field.dataset.high);
    if (field.value === "" || !(value >= low && value <= high) || (whole && !Number.isInteger(value)))
      return `${name} must be ${whole ? "an integer " : ""}from ${field.dataset.low} to ${field.dataset.high}; got ${field.value || "nothing"}`;
  }
  if (v.m % 2) return `m must be even; got ${v.m} (neurons come in pairs)`;
  if (v.rho_w < v.nu_w) return `rho_w must be at least nu_w; got ${v.rho_w} < ${v.nu_w} (Theorem 1)`;
  if (v.rho_u < v.nu_u) return `rho_u must be at least nu_u; got ${v.rho_u} < ${v.nu_u} (Theorem 1)`;
  return "";
}
const evenCeiling = x => { const whole = Math.ceil(x); return Math.max(2, whole + (whole % 2)); };

/* The least fixed point of the radius of w without projection, by secant steps from below; null if there is none. */
function radii(v, names, variant) {
  let low = v.nu_w, before = null;
  for (let k = 0; k < 60; k++) {
    const gap = F[names["theorem-2.radius_w"][variant]]({ ...v, rho_w: low }) - low;
    if (!Number.isFinite(gap) || low > 1e150) return null;
    if (gap <= 1e-14 * low) {
      return [Math.max(low, low + gap), Math.max(v.nu_u, F[names["theorem-2.radius_u"][variant]]({ ...v, rho_w: low }))];
    }
    let step = gap;
    if (before) {
      const slope = (gap - before[1]) / (low - before[0]);
      if (slope >= 0) return null;
      step = Math.max(gap, -gap / slope);
    }
    before = [low, gap];
    low += step;
  }
  return null;
}
/* The smallest even m with m >= g(m), g not increasing: doubling, then bisection. */
function plan(v, names, variant, free) {
  const theorem = free ? "theorem-2" : "theorem-1";
  const at = m => {
    const base = { ...v, m };
    if (!free) return base;
    const found = radii(base, names, variant);
    return found && { ...base, rho_w: found[0], rho_u: found[1] };
  };
  const asked = m => { const w = at(m); const g = w ? F[names[`${theorem}.width`][variant]](w) : Infinity; return g === g ? g : Infinity; };
  let high = 2;
  while (!(asked(high) <= high)) {
    if (high >= LARGEST) return null;
    high = high > 2 ? Math.min(high * high, LARGEST) : 4;
  }
  let low = high === 2 ? 0 : Math.floor(Math.sqrt(high));
  for (let k = 0; k < 400 && high - low > Math.max(2, high * 2e-14); k++) {
    const below = evenCeiling(asked(high)) - 2;
    if (below > low && below < high) low = below;
    if (high - low <= Math.max(2, high * 2e-14)) break;
    let middle = 2 * Math.floor(Math.sqrt(Math.max(low, 1)) * Math.sqrt(high) / 2);
    middle = Math.min(Math.max(middle, low + 2), high - 2);
    if (asked(middle) <= middle) high = middle; else low = middle;
  }
  return { m: high, tau: Math.ceil(F[names[`${theorem}.iterations`][variant]](at(high))) };
}
function compute() {
  const { v, choice } = read();
  const problem = trouble(v);
  if (problem) return { problem, values: {}, v, choice };
  const names = SPAN.functions[choice.tier], variant = choice.variant, values = {};
  values.alpha_m = v.alpha + v.rho_w / Math.sqrt(v.m);
  values.a = values.alpha_m * v.sigma1;
  for (const k of [0, 1, 2]) values[`sigma${k}`] = v[`sigma${k}`];
  for (const name of ["lemma-1.D_w", "lemma-1.D_u", "lemma-1.L", "lemma-1.beta", "prop-4.bound", "theorem-1-descent.bound"]) values[name] = F[names[name]](v);
  values.mean_square = OF_THE_DATA.every(name => v[name] === SPAN.start[name]) && choice.activation === SPAN.start.activation ? SPAN.trivial : null;
  values.trivial = F[names["prop-6.target"]](v) ** 2;
  for (const other of Object.keys(names["theorem-1.bound"])) values[`theorem-1.bound ${other}`] = F[names["theorem-1.bound"][other]](v);
  const projected = plan(v, names, variant, false), free = plan(v, names, variant, true);
  values["theorem-1 m"] = projected ? projected.m : null;
  values["theorem-1 tau"] = projected ? projected.tau : null;
  values["theorem-2 m"] = free ? free.m : null;
  values["theorem-2 tau"] = free ? free.tau : null;
  return { problem: "", values, v, choice };
}
function show(x) {
  if (x === null) return "none below 10³⁰⁰";
  if (!Number.isFinite(x)) return "beyond the range of doubles";
  if (Number.isInteger(x) && Math.abs(x) < 1e9) return String(x);
  if (x !== 0 && (Math.abs(x) >= 1e6 || Math.abs(x) < 1e-3)) {
    const [mantissa, exponent] = x.toExponential(5).split("e");
    return `${mantissa}·10${[...String(Number(exponent))].map(c => c === "-" ? "⁻" : "⁰¹²³⁴⁵⁶⁷⁸⁹"[c]).join("")}`;
  }
  return String(Number(x.toPrecision(6)));
}
const REGIMES = [["below the cutoff (a < 1): L and β stay bounded as T grows", -1], ["at the cutoff (a = 1): L grows like T, β like T²·T", 0], ["above the cutoff (a > 1): L and β grow exponentially with T", 1]];
function update() {
  const state = compute();
  const message = root.querySelector(".explorer-problem");
  message.textContent = state.problem;
  root.classList.toggle("troubled", Boolean(state.problem));
  if (state.problem) return;
  for (const cell of root.querySelectorAll("data[data-value]")) {
    const x = state.values[cell.dataset.value];
    cell.value = x === null ? "" : String(x);
    cell.textContent = cell.dataset.value === "mean_square" && x === null ? "no data at these settings" : show(x);
  }
  const bound = state.values[`theorem-1.bound ${state.choice.variant}`], trivial = state.values.trivial;
  const own = state.values.mean_square;
  root.querySelector("[data-says]").textContent = own !== null
    ? (bound < own ? "informative: below mean y²" : "vacuous for these data: at or above mean y²")
    : (bound < trivial ? "below (L⁰‖ν‖)²: it says something of targets that large" : "vacuous: at or above (L⁰‖ν‖)², it says nothing");
  const side = Math.sign(state.values.a - 1);
  root.querySelector("[data-regime]").textContent = REGIMES.find(entry => entry[1] === side)[0];
  draw(state);
}

/* The plot: the bound on the risk of every variant against m, tau or T. */
const AXES = {
  m: { values: [...Array(57)].map((_, k) => 2 ** (1 + k)), label: "width m" },
  tau: { values: [...Array(49)].map((_, k) => Math.round(10 ** (k / 4))), label: "iterations τ" },
  T: { values: [...Array(64)].map((_, k) => k + 1), label: "sequence length T" },
};
const DASH = { classic: "", sharpened: "9 4", lyapunov: "2 4", "by descent": "9 3 2 3" };
function draw(state) {
  const svg = root.querySelector("svg.live"), axis = choose("axis").value, { values: xs, label } = AXES[axis];
  const names = SPAN.functions[state.choice.tier], W = Math.max(340, Math.min(640, Math.round(svg.clientWidth) || 640)), H = 340, left = 62, right = 92, top = 14, bottom = 46;
  const bounds = [...Object.entries(names["theorem-1.bound"]), ["by descent", names["theorem-1-descent.bound"]]];
  const lines = bounds.map(([variant, bound], k) => ({ variant, k,
    points: xs.map(x => [x, F[bound]({ ...state.v, [axis]: x })]).filter(([, y]) => y > 0 && Number.isFinite(y)) }));
  const levels = [["(L⁰‖ν‖)²", state.values.trivial], ["mean y²", state.values.mean_square]].filter(([, y]) => y > 0 && Number.isFinite(y));
  const all = [...levels.map(level => level[1]), ...lines.flatMap(line => line.points.map(point => point[1]))].map(Math.log10);
  if (!all.length) {
    svg.setAttribute("viewBox", `0 0 ${W} 60`);
    svg.innerHTML = `<text x="${W / 2}" y="34" text-anchor="middle">all bounds are beyond the range of doubles here</text>`;
    svg.setAttribute("aria-label", "All bounds are beyond the range of doubles here");
    return;
  }
  const low = Math.floor(Math.min(...all)), high = Math.max(low + 1, Math.ceil(Math.max(...all)));
  const logX = axis !== "T", fx = x => (logX ? Math.log10(x) : x), x0 = fx(xs[0]), x1 = fx(xs[xs.length - 1]);
  const X = x => left + (fx(x) - x0) / (x1 - x0) * (W - left - right), Y = y => top + (high - Math.log10(y)) / (high - low) * (H - top - bottom);
  const power = k => `10${[...String(k)].map(c => c === "-" ? "⁻" : "⁰¹²³⁴⁵⁶⁷⁸⁹"[c]).join("")}`;
  let out = "";
  const stepY = Math.max(1, Math.ceil((high - low) / 7));
  for (let k = low; k <= high; k += stepY) out += `<line class="grid" x1="${left}" x2="${W - right}" y1="${Y(10 ** k)}" y2="${Y(10 ** k)}"/><text x="${left - 8}" y="${Y(10 ** k) + 4}" text-anchor="end">${power(k)}</text>`;
  const ticks = logX ? [...Array(Math.floor(x1) + 1)].map((_, k) => 10 ** k).filter((_, k) => k % (x1 > 10 ? (W < 480 ? 6 : 3) : 2) === 0) : [1, 8, 16, 32, 48, 64];
  for (const x of ticks) if (fx(x) >= x0) out += `<line class="grid" x1="${X(x)}" x2="${X(x)}" y1="${top}" y2="${H - bottom}"/><text x="${X(x)}" y="${H - bottom + 17}" text-anchor="middle">${logX ? power(Math.round(Math.log10(x))) : x}</text>`;
  const names_at_right = [];
  for (const [name, y] of levels) {
    out += `<line class="trivial" x1="${left}" x2="${W - right}" y1="${Y(y)}" y2="${Y(y)}"/>`;
    names_at_right.push({ name, y: Y(y), mark: "" });
  }
  for (const { variant, k, points } of lines.filter(line => line.points.length)) {
    const on = variant === state.choice.variant;
    out += `<path class="line s${k}${on ? " on" : ""}" stroke-dasharray="${DASH[variant] || ""}" d="M${points.map(([x, y]) => `${X(x).toFixed(1)} ${Y(y).toFixed(1)}`).join("L")}"/>`;
    names_at_right.push({ name: variant, y: Y(points[points.length - 1][1]), mark: ` class="s${k}"` });
  }
  names_at_right.sort((one, two) => one.y - two.y);
  names_at_right.forEach((entry, k) => { if (k) entry.y = Math.max(entry.y, names_at_right[k - 1].y + 14); });
  for (const { name, y, mark } of names_at_right) out += `<text${mark} x="${W - right + 6}" y="${y + 4}">${name}</text>`;
  const here = state.v[axis], y = state.values[`theorem-1.bound ${state.choice.variant}`];
  if (here >= xs[0] && here <= xs[xs.length - 1] && Number.isFinite(y)) out += `<circle class="here" cx="${X(here)}" cy="${Y(y)}" r="5"/>`;
  out += `<text x="${(left + W - right) / 2}" y="${H - 6}" text-anchor="middle">${label}</text><text transform="translate(13 ${(top + H - bottom) / 2}) rotate(-90)" text-anchor="middle">bound on min R</text>`;
  svg.setAttribute("viewBox", `0 0 ${W} ${H}`);
  svg.innerHTML = out;
  svg.setAttribute("aria-label", `Bound on the risk against ${label} for ${lines.map(line => line.variant).join(", ")}, tier ${state.choice.tier}; now ${show(y)}`);
}
for (const field of fields) {
  const slider = root.querySelector(`[data-slides="${field.dataset.parameter}"]`);
  const log = slider.dataset.log !== undefined, base = Number(slider.dataset.log);
  const place = () => { slider.value = log ? Math.log(Number(field.value)) / Math.log(base) : field.value; };
  slider.addEventListener("input", () => {
    const s = Number(slider.value);
    let x = log ? base ** s : s;
    if (field.dataset.whole !== undefined) x = Math.round(x);
    if (field.dataset.parameter === "m") x = Math.max(2, 2 * Math.round(x / 2));
    field.value = field.dataset.whole !== undefined ? x : Number(x.toPrecision(4));
    update();
  });
  field.addEventListener("input", () => { place(); update(); });
  place();
}
for (const select of root.querySelectorAll("select")) select.addEventListener("change", update);
root.querySelector("[data-reset]").addEventListener("click", () => {
  for (const field of fields) { field.value = field.defaultValue; field.dispatchEvent(new Event("input")); }
  for (const select of root.querySelectorAll("select")) for (const option of select.options) option.selected = option.defaultSelected;
  update();
});
update();
})();
