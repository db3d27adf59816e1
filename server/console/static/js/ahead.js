// The next case of the queue is fetched while this one is read, and stands there as soon
// as this one is dealt with; the page of the server follows and is what counts. It is a
// picture beside the case that is done, which is hidden: without ids, so that nothing
// still on its way for that case can find it, and inert. Looking ahead makes no case
// anybody's: only the stream of an open page does.

const detail = document.getElementById("detail");
const next = () => detail?.querySelector("[data-next]")?.dataset.next ?? "";
let asked = ""; // what was fetched last
let text = ""; // what it looks like, empty until it is there

async function look() {
  const url = next();
  if (!url || url === asked) return;
  asked = url;
  text = "";
  try {
    const answer = await fetch(url + (url.includes("?") ? "&" : "?") + "ahead=1", { headers: { "HX-Request": "true" } });
    const body = await answer.text();
    if (answer.ok && url === asked) text = body;
  } catch {
    // It comes with its page, as it would without this.
  }
}

function picture() {
  const copy = detail.cloneNode(false);
  copy.inert = true;
  copy.append(...new DOMParser().parseFromString(text, "text/html").body.childNodes);
  for (const el of [copy, ...copy.querySelectorAll("[id]")]) el.removeAttribute("id");
  copy.dataset.ahead = "";
  return copy;
}

// What is shown is not touched before its page is there: the deed is still on its way.
// News of the deed can be faster than its answer, and then there is no next any more.
function show() {
  if (!text || asked !== (next() || asked) || document.querySelector("[data-ahead]")) return;
  const before = document.querySelector("#cases a[aria-current]");
  const copy = picture();
  mark(document.querySelector(`#cases a[href="${asked}"]`));
  detail.after(copy);
  detail.hidden = true;
  detail.parentElement.scrollIntoView();
  setTimeout(() => back(copy, before), 10000);
}

function mark(link) {
  document.querySelector("#cases a[aria-current]")?.removeAttribute("aria-current");
  link?.setAttribute("aria-current", "true");
}

// The page did not come. The case may not be dealt with, so it is shown again; asking for
// the next page instead would break off the deed that is on its way.
function back(copy, link) {
  copy.remove();
  detail.hidden = false;
  mark(link);
}

if (detail) {
  look();
  document.addEventListener("htmx:after:swap", look);
  document.addEventListener("submit", (event) => {
    const on = event.submitter?.matches("form[data-acts] :is([data-keep], [data-act=escalate], [data-act=skip], [data-act=park])");
    if (on) setTimeout(show); // once the form was read
  });
  document.addEventListener("htmx:after:request", (event) => {
    if (!event.detail.ctx.hx?.redirect?.startsWith("/queue")) return;
    document.getElementById("sheet")?.close();
    show();
  });
  // Back from another page: the picture is of then.
  window.addEventListener("pageshow", (event) => {
    if (event.persisted && detail.hidden) location.reload();
  });
}
