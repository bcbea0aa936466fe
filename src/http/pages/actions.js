// What is asked of something that a page shows: dialogs that say what it means, forms that ask the server and
// then show the page as it has become.
import { askJson, make, sentenceOf } from "/assets/ask.js";

/** Takes a button that is pressed: false if what it asked before is not answered yet. It can be focused as
 * before, as one that is disabled cannot. */
export function hold(button) {
  if (button.getAttribute("aria-disabled") === "true") return false;
  button.setAttribute("aria-disabled", "true");
  return true;
}

/** The button can be pressed again. */
export function release(button) {
  button.removeAttribute("aria-disabled");
}

/** Buttons that open dialogs, and those that close them. A dialog that is closed begins anew: nothing that was
 * typed there and given up waits unseen. */
export function dialogs(place) {
  for (const button of place.querySelectorAll("[data-opens]")) {
    button.addEventListener("click", () => document.getElementById(button.dataset.opens).showModal());
  }
  for (const button of place.querySelectorAll("[data-closes]")) {
    button.addEventListener("click", () => button.closest("dialog").close());
  }
  for (const dialog of place.querySelectorAll("dialog")) {
    dialog.addEventListener("close", () => {
      for (const form of dialog.querySelectorAll("form")) begun(form);
    });
  }
}

/** A form as it was at first. */
function begun(form) {
  form.reset();
  for (const field of form.querySelectorAll("[aria-invalid]")) field.removeAttribute("aria-invalid");
  wrong(form);
}

/** What a form says, with what it brings along; empty fields are not said. */
export function said(form) {
  const all = { ...JSON.parse(form.dataset.with || "{}"), ...Object.fromEntries(new FormData(form)) };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value.trim() !== ""));
}

/** Shows what is wrong with a form, or nothing. */
export function wrong(form, words) {
  const place = form.querySelector(".wrong[role=alert]");
  place.textContent = words || "";
  place.hidden = !words;
}

/** What was wrong with a form is no more when it is typed into. */
export function forgives(form) {
  form.noValidate = true;
  form.addEventListener("input", (event) => {
    event.target.removeAttribute("aria-invalid");
    wrong(form);
  });
}

/** Whether all of a form is filled in as it must be; the first slip is told and gets the focus. */
export function isWhole(form) {
  for (const field of form.querySelectorAll("input, select, textarea")) {
    const sound = field.checkValidity() && (!field.required || field.value.trim() !== "");
    field.removeAttribute("aria-invalid");
    if (sound) continue;
    const label = field.labels[0].firstChild.textContent.split("（")[0].trim();
    const words = field.value.trim() === "" ? `请填写“${label}”` : field.dataset.slip || `“${label}”写得不对`;
    field.setAttribute("aria-invalid", "true");
    wrong(form, words);
    field.focus();
    return false;
  }
  wrong(form);
  return true;
}

/** Forms that ask the interface with what they say in the query; `done` is called after each success. */
export function submits(place, done) {
  for (const form of place.querySelectorAll("form[data-asks]")) {
    forgives(form);
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      if (!isWhole(form)) return;
      const button = form.querySelector("[type=submit]");
      if (!hold(button)) return;
      const address = `${form.dataset.address}?${new URLSearchParams(said(form))}`;
      const asked = await askJson(address, { method: form.dataset.asks });
      release(button);
      if (!asked.ok) return wrong(form, sentenceOf(asked.problem));
      form.closest("dialog")?.close();
      begun(form);
      done(asked.value);
    });
  }
}

/** Whether a field holds what the page did not bring. */
function isTyped(field) {
  if (field.type === "checkbox" || field.type === "radio") return field.checked !== field.defaultChecked;
  return field.value !== field.defaultValue;
}

/** Shows the page as it is now; false if it stays, as someone is in the middle of something there, or the
 * server cannot be asked. */
async function refresh() {
  const main = document.querySelector("main");
  const busy = () => document.querySelector("dialog[open]") || [...main.querySelectorAll("input, textarea")].some(isTyped);
  if (busy()) return false;
  try {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
    if (!answer.ok) return false;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (busy()) return false;
    main.replaceChildren(...page.querySelector("main").childNodes);
    document.title = page.title;
    main.querySelector("h1").focus();
    return true;
  } catch {
    return false;
  }
}

/** Shows the page as it has become; `begin` gives it its life. What is said of what was done stands on the page
 * in any case, also on one that had to stay as it was. Tells whether the page is as it has become. */
export async function become(begin, notes = [], otherwise = "已经办好。刷新这一页（F5），就能看到。") {
  const fresh = await refresh();
  const said = fresh ? notes : [...notes, otherwise];
  const place = document.getElementById("done");
  place.replaceChildren(...said.map((note) => make("p", { className: "say" }, note)));
  if (fresh) begin();
  else place.scrollIntoView({ block: "nearest" });
  return fresh;
}
