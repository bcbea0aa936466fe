// A certificate: printed again, taken back, and the notice of that.
import { ask, askJson, make, nameOf, save, sentenceOf } from "/assets/ask.js";
import { dialogs, forgives, isWhole, refresh, said, wrong } from "/assets/actions.js";

const main = document.querySelector("main");

/** Shows the page as it has become, and says what was done. */
async function done(words, notes = []) {
  if (!(await refresh())) return;
  const place = document.getElementById("done");
  place.replaceChildren(...[words, ...notes].map((note) => make("p", { className: "say" }, note)));
  begin();
}

/** What a form says, as the interface takes it; the word that says one is sure is for this page alone. */
function body(form) {
  const { sure, ...rest } = said(form);
  return rest;
}

async function send(form) {
  if (!isWhole(form)) return;
  const button = form.querySelector("[type=submit]");
  button.disabled = true;
  const asked = await ask(form.dataset.sends, { method: "POST", body: body(form) });
  button.disabled = false;
  if (!asked.ok) return wrong(form, sentenceOf(asked.problem));
  if (asked.answer.headers.get("Content-Type").startsWith("application/pdf")) {
    save(await asked.answer.blob(), nameOf(asked.answer, "补印.pdf"));
    form.reset();
    return done("已补印，文件在浏览器的下载里。");
  }
  const told = await asked.answer.json();
  form.closest("dialog").close();
  form.reset();
  const words = told.document ? "已撤销。撤销公告可以在下面下载。" : "已经办好。";
  done(words, told.notes.map((note) => `请留意：${note}。`));
}

/** The notice of the revocation: its data, then its paper. */
async function announce(button) {
  const place = button.closest("section").querySelector(".wrong");
  place.hidden = true;
  button.disabled = true;
  const fail = (problem) => {
    place.textContent = sentenceOf(problem);
    place.hidden = false;
  };
  const data = await askJson(button.dataset.address);
  if (data.ok) {
    const { document: paper, record } = data.value;
    const made = await ask(`/api/v1/documents/${paper}/pdf`, { method: "POST", body: record });
    if (made.ok) save(await made.answer.blob(), nameOf(made.answer, "撤销公告.pdf"));
    else fail(made.problem);
  } else {
    fail(data.problem);
  }
  button.disabled = false;
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
