// One key, one deed; each stands beside its button. None works while typing, and
// all can be switched off (WCAG 2.1.4).

const off = "takeback.keys.off";
const enabled = () => localStorage.getItem(off) === null;
const typing = (el) => el.closest("input:not([type=radio], [type=checkbox]), textarea, select, [contenteditable]");
const places = { n: "/", m: "/messages", g: "/groups", q: "/queue", r: "/recalls", w: "/sweeps", c: "/conversations", p: "/policy", b: "/breakers", d: "/detectors", t: "/try", a: "/audit", u: "/numbers", h: "/holds", k: "/hooks", s: "/settings" };
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

const asking = () => document.querySelector("dialog[open] form[data-recall], main form[data-recall]");

// r shows what a recall would meet; pressed again, it sends.
function recall() {
  const form = asking();
  if (form) return form.requestSubmit(form.querySelector("button.recall"));
  const row = document.activeElement.closest?.("[data-row]")?.querySelector("a[data-sheet]");
  const other = [...document.querySelectorAll("a[data-sheet]")].find((link) => !link.closest("[data-row]"));
  (row ?? other)?.click();
}

function reason(digit) {
  const radio = asking()?.querySelectorAll("input[type=radio]")[digit - 1];
  if (!radio) return;
  radio.checked = true;
  radio.focus();
}

// z takes back the last recall, while it has not left.
function undo() {
  (document.querySelector("dialog[open] [data-undo]") ?? document.querySelector("[data-undo]"))?.click();
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
  z: undo,
  o: keep,
  m: () => document.dispatchEvent(new Event("takeback:reveal")),
  "/": () => document.querySelector("[data-search]")?.focus(),
  "?": () => document.getElementById("keys")?.showModal(),
  g: () => { going = Date.now(); },
};

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && typing(event.target)) return event.target.blur();
  if (!enabled() || event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
  if (document.querySelector("[data-ahead]")) return event.preventDefault(); // the next case is shown, and its page is on its way
  const over = document.querySelector("dialog[open]");
  if (over && !(over.id === "sheet" && /^[1-9rz]$/.test(event.key))) return;
  if (Date.now() - going < 1500 && places[event.key]) {
    going = 0;
    event.preventDefault();
    return location.assign(places[event.key]);
  }
  going = 0;
  const deed = /^[1-9]$/.test(event.key) ? () => reason(Number(event.key)) : deeds[event.key];
  if (!deed) return;
  event.preventDefault();
  if (!event.repeat || /^[jk]$/.test(event.key)) deed();
});

const box = document.querySelector("[data-keys-switch]");
if (box) {
  box.checked = enabled();
  box.addEventListener("change", () => (box.checked ? localStorage.removeItem(off) : localStorage.setItem(off, "1")));
}
