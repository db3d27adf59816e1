// One key, one deed; each stands beside its button. None works while typing, and
// all can be switched off (WCAG 2.1.4).

const off = "takeback.keys.off";
const enabled = () => localStorage.getItem(off) === null;
const typing = (el) => el.closest("input:not([type=radio], [type=checkbox]), textarea, select, [contenteditable]");
const places = { m: "/messages", g: "/groups", q: "/queue", r: "/recalls", c: "/conversations", d: "/rules", t: "/try", a: "/audit", s: "/settings" };
let going = 0; // when g was pressed

function move(step) {
  const rows = [...document.querySelectorAll("[data-row]")];
  const here = rows.findIndex((row) => row.contains(document.activeElement));
  const current = rows.findIndex((row) => row.querySelector("[aria-current]"));
  const from = here >= 0 ? here : current;
  const next = rows[Math.min(rows.length - 1, Math.max(0, from < 0 ? 0 : from + step))];
  const link = next?.querySelector("a.open");
  link?.focus();
  link?.scrollIntoView({ block: "nearest" });
}

// r asks for the reason first; with the picker in the hand it sends.
function recall() {
  const form = document.querySelector("form[data-recall]");
  if (!form) {
    const link = document.activeElement.closest?.("[data-row]")?.querySelector("a.open");
    if (link) location.assign(link.getAttribute("href") + "#recall");
    return;
  }
  const button = form.querySelector("button.recall");
  if (form.contains(document.activeElement) && button) form.requestSubmit(button);
  else form.querySelector("input[type=radio]:checked, input[type=radio]")?.focus();
}

function reason(digit) {
  const radio = document.querySelectorAll("form[data-recall] input[type=radio]")[digit - 1];
  if (!radio) return;
  radio.checked = true;
  radio.focus();
}

function keep() {
  const button = document.querySelector("[data-keep]");
  if (button) button.form.requestSubmit(button);
}

// act presses a button that stands on the page, and says so when it does not.
const act = (name) => () => document.querySelector(`[data-act=${name}]`)?.click();

// x ticks the row that is in focus, or the one beside the list; with shift, all
// between it and the last one ticked.
let ticked = -1;
function tick(range) {
  const boxes = [...document.querySelectorAll("[data-select]")];
  const row = document.activeElement.closest?.("[data-row]") ?? document.querySelector("[data-row]:has([aria-current])");
  const at = boxes.findIndex((box) => row?.contains(box));
  if (at < 0) return;
  const from = range && ticked >= 0 ? ticked : at;
  const on = range ? true : !boxes[at].checked;
  for (const box of boxes.slice(Math.min(from, at), Math.max(from, at) + 1)) box.checked = on;
  ticked = at;
}

const deeds = {
  x: () => tick(false),
  X: () => tick(true),
  b: () => document.querySelector("form[data-bulk] button")?.click(),
  e: act("escalate"),
  s: act("skip"),
  p: act("park"),
  c: () => document.querySelector("[data-note]")?.focus(),
  j: () => move(1),
  k: () => move(-1),
  r: recall,
  o: keep,
  m: () => document.querySelector("form[data-reveal] input")?.focus(),
  "/": () => document.querySelector("[data-search]")?.focus(),
  "?": () => document.getElementById("keys")?.showModal(),
  g: () => { going = Date.now(); },
};

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && typing(event.target)) return event.target.blur();
  if (!enabled() || event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
  if (document.querySelector("dialog[open]")) return;
  if (Date.now() - going < 1500 && places[event.key]) {
    going = 0;
    event.preventDefault();
    return location.assign(places[event.key]);
  }
  going = 0;
  const deed = /^[1-9]$/.test(event.key) ? () => reason(Number(event.key)) : deeds[event.key];
  if (!deed) return;
  event.preventDefault();
  deed();
});

const box = document.querySelector("[data-keys-switch]");
if (box) {
  box.checked = enabled();
  box.addEventListener("change", () => (box.checked ? localStorage.removeItem(off) : localStorage.setItem(off, "1")));
}
if (location.hash === "#recall") recall();
