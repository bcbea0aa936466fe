// A new batch: what, which list, how, and go. The list is looked at as soon as it is there.
import { askFile, askJson, brought, save, sentenceOf } from "/assets/ask.js";
import { drops } from "/assets/drops.js";
import { forget, keep, kept, nonce, readList, sumOf } from "/assets/list_file.js";
import { show, showNumbers } from "/assets/found.js";
import { hold, release } from "/assets/actions.js";

const form = document.getElementById("new");
const at = (id) => document.getElementById(id);
const field = (name) => form.elements[name];
const documents = brought("documents");
const { owner } = form.dataset;

let list = null;
let looked = null;
let looking = null;
// What makes the requests of this tab known: the same list printed in the same way is one batch, also when
// the button is pressed twice, after a reload, or after an answer that was lost.
let own = nonce();

const chosen = () => {
  const ticked = form.querySelector("[name=document]:checked");
  return ticked ? documents.find((it) => it.id === ticked.value) : undefined;
};

/** What is asked of the rows, by the words of the interface. */
function wanted() {
  const query = new URLSearchParams({ document: chosen().id });
  const put = (name, value) => value && query.set(name, value);
  put("good_rows", field("good_rows").checked && "yes");
  put("anew", field("anew").checked && "yes");
  put("as", field("as").value);
  put("sides", field("sides").value);
  put("standard", field("standard").value);
  if (chosen().overprint && field("overprint").checked) {
    put("overprint", "yes");
    put("offset", offset());
  }
  return query;
}

function offset() {
  const number = (name) => field(name).value.trim().replace("－", "-").replace("。", ".") || "0";
  return `${number("right")},${number("down")}`;
}

/** The request of these rows. */
function asked(address) {
  const query = wanted().toString();
  const key = `${own}-${sumOf(list.bytes, query)}`;
  const headers = { "Idempotency-Key": key };
  return [`${address}?${query}`, { method: "POST", body: new Blob([list.bytes]), type: list.type, headers }];
}

function state() {
  const values = Object.fromEntries(new FormData(form));
  delete values[""];
  return { own, values };
}

function tell(id, words) {
  at(id).textContent = words || "";
  at(id).hidden = !words;
}

/** Shows of the page what there is something to do with. */
function arrange() {
  const it = chosen();
  at("list-step").hidden = !it;
  if (it) {
    at("form").href = it.form;
    at("overprint-set").hidden = !it.overprint;
    at("offset").hidden = !field("overprint").checked;
    const moved = offset();
    at("calibration").href = `${it.calibration}?offset=${encodeURIComponent(moved)}`;
    field("sides").options[0].textContent = `照文书的规定（${it.simplex ? "单面" : "双面，长边翻转"}）`;
  }
  const good = looked ? looked.sound_rows : 0;
  const bad = looked ? looked.rows - good : 0;
  const held = looked && looked.problems.some((found) => found.code === "holder.held");
  at("good-rows-tick").hidden = !(looked && bad > 0 && good > 0);
  at("good-rows-words").textContent = `只印没有问题的 ${good} 份，要改的 ${bad} 份不印也不编号`;
  at("anew-tick").hidden = !(held || (looked && field("anew").checked));
  const ready = looked && good > 0 && (bad === 0 || field("good_rows").checked);
  // Where another way of printing led to problems, there is a way back.
  at("print-step").hidden = !looked || looked.rows === 0;
  at("start-step").hidden = !ready;
  at("start").textContent = `开始印 ${good} 份`;
}

/** Has the list looked at, as a batch would be; what is on the page stays until it is known anew if only the
 * way of printing is another. */
async function look(stays = false) {
  if (looking) looking.abort();
  looking = null;
  if (!stays) looked = null;
  tell("list-wrong");
  tell("start-wrong");
  arrange();
  if (!list || !chosen()) return;
  const mine = (looking = new AbortController());
  at("file-name").textContent = `${list.name}：正在检查……`;
  const [address, options] = asked("/api/v1/batches/check");
  const answer = await askJson(address, { ...options, signal: mine.signal });
  if (mine.signal.aborted) return;
  looking = null;
  at("file-name").textContent = list.name;
  if (!answer.ok) {
    // Options that do not fit are told where they stand, and the list is as it was.
    if (stays && looked) return tell("start-wrong", sentenceOf(answer.problem));
    at("found").hidden = true;
    return tell("list-wrong", sentenceOf(answer.problem));
  }
  looked = answer.value;
  show(at("found"), looked, annotated);
  showNumbers(at("numbers"), looked, chosen());
  arrange();
  if (looked.batch) known(looked.batch);
}

/** The same was accepted before. */
function known(batch) {
  const again = Object.assign(document.createElement("button"), {
    type: "button", className: "second", textContent: "当作新的一批再印",
  });
  again.addEventListener("click", () => {
    own = nonce();
    look();
  });
  const link = Object.assign(document.createElement("a"), { href: `/batches/${batch}`, textContent: `批次 ${batch}` });
  at("numbers").replaceChildren("这份名单已经这样受理过：", link, "。再按“开始印”只会回到那一批。 ", again);
}

async function annotated(button) {
  if (!hold(button)) return;
  const options = { method: "POST", body: new Blob([list.bytes]), type: list.type };
  const made = await askFile(`${chosen().rows}?as=xlsx`, "检查结果.xlsx", options);
  tell("list-wrong", made.ok ? "" : sentenceOf(made.problem));
  if (made.ok) save(made.blob, made.name);
  release(button);
}

async function take(file) {
  const read = await readList(file);
  list = read.wrong ? null : read;
  at("found").hidden = true;
  at("file-name").textContent = read.wrong ? "" : read.name;
  field("good_rows").checked = false;
  field("anew").checked = false;
  keep(owner, state(), list);
  await look();
  if (read.wrong) tell("list-wrong", read.wrong);
}

async function start() {
  if (!looked || !hold(at("start"))) return;
  tell("start-wrong");
  const answer = await askJson(...asked("/api/v1/batches"));
  if (answer.ok) {
    // How it is printed is a matter of the printer, and stays; which rows are meant is not.
    const { good_rows, anew, ...values } = state().values;
    forget(owner, { own, values });
    return location.assign(`/batches/${answer.value.id}`);
  }
  release(at("start"));
  const { problem } = answer;
  // The registry may have something against rows that it had not a minute ago.
  if (Array.isArray(problem.problems)) await look();
  if (problem.type === "/problems/over") {
    own = nonce();
    return tell("start-wrong", "同样的名单这样受理过，那一批已经取消，编号作废了。再按一次“开始印”，就当作新的一批，另外编号。");
  }
  tell("start-wrong", sentenceOf(problem));
}

/** Whether what was found stays as it is when this field is another: the look of a paper changes no number. But
 * rows that the registry has something against may be known as a request that was made otherwise. */
function isOfNoMatter(name) {
  if (!["as", "sides", "right", "down"].includes(name) || !looked || looking) return false;
  return !looked.batch && !looked.problems.some((found) => /^(holder\.(held|waiting)|number\.taken)$/.test(found.code));
}

// Numbers are never given back, so nothing but the button itself starts a batch: not Enter in a field.
form.addEventListener("submit", (event) => event.preventDefault());
at("start").addEventListener("click", start);
form.addEventListener("change", (event) => {
  if (event.target === at("file")) return;
  keep(owner, state(), list);
  if (isOfNoMatter(event.target.name)) return tell("start-wrong");
  look(!["document", "anew"].includes(event.target.name));
});
form.addEventListener("input", () => arrange());
drops(at("drop"), ([file]) => take(file));
// A page that is gone back to has its button again.
addEventListener("pageshow", () => release(at("start")));

const before = kept(owner);
own = before.state.own || own;
for (const [name, value] of Object.entries(before.state.values || {})) {
  for (const known of form.querySelectorAll(`[name="${CSS.escape(name)}"]:enabled`)) {
    if (known.type === "radio") known.checked = known.value === value;
    else if (known.type === "checkbox") known.checked = true;
    else known.value = value;
  }
}
if (before.list) {
  list = before.list;
  look();
} else if (before.tooLarge) {
  at("file-name").textContent = `请再选一次“${before.tooLarge}”：文件太大，浏览器没有留住它。`;
}
arrange();
