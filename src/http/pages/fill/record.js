// A form and its record: reads what is filled in as JSON, writes JSON into the form, and finds the field of
// a JSON pointer. What is drawn as a question carries data-key and data-kind.

const kinds = {
  text: { read: textOf, write: setText },
  lines: { read: textOf, write: setText },
  number: { read: numberOf, write: setText },
  truth: { read: (it) => ({ true: true, false: false })[chosen(it)], write: choose },
  choice: { read: (it) => chosen(it) || undefined, write: choose },
  choices: { read: ticked, write: tick },
  texts: { read: textsOf, write: setTexts },
  group: { read: (it) => readFields(valueOf(it)), write: (it, value) => writeFields(valueOf(it), value) },
  ways: { read: (it) => readFields(way(it)), write: setWay },
  list: { read: (it) => valueOf(it).table?.read(), write: (it, value) => valueOf(it).table?.write(value ?? []) },
};

/** The record of a form: nothing that is empty, nothing that is not asked now. */
export function read(root) {
  return readFields(root) ?? {};
}

/** Fills a form with a record; what the record leaves out is emptied. */
export function write(root, record) {
  writeFields(root, record ?? {});
  refresh(root);
}

/** The questions right below an element. */
function questionsIn(root) {
  return [...root.querySelectorAll(".question")].filter((it) => it.parentElement.closest(".question, [data-record]") === (root.closest(".question, [data-record]")));
}

/** The value of one question, as it stands in the record. */
export function readOne(question) {
  if (question.classList.contains("unasked")) return undefined;
  const without = ownWithout(question);
  if (without?.checked) return { reason: question.querySelector(":scope > .reason .reason-text").value.trim() };
  return kinds[question.dataset.kind].read(question);
}

/** Shows what is asked with the present answers, and hides the rest; hidden answers are kept, not sent. */
export function refresh(root) {
  for (const dependent of root.querySelectorAll("[data-when]")) {
    const question = dependent.closest(".question");
    const own = dependent === question;
    const group = (own ? question.parentElement : question.parentElement).closest(".question, [data-record]");
    const other = questionsIn(container(group)).find((it) => it.dataset.key === dependent.dataset.when);
    const answer = other && readOne(other);
    const answers = Array.isArray(answer) ? answer : [answer];
    const asked = JSON.parse(dependent.dataset.values).some((value) => answers.includes(value));
    dependent.hidden = !asked;
    dependent.classList.toggle("unasked", !asked);
  }
  for (const waiting of root.querySelectorAll(".waiting")) {
    const offered = [...waiting.parentElement.querySelectorAll(".tick")].some((it) => !it.hidden);
    waiting.hidden = offered;
  }
  for (const without of root.querySelectorAll("input.without")) {
    const question = without.closest(".question");
    question.querySelector(":scope > .value").hidden = without.checked;
    question.querySelector(":scope > .reason").hidden = !without.checked;
  }
  for (const radio of root.querySelectorAll("input.choose-way:checked")) {
    for (const one of radio.closest(".value").querySelectorAll(":scope > .way")) one.hidden = one.dataset.way !== radio.value;
  }
}

/** The question that a pointer leads to, the deepest that there is, and what can be focused in it. */
export function find(root, pointer) {
  let question = null;
  let place = root;
  let field = null;
  let cell = null;
  for (const step of pointer.split("/").slice(1).map((it) => it.replaceAll("~1", "/").replaceAll("~0", "~"))) {
    if (question?.dataset.kind === "list") {
      cell = cell ?? { row: Number(step), path: [] };
      if (cell.started) cell.path.push(step);
      cell.started = true;
      continue;
    }
    if (question?.dataset.kind === "texts") {
      field = filledTexts(question)[Number(step)] ?? null;
      continue;
    }
    const next = place && questionsIn(place).find((it) => it.dataset.key === step && !it.closest(".way[hidden]"));
    if (!next) {
      if (step === "reason") field = question?.querySelector(":scope > .reason .reason-text") ?? null;
      break;
    }
    question = next;
    place = ["group", "ways"].includes(next.dataset.kind) ? valueOf(next) : null;
    if (next.dataset.kind === "ways") place = way(next);
  }
  if (question && !field) {
    const box = ownWithout(question)?.checked ? question.querySelector(":scope > .reason") : valueOf(question);
    field = box.querySelector("input:not([hidden]), select, textarea, button, [tabindex]");
  }
  return { question, field, cell };
}

/** The pointer of a question. */
export function pointerOf(root, question) {
  const keys = [];
  for (let it = question; it && it !== root; it = it.parentElement.closest(".question, [data-record]")) {
    if (it.dataset.key) keys.unshift(it.dataset.key.replaceAll("~", "~0").replaceAll("/", "~1"));
    if (it.hasAttribute("data-record")) break;
  }
  return keys.map((key) => `/${key}`).join("");
}

/** What a record holds and the form does not: pointers with their values, so that nothing is lost unseen. */
export function leftOut(given, taken, pointer = "") {
  if (given === null || given === undefined || given === "") return [];
  if (typeof given !== "object") return given === taken ? [] : [{ pointer, value: given }];
  // What is ticked comes back in the order of the paper.
  if (Array.isArray(given) && given.every((it) => typeof it !== "object")) {
    return given.filter((it) => !taken?.includes?.(it)).map((value) => ({ pointer, value }));
  }
  return Object.entries(given).flatMap(([key, value]) => leftOut(value, taken?.[key], `${pointer}/${key}`));
}

function container(group) {
  if (!group.classList.contains("question")) return group;
  return group.dataset.kind === "ways" ? way(group) : valueOf(group);
}

function readFields(place) {
  const record = {};
  for (const question of questionsIn(place)) {
    const value = readOne(question);
    if (value !== undefined) record[question.dataset.key] = value;
  }
  return Object.keys(record).length ? record : undefined;
}

function writeFields(place, record) {
  for (const question of questionsIn(place)) {
    const value = record?.[question.dataset.key];
    const without = ownWithout(question);
    const reason = without && value && typeof value === "object" && !Array.isArray(value) && "reason" in value;
    if (without) {
      without.checked = Boolean(reason);
      question.querySelector(":scope > .reason .reason-text").value = reason ? String(value.reason) : "";
    }
    kinds[question.dataset.kind].write(question, reason ? undefined : value);
  }
}

function valueOf(question) {
  return question.querySelector(":scope > .value");
}

function ownWithout(question) {
  return question.querySelector(":scope > label > input.without");
}

function way(question) {
  return question.querySelector(":scope > .value > .way:not([hidden])");
}

function setWay(question, value) {
  const ways = [...question.querySelectorAll(":scope > .value > .way")];
  const keys = Object.keys(value ?? {});
  const fits = (one) => questionsIn(one).filter((it) => keys.includes(it.dataset.key)).length;
  const best = ways.reduce((a, b) => (fits(b) > fits(a) ? b : a));
  for (const radio of question.querySelectorAll(":scope > .value > .tick > .choose-way")) radio.checked = radio.value === best.dataset.way;
  for (const one of ways) {
    one.hidden = one !== best;
    writeFields(one, one === best ? value : undefined);
  }
}

function control(question) {
  return question.querySelector(":scope > .value input, :scope > .value textarea, :scope > .value select.county");
}

function textOf(question) {
  const text = control(question).value;
  return text.trim() === "" ? undefined : text;
}

function numberOf(question) {
  const text = control(question).value.trim();
  if (text === "") return undefined;
  // What is no number is sent as it stands: the check says so with its label.
  return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text;
}

function setText(question, value) {
  const field = control(question);
  const text = value === undefined || value === null ? "" : typeof value === "object" ? JSON.stringify(value) : String(value);
  if (question.dataset.format === "region") field.setRegion?.(text);
  else field.value = text;
}

function chosen(question) {
  return question.querySelector(":scope > .value > .tick:not([hidden]) > input:checked")?.value;
}

function choose(question, value) {
  const wanted = value === undefined ? "" : String(value);
  for (const radio of question.querySelectorAll(":scope > .value > .tick > input")) radio.checked = radio.value === wanted;
}

function ticked(question) {
  const boxes = [...question.querySelectorAll(":scope > .value > .tick:not(.unasked) > input:checked")];
  return boxes.length ? boxes.map((it) => it.value) : undefined;
}

function tick(question, value) {
  const wanted = Array.isArray(value) ? value : [];
  for (const box of question.querySelectorAll(":scope > .value > .tick > input")) box.checked = wanted.includes(box.value);
}

function textsOf(question) {
  const texts = filledTexts(question).map((it) => it.value);
  const isNumber = (text) => question.dataset.item === "number" && /^-?\d+$/.test(text.trim());
  return texts.length ? texts.map((text) => (isNumber(text) ? Number(text) : text)) : undefined;
}

function filledTexts(question) {
  return [...question.querySelectorAll("input.text")].filter((it) => it.value.trim() !== "");
}

function setTexts(question, value) {
  question.querySelector(".texts").replaceChildren();
  for (const text of Array.isArray(value) ? value : []) addText(question).value = String(text);
  if (question.dataset.required && !question.querySelector("input.text")) addText(question);
}

/** Adds an empty line to a question of several texts. */
export function addText(question) {
  const line = question.querySelector("template").content.cloneNode(true);
  const list = question.querySelector(".texts");
  list.append(line);
  const field = list.lastElementChild.querySelector("input");
  renumber(question);
  return field;
}

/** Says of each text which one it is. */
export function renumber(question) {
  [...question.querySelectorAll(".texts > li")].forEach((line, at) => {
    const called = `${question.dataset.label}，第${at + 1}条`;
    line.querySelector("input").setAttribute("aria-label", called);
    line.querySelector(".unseen").textContent = `：${called}`;
  });
}
