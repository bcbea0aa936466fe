// One document, filled in and printed; its list from files, and another document made from it.

import { askJson, brought, sentenceOf } from "/assets/ask.js";
import { Calendar } from "/assets/calendar.js";
import { handOn, handed } from "/assets/draft.js";
import { Form } from "/assets/form.js";
import { Gather } from "/assets/gather.js";
import { inLists } from "/assets/in_lists.js";
import { Table } from "/assets/table.js";

const about = brought("form");
const home = `/api/v1/documents/${about.document}`;
const span = document.getElementById("span");
const calendar = span && new Calendar(span, `${home}/calendar`);

/** A check answers 200 with advice, or 422 with problems; both are what was found. */
async function check(record) {
  calendar?.follow(record);
  const asked = await askJson(`${home}/check`, { method: "POST", body: record });
  const found = asked.ok ? asked.value.advice : asked.problem?.problems;
  return found ? { ok: true, take: () => found } : asked;
}

const root = document.querySelector("[data-record]");
const lists = [...root.querySelectorAll(".grid")].map((it) => new Table(it));

const box = document.getElementById("gather");
let gather = null;

const form = new Form({
  check,
  picture: (record) => ({ document: about.document, record }),
  worded: (found) => inLists(root, found),
  more: () => ({ sources: lists.map((table) => table.sources) }),
  takeMore: (more) => {
    gather?.clear();
    lists.forEach((table, at) => (table.sources = more?.sources?.[at]));
  },
});

if (box) gather = new Gather(box, `${home}/collect`, about.list, document.querySelector(`[data-key="${about.list}"] > .grid`).table);

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
    if (!(await form.finish())) {
      // What else stands in the way has been told.
      if (form.problems.toMend.length) form.say("请先把这一份改好，再接着做下一份。");
      return;
    }
    const target = button.dataset.makes;
    const address = `/api/v1/documents/${target}/derive?from=${about.document}`;
    const made = await askJson(address, { method: "POST", body: form.record });
    if (!made.ok) return form.say(sentenceOf(made.problem));
    if (!handOn(`/documents/${target}`, made.value.record)) form.say("名单太长，这个浏览器带不过去；请下载电子表格（XLSX），到那一页拖进去。");
  });
}
