// While the server does not answer nothing is sent: what was typed stays where it is, and
// a sentence says so until the page is live again. Without this the browser would put a
// page of its own in the place of the form.

const sign = document.getElementById("live");
const away = () => sign?.dataset.state === "lost";
let told = null; // where the sentence stands

function tell() {
  told = document.querySelector("dialog[open]") ? document.getElementById("sheet-notice") : document.getElementById("notice");
  if (!told) return;
  const sentence = document.createElement("p");
  sentence.className = "sentence warn";
  sentence.role = "alert";
  sentence.textContent = sign.dataset.unsent;
  told.replaceChildren(sentence);
  told.scrollIntoView({ block: "nearest" });
}

if (sign) {
  document.addEventListener("submit", (event) => {
    if (!away() || (event.submitter?.formMethod || event.target.method) === "dialog") return;
    event.preventDefault();
    event.stopImmediatePropagation(); // htmx and the next case are not to act on it either
    tell();
  }, true);
  // It went away between the key and the call.
  document.addEventListener("htmx:error", (event) => {
    if (event.detail.error instanceof TypeError && event.detail.ctx?.request.method === "POST") tell();
  });
  new MutationObserver(() => {
    if (away() || !told) return;
    told.replaceChildren();
    told = null;
  }).observe(sign, { attributeFilter: ["data-state"] });
}
