// One document, filled in and printed.

import { askJson, brought } from "/assets/ask.js";
import { handed } from "/assets/draft.js";
import { Form } from "/assets/form.js";

const about = brought("form");
const home = `/api/v1/documents/${about.document}`;

/** A check answers 200 with advice, or 422 with problems; both are what was found. */
async function check(record) {
  const asked = await askJson(`${home}/check`, { method: "POST", body: record });
  if (asked.ok) return { ok: true, problems: asked.value.advice };
  if (asked.problem?.problems) return { ok: true, problems: asked.problem.problems };
  return asked;
}

const form = new Form({ check, picture: (record) => ({ document: about.document, record }) });
form.begin(handed());

const print = document.getElementById("print");
print?.addEventListener("click", async () => {
  const sides = new FormData(document.getElementById("options")).get("sides");
  const query = sides ? `?sides=${sides}` : "";
  if (await form.make(print, `${home}/pdf${query}`, () => form.record)) document.getElementById("how").hidden = false;
});
