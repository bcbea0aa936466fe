// All that an applicant hands in: papers that are filled in, attached files, and one file to print.

import { askJson, brought, nameOf, save, sentenceOf } from "/assets/ask.js";
import { Attachments } from "/assets/attachments.js";
import { handed } from "/assets/draft.js";
import { Form } from "/assets/form.js";
import { send } from "/assets/send.js";

const about = brought("form");
const state = { papers: {} };
const scanned = [...document.querySelectorAll("input.scanned")];
const attachments = new Attachments(document.getElementById("materials"), about, {
  changed(lost) {
    if (lost?.length) form.say(`这些附件浏览器没有存下，请重新选：${lost.join("、")}`);
    form.changed();
  },
  seen: () => form.checkSoon(),
  papers: () => form.record,
});

/** The list of the packet: papers that come as scans are left out, all others are there. */
function listOf(record) {
  const list = { programme: about.programme };
  for (const { key } of about.papers) {
    const asScan = scanned.some((it) => it.dataset.paper === key && it.checked);
    if (!asScan) list[key] = record[key] ?? {};
  }
  list.attachments = attachments.list;
  return list;
}

async function check(record) {
  const asked = await askJson("/api/v1/packets/check", { method: "POST", body: listOf(record) });
  if (!asked.ok) return asked;
  return { ok: true, take: () => take(record, asked.value) };
}

/** Takes what a check has found of the record that is there. */
function take(record, { papers, materials, problems, sections }) {
  const before = JSON.stringify(state.papers[state.key]);
  state.papers = papers;
  state.own = structuredClone(record);
  attachments.untell();
  const found = problems.map(placed);
  drawChecklist(materials);
  attachments.ask(sections);
  // What a paper takes from another is seen on it.
  if (JSON.stringify(papers[state.key]) !== before) form.follow();
  return [...found, ...attachments.problems];
}

/** What is said of attached files stands beside them; beside a field nobody asks which paper it is on. */
function placed(problem) {
  if (problem.pointer.startsWith("/attachments")) return { ...problem, go: attachments.say(problem) };
  const paper = about.papers.find(({ name }) => problem.sentence.startsWith(`${name}：`));
  return paper ? { ...problem, short: problem.sentence.slice(paper.name.length + 1) } : problem;
}

/** The paper that is being filled in; what it takes from another is known from the last check. */
function picture(record, question) {
  const key = question?.closest(".paper")?.dataset.key ?? state.key ?? about.papers[0].key;
  const paper = about.papers.find((it) => it.key === key);
  state.key = key;
  const own = record[key] ?? {};
  const taken = Object.entries(state.papers[key] ?? {}).filter(([field]) => !(field in (state.own?.[key] ?? {})));
  return { document: paper.document, record: { ...Object.fromEntries(taken), ...own } };
}

function drawChecklist(lines) {
  attachments.stand(lines);
  const rows = lines.map((line) => {
    const row = document.createElement("li");
    row.className = attachments.isWrong(line.number) ? "wrong" : line.standing;
    row.textContent = `${attachments.wordOf(line)}　（${line.number}）${line.name}${line.reason ? `：${line.reason}` : ""}`;
    return row;
  });
  const list = document.createElement("ul");
  list.append(...rows);
  document.getElementById("checklist").replaceChildren(list);
}

const form = new Form({
  check,
  picture,
  opened: "附件不在草稿文件里，请重新选。",
  leaves: "附件不在里面，要拿到别的电脑，请连同附件的原件一起带走。",
  reached: () => attachments.lookAgain(),
  holdsMore: () => attachments.list.length > 0,
  more: () => ({ scanned: scanned.filter((it) => it.checked).map((it) => it.dataset.paper), attachments: attachments.kept }),
  takeMore: (more) => {
    // Nothing of who was here before is on the next one's paper.
    Object.assign(state, { papers: {}, own: {}, key: undefined });
    for (const box of scanned) box.checked = more?.scanned?.includes(box.dataset.paper) ?? false;
    if (more?.attachments) attachments.restore(more.attachments);
    else if (more) attachments.clear();
    show();
  },
});

function show() {
  for (const box of scanned) box.closest(".paper").querySelector(":scope > .value").hidden = box.checked;
}

for (const box of scanned) box.addEventListener("change", () => (show(), form.changed()));
form.begin(handed());

async function make(wrapping) {
  if (!(await form.finish())) return;
  const sides = document.getElementById("sides").value;
  const query = new URLSearchParams({ as: sides === "manual" ? "zip" : wrapping });
  if (sides) query.set("sides", sides);
  const body = new FormData();
  body.set("packet", new Blob([JSON.stringify(listOf(form.record))], { type: "application/json" }));
  for (const file of attachments.files) body.append("file", file.blob, file.name);
  form.say("");
  const made = await send(`/api/v1/packets?${query}`, body, showSending);
  showSending(null);
  if (!made.ok) {
    if (made.problem.problems) {
      form.problems.take(made.problem.problems.map(placed));
      form.problems.tellAll();
    }
    return form.say(sentenceOf(made.problem));
  }
  const name = nameOf(made.answer, "申报材料.pdf");
  save(made.blob, name);
  const [pages, sheets] = ["Chengwen-Pages", "Chengwen-Sheets"].map((it) => made.answer.headers.get(it));
  form.tellMade(`已生成“${name}”：每份 ${pages} 页，一共用纸 ${sheets} 张；在浏览器的下载中。`, sides);
}

function showSending(sent) {
  const box = document.getElementById("sending");
  box.hidden = sent === null;
  if (sent === null) return;
  document.getElementById("sent").value = sent * 100;
  document.getElementById("sent-text").textContent = sent < 1 ? `正在上传 ${Math.round(sent * 100)}%` : "已传完，正在排版、合成……";
}

for (const wrapping of ["pdf", "zip"]) {
  const button = document.getElementById(`make-${wrapping}`);
  button.addEventListener("click", () => form.once(button, () => make(wrapping)));
}
