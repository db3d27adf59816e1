// The sheet: a page of ours shown over the one in hand, which keeps its place. What
// is in it is HTML of the server; without this script the same link is a page.

const sheet = document.getElementById("sheet");
const body = document.getElementById("sheet-body");
const notice = document.getElementById("sheet-notice");
let from = ""; // the row that the sheet was opened from

function open(link) {
  from = (link.closest("[data-row]") ?? document.activeElement?.closest("[data-row]"))?.id ?? "";
  notice?.replaceChildren();
  sheet.showModal();
  const href = link.getAttribute("href");
  htmx.ajax("GET", href + (href.includes("?") ? "&" : "?") + "in=sheet", { source: body, target: body, swap: "innerHTML" });
}

// The eyes and the focus go where there is something to do.
function settle() {
  const first = body.querySelector("[role=alert] ~ * input:checked, input:checked, [data-close]");
  if (sheet.open && !sheet.contains(document.activeElement.closest("input, textarea, button"))) first?.focus();
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-sheet]");
  if (link && sheet && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey) {
    event.preventDefault();
    open(link);
  }
  if (event.target.closest("[data-close]") && sheet?.open) {
    event.preventDefault();
    sheet.close();
  }
});

// The focus goes back to the row, also where the row was drawn anew meanwhile.
function giveBack() {
  if (from && document.activeElement === document.body) document.getElementById(from)?.querySelector("a.open")?.focus();
}

if (sheet) {
  document.addEventListener("htmx:after:swap", settle);
  // Through htmx, so that what is live in it is let go.
  sheet.addEventListener("close", () => {
    htmx.swap({ sourceElement: body, target: body, text: "", swap: "innerHTML swapEmpty:true" });
    giveBack();
  });
}
