// What is asked of something that a page shows: dialogs that say what it means, forms that ask the server and
// then show the page as it has become.
import { askJson, sentenceOf } from "/assets/ask.js";

/** Buttons that open dialogs, and those that close them. */
export function dialogs(place) {
  for (const button of place.querySelectorAll("[data-opens]")) {
    button.addEventListener("click", () => document.getElementById(button.dataset.opens).showModal());
  }
  for (const button of place.querySelectorAll("[data-closes]")) {
    button.addEventListener("click", () => button.closest("dialog").close());
  }
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
      button.disabled = true;
      const address = `${form.dataset.address}?${new URLSearchParams(said(form))}`;
      const asked = await askJson(address, { method: form.dataset.asks });
      button.disabled = false;
      if (!asked.ok) return wrong(form, sentenceOf(asked.problem));
      form.closest("dialog")?.close();
      form.reset();
      done(asked.value);
    });
  }
}

/** Shows the page as it is now, unless someone is in the middle of a dialog; true if it was done. */
export async function refresh() {
  const open = document.querySelector("dialog[open]");
  if (open) {
    open.addEventListener("close", () => location.reload(), { once: true });
    return false;
  }
  const main = document.querySelector("main");
  try {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
    if (!answer.ok) throw new Error("not now");
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const typed = [...main.querySelectorAll("input, textarea")].some((it) => it.value !== it.defaultValue);
    if (typed) return false;
    main.replaceChildren(...page.querySelector("main").childNodes);
    document.title = page.title;
    main.querySelector("h1").focus();
    return true;
  } catch {
    location.reload();
    return false;
  }
}
