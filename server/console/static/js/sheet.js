// The sheet: a page of ours shown over the one in hand, which keeps its place. What
// is in it is HTML of the server; without this script the same link is a page.

const sheet = document.getElementById("sheet");
const body = document.getElementById("sheet-body");
const notice = document.getElementById("sheet-notice");

function open(link) {
  notice?.replaceChildren();
  sheet.showModal();
  htmx.ajax("GET", link + (link.includes("?") ? "&" : "?") + "in=sheet", { source: body, target: body, swap: "innerHTML" });
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
    open(link.getAttribute("href"));
  }
  if (event.target.closest("[data-close]") && sheet?.open) {
    event.preventDefault();
    sheet.close();
  }
});

if (sheet) {
  document.addEventListener("htmx:after:swap", settle);
  // Through htmx, so that what is live in it is let go.
  sheet.addEventListener("close", () => htmx.swap({ sourceElement: body, target: body, text: "", swap: "innerHTML swapEmpty:true" }));
}
