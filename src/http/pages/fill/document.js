// One document, filled in and printed; its list from files, and another document made from it.

import { askJson, brought, sentenceOf } from "/assets/ask.js";
import { Calendar } from "/assets/calendar.js";
import { handOn, handed } from "/assets/draft.js";
import { Form } from "/assets/form.js";
import { Gather } from "/assets/gather.js";

const about = brought("form");
const home = `/api/v1/documents/${about.document}`;
const span = document.getElementById("span");
const calendar = span && new Calendar(span, `${home}/calendar`);

/** A check answers 200 with advice, or 422 with problems; both are what was found. */
async function check(record) {
  calendar?.follow(record);
  const asked = await askJson(`${home}/check`, { method: "POST", body: record });
  if (asked.ok) return { ok: true, problems: asked.value.advice };
  if (asked.problem?.problems) return { ok: true, problems: asked.problem.problems };
  return asked;
}

const tables = () => [...document.querySelectorAll(".grid")].map((it) => it.table);

const form = new Form({
  check,
  picture: (record) => ({ document: about.document, record }),
  more: () => ({ sources: tables().map((table) => table.sources) }),
  takeMore: (more) => tables().forEach((table, at) => (table.sources = more?.sources?.[at])),
});

const box = document.getElementById("gather");
if (box) new Gather(box, `${home}/collect`, about.list, document.querySelector(`[data-key="${about.list}"] > .grid`).table);

form.begin(handed());

const print = document.getElementById("print");
print.addEventListener("click", async () => {
  const chosen = new FormData(document.getElementById("options")).get("sides");
  // One page has no back that could be printed by hand.
  const sides = chosen === "manual" && form.preview.pages === 1 ? "one" : chosen;
  await form.make(print, `${home}/pdf?sides=${sides}`, () => form.record, sides);
});

const sheet = document.getElementById("sheet");
sheet?.addEventListener("click", () => form.make(sheet, `${home}/xlsx`, () => form.record));

for (const button of document.querySelectorAll("button[data-makes]")) {
  button.addEventListener("click", async () => {
    if (!(await form.finish())) return form.say("请先把这一份改好，再接着做下一份。");
    const target = button.dataset.makes;
    const address = `/api/v1/documents/${target}/derive?from=${about.document}`;
    const made = await askJson(address, { method: "POST", body: form.record });
    if (!made.ok) return form.say(sentenceOf(made.problem));
    handOn(`/documents/${target}`, made.value.record);
  });
}
