// Press and hold to see a text in clear. What for is asked once in a tab; then m, or the
// button, shows the text for as long as it is held. Each time is on record. Without a
// hand that can hold, Enter in the field shows it for a minute.

const kept = "takeback.purpose";
const form = () => document.querySelector("form[data-reveal]");
const field = () => form()?.querySelector("input");
let held = false; // something is pressed, and the text goes when it is let go

function fill() {
  const input = field();
  if (input && !input.value) input.value = sessionStorage.getItem(kept) ?? "";
}

function press() {
  const input = field();
  if (!input) return;
  if (!input.value || !input.checkValidity()) return input.focus();
  held = true;
  form().dataset.held = "";
  form().requestSubmit();
}

function release() {
  if (!held) return;
  held = false;
  document.getElementById("revealed")?.replaceChildren();
}

document.addEventListener("takeback:reveal", press);
document.addEventListener("keyup", (event) => { if (event.key === "m") release(); });
document.addEventListener("pointerdown", (event) => {
  if (!event.target.closest("form[data-reveal] button")) return;
  event.preventDefault();
  press();
});
document.addEventListener("click", (event) => { // the pointer has done it; a key has not
  if (event.target.closest("form[data-reveal] button") && event.detail > 0) event.preventDefault();
});
for (const end of ["pointerup", "pointercancel", "blur"]) window.addEventListener(end, release);

document.addEventListener("submit", (event) => {
  if (event.target.matches("form[data-reveal]")) sessionStorage.setItem(kept, field().value);
}, true);

// An answer that comes after the hand let go is not shown.
document.addEventListener("htmx:after:swap", () => {
  const f = form();
  if (f && "held" in f.dataset && document.querySelector("#revealed > *")) {
    delete f.dataset.held;
    if (!held) document.getElementById("revealed").replaceChildren();
  }
  fill();
});

fill();
