// A certificate: printed again, taken back, and the notice of that.
import { ask, askFile, askJson, nameOf, save, sentenceOf } from "/assets/ask.js";
import { become, dialogs, forgives, hold, isWhole, release, said, wrong } from "/assets/actions.js";

const main = document.querySelector("main");

/** What a form says, as the interface takes it; the word that says one is sure is for this page alone. */
function body(form) {
  const { sure, ...rest } = said(form);
  return rest;
}

async function send(form) {
  if (!isWhole(form)) return;
  const button = form.querySelector("[type=submit]");
  if (!hold(button)) return;
  const asked = await ask(form.dataset.sends, { method: "POST", body: body(form) });
  try {
    if (asked.ok) await done(form, asked.answer);
    else wrong(form, sentenceOf(asked.problem));
  } catch {
    // The server has done it, and its answer broke off.
    wrong(form, "已经办了，但答复没有收全。请先刷新这一页（F5），看变更记录里有没有，再决定要不要重来。");
  }
  release(button);
}

/** What was asked is done: its paper is kept, and the page says so. */
async function done(form, answer) {
  if (answer.headers.get("Content-Type").startsWith("application/pdf")) {
    save(await answer.blob(), nameOf(answer, "补印.pdf"));
    form.reset();
    return become(begin, ["已补印，文件在浏览器的下载里。"]);
  }
  const told = await answer.json();
  form.closest("dialog").close();
  form.reset();
  const words = told.document ? "已撤销。撤销公告可以在这一页下载。" : "已经换发。";
  return become(begin, [words, ...told.notes.map((note) => `提示：${note}。`)], "要看到现在的样子，请刷新这一页（F5）。");
}

/** The notice of the revocation: its data, then its paper. */
async function announce(button) {
  if (!hold(button)) return;
  const place = button.closest("section").querySelector(".wrong");
  place.hidden = true;
  const words = await notice(button.dataset.address);
  place.textContent = words;
  place.hidden = !words;
  release(button);
}

/** Has the notice printed; gives what is wrong in words. */
async function notice(address) {
  const data = await askJson(address);
  if (!data.ok) return sentenceOf(data.problem);
  const { document: paper, record } = data.value;
  const made = await askFile(`/api/v1/documents/${paper}/pdf`, "撤销公告.pdf", { method: "POST", body: record });
  if (!made.ok) return sentenceOf(made.problem);
  save(made.blob, made.name);
  return "";
}

function begin() {
  dialogs(main);
  for (const form of main.querySelectorAll("form[data-sends]")) {
    forgives(form);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      send(form);
    });
  }
  const button = document.getElementById("notice");
  if (button) button.addEventListener("click", () => announce(button));
}

begin();
