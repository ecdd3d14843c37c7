// What pages are nicer with; each works without. Times are shown in the reader's zone, the exact instant on hover.
const spoken = document.documentElement.lang;
const language = navigator.languages.find((each) => each.startsWith(spoken)) ?? spoken;
const search = document.getElementById("search");
const moment = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short" });
const local = (root) => root.querySelectorAll("time[datetime]:not([data-as])").forEach((time) => {
  const at = new Date(time.dateTime);
  if (time.dateTime.includes("T") && !isNaN(at)) time.textContent = moment.format(at);
});
const opened = () => {
  document.querySelectorAll("dialog[data-open]").forEach((dialog) => dialog.open || dialog.showModal());
  document.querySelector("#problem, [aria-invalid=true]")?.focus();
};
local(document);
opened();

// Whoever switched keys of one character off has none: what would listen for them finds nothing to do.
if (document.body.dataset.keys === "off") document.querySelectorAll("[aria-keyshortcuts], [data-key]").forEach((each) => {
  each.removeAttribute("aria-keyshortcuts");
  delete each.dataset.key;
});

// A form on its way is not sent again, and a slow answer is waited for with a word.
const working = document.getElementById("working");
let waiting;
const tell = (said, after) => { clearTimeout(waiting); waiting = setTimeout(() => { working.textContent = said; }, after); };
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post") return;
  if (form.ariaBusy === "true") { event.preventDefault(); return; }
  form.ariaBusy = "true";
  tell(working.dataset.said, 400);
});
addEventListener("pageshow", () => {
  tell("", 0);
  document.querySelectorAll("form[aria-busy]").forEach((form) => { form.ariaBusy = null; });
});

// Parts of a page that come: a word when they are slow or do not come; what is refused is told on a page of its own.
document.addEventListener("htmx:before:request", () => tell(working.dataset.said, 400));
document.addEventListener("htmx:after:request", () => tell("", 0));
document.addEventListener("htmx:error", () => { document.getElementById("found")?.replaceChildren(); tell(working.dataset.lost, 0); });
document.addEventListener("htmx:response:error", ({ detail: { ctx } }) => {
  if (ctx.response.headers.has("hx-redirect")) return;
  if (ctx.sourceElement === search) tell(working.dataset.lost, 0);
  else location.assign(ctx.sourceElement.href || location.href);
});

// A day can be slid to.
document.querySelectorAll("input[data-slide]").forEach((date) => {
  const slider = Object.assign(document.createElement("input"), { type: "range", min: -3650, max: 0, ariaLabel: date.dataset.slide });
  slider.value = date.value ? (new Date(date.value) - Date.now()) / 864e5 : 0;
  slider.addEventListener("input", () => { date.value = new Date(Date.now() + slider.value * 864e5).toISOString().slice(0, 10); });
  date.after(slider);
});

// The focus goes to what came: the first row of more, the first field of a form.
document.addEventListener("htmx:before:settle", (event) => {
  const came = event.detail.newContent.filter((node) => node.nodeType === 1);
  came.forEach(local);
  if (came[0]?.id === "all-keys") document.getElementById("keys").showModal();
  if (came[0]?.matches("form")) came[0].querySelector("input:not([type=hidden])")?.focus();
  if (!came[0]?.matches("tr, .timeline > li")) return;
  const link = came[0].querySelector("a");
  if (!link) came[0].tabIndex = -1;
  (link ?? came[0]).focus();
});

// "/" leads to the search, arrows through what it found, Escape back.
document.addEventListener("keydown", (event) => {
  if (!search || event.ctrlKey || event.metaKey || event.altKey) return;
  const at = document.activeElement;
  if (event.key === search.getAttribute("aria-keyshortcuts") && !at.matches("input, select, textarea")) { search.focus(); search.select(); event.preventDefault(); return; }
  const links = [search, ...document.querySelectorAll("#found a, #hits a")];
  const place = links.indexOf(at);
  if (place < 0) return;
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step) { links[(place + step + links.length) % links.length].focus(); event.preventDefault(); }
  if (event.key === "Escape") { document.getElementById("found").replaceChildren(); search.focus(); }
});

// Keys of a page (`aria-keyshortcuts`): as if what they are of were clicked. Not while something is typed.
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || event.target.matches("input, select, textarea, dialog *")) return;
  const own = [...document.querySelectorAll("a[aria-keyshortcuts], button[aria-keyshortcuts]")].find((each) => each.getAttribute("aria-keyshortcuts") === event.key);
  if (own) { event.preventDefault(); own.click(); }
});

// Browsers that do not know how a button opens a dialog by itself.
if (!("commandForElement" in HTMLButtonElement.prototype)) document.addEventListener("click", (event) => {
  const button = event.target.closest("button[commandfor]");
  const dialog = button && document.getElementById(button.getAttribute("commandfor"));
  if (dialog) button.getAttribute("command") === "close" ? dialog.close() : dialog.showModal();
});

// An auditor's desk: a key gives a verdict and leads to the next element; Enter at the end keeps it.
const desk = document.querySelector("form.judge");
if (desk) {
  const sets = [...desk.querySelectorAll("fieldset.verdict")];
  const lead = (place) => (sets[place]?.querySelector("[type=radio]:checked, [type=radio]") ?? document.getElementById("reference")).focus();
  document.addEventListener("keydown", (event) => {
    const at = document.activeElement;
    if (event.ctrlKey || event.metaKey || event.altKey || at.matches("input:not([type=radio]):not(.right), textarea, select")) return;
    const set = at.closest("fieldset.verdict") ?? sets.find((each) => !each.querySelector(":checked"));
    if (at.matches(".right") && event.key !== "Enter" || !set) return;
    const given = at.matches(".right") ? null : set.querySelector(`[data-key="${event.key}"]`);
    if (!given && !at.matches(".right")) return;
    event.preventDefault();
    if (given) given.checked = true;
    given?.value === "differs" ? set.querySelector(".right").focus() : lead(sets.indexOf(set) + 1);
  });
  if (!document.querySelector("#problem")) lead(0);
}
