// What the page needs beyond htmx. Everything listens on the document, and
// nothing here makes HTML: text is set, attributes are set, elements are emptied.

const today = new Date().toDateString();
const lang = document.documentElement.lang;
const clock = new Intl.DateTimeFormat(lang, { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
const dayAndClock = new Intl.DateTimeFormat(lang, { month: "short", day: "numeric", hour: "2-digit", minute: "2-digit", hourCycle: "h23" });

// Times come in UTC; each viewer reads them in the zone of their own clock.
function localTimes() {
  for (const el of document.querySelectorAll("time[data-when]")) {
    const at = new Date(el.dateTime);
    const text = (at.toDateString() === today ? clock : dayAndClock).format(at);
    if (el.textContent !== text) el.textContent = text;
  }
}

// Where the server adds up days, it needs to know whose: the name of the zone and no more.
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
if (zone) document.cookie = `takeback-zone=${zone}; path=/; samesite=strict; max-age=31536000`;

// The stream says whether it is alive; a page that is not live must not look so.
function live(state) {
  const el = document.getElementById("live");
  if (!el || el.dataset.state === state) return;
  el.dataset.state = state;
  el.textContent = el.dataset[state];
}

const two = (n) => String(n).padStart(2, "0");
const ticking = (s) => (s < 3600 ? `${Math.floor(s / 60)}:${two(s % 60)}` : `${Math.floor(s / 3600)}:${two(Math.floor(s / 60) % 60)}:${two(s % 60)}`);
const relative = new Intl.RelativeTimeFormat(lang, { numeric: "always" });
const days = (s) => relative.format(Math.floor(s / 86400), "day");

// A countdown to a moment: how long something stays somebody's.
function countdowns() {
  for (const el of document.querySelectorAll("[data-until]")) {
    const left = Math.max(0, Math.round((new Date(el.dataset.until) - Date.now()) / 1000));
    const text = left < 86400 ? ticking(left) : days(left);
    if (el.textContent !== text) el.textContent = text;
  }
}
// How long ago something was, in the reader's words; the exact time stands beside it.
const units = [["day", 86400], ["hour", 3600], ["minute", 60], ["second", 1]];
function ages() {
  for (const el of document.querySelectorAll("[data-since]")) {
    const age = Math.max(0, Math.floor((Date.now() - new Date(el.dataset.since)) / 1000));
    const [unit, size] = units.find(([, n]) => age >= n) ?? units[3];
    const text = relative.format(-Math.floor(age / size), unit);
    if (el.textContent !== text) el.textContent = text;
  }
}
setInterval(() => { countdowns(); ages(); }, 1000);

let signedOut = false;

// A revealed text is taken out of the page when its time is over.
const timed = new WeakSet();
function expireRevealed() {
  for (const el of document.querySelectorAll("[data-expires]")) {
    if (timed.has(el)) continue;
    timed.add(el);
    setTimeout(() => el.remove(), Number(el.dataset.expires) * 1000);
  }
}

function refresh() {
  localTimes();
  countdowns();
  ages();
  expireRevealed();
}

document.addEventListener("htmx:after:swap", refresh);
// The page's own stream is meant; one in a sheet may end as it likes.
const ours = (event) => event.target.id === "stream";
document.addEventListener("htmx:sse:after:connection", (event) => { if (ours(event)) live("live"); });
document.addEventListener("htmx:sse:after:message", (event) => { if (ours(event)) live("live"); });
document.addEventListener("htmx:sse:error", (event) => {
  if (!ours(event)) return;
  signedOut ||= event.detail.status === 401;
  live(signedOut ? "out" : "lost");
});
document.addEventListener("htmx:sse:close", (event) => { if (ours(event)) live(signedOut ? "out" : "lost"); });
document.addEventListener("htmx:sse:before:connection", (event) => {
  if (signedOut) event.preventDefault(); // there is nothing to come back to
  else if (ours(event) && event.detail.connection.attempt > 0) live("lost");
});

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-open]");
  if (opener) document.getElementById(opener.dataset.open)?.showModal();
  if (event.target.closest("[data-print]")) window.print();
});

// Leaving the page hides what was revealed, whatever the browser keeps of it.
window.addEventListener("pagehide", () => {
  for (const el of document.querySelectorAll("[data-expires]")) el.remove();
});

refresh();
