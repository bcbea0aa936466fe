// What was found in a form: each sentence under its field, and all of them in a list at the top that leads
// there. What must be mended and what should be known differ in word, sign and colour.

import { make } from "/assets/ask.js";
import { settled } from "/assets/press.js";
import { find } from "/assets/record.js";

export class Problems {
  /** `root` holds the questions, `summary` the list, `state` one line that is read out. */
  constructor(root, summary, state, worded = (found) => found) {
    Object.assign(this, { root, summary, state, worded, found: [], left: new Set(), all: false });
    this.drawn = () => this.drawNow();
  }

  /** A question that its writer has left: from now on what is wrong with it is told. */
  leave(question) {
    for (let it = question; it && it !== this.root; it = it.parentElement.closest(".question")) this.left.add(it);
    this.draw();
  }

  /** Takes what a check has found. */
  take(found) {
    this.found = this.worded(found);
    this.draw();
  }

  /** Tells everything, and goes to the list. */
  tellAll() {
    this.all = true;
    this.draw();
    if (this.toMend.length === 0) return;
    this.summary.focus({ preventScroll: true });
    this.summary.scrollIntoView({ block: "start" });
  }

  /** Begins anew, as with another record. */
  forget() {
    this.left.clear();
    this.all = false;
    this.take([]);
  }

  get toMend() {
    return this.found.filter((it) => it.level === "problem");
  }

  draw() {
    settled(this.drawn);
  }

  drawNow() {
    // What is drawn anew takes the focus from what stood there; its like has it again.
    const active = document.activeElement;
    const held = active.closest?.(".says, .summary") && { question: active.closest(".question"), text: active.textContent };
    for (const says of this.root.querySelectorAll(".question > .says")) says.replaceChildren(), (says.hidden = true);
    for (const question of this.root.querySelectorAll(".question.wrong, .question.told")) question.classList.remove("wrong", "told");
    for (const field of this.root.querySelectorAll("[aria-invalid]")) field.removeAttribute("aria-invalid");
    const cells = new Map();
    const shown = [];
    for (const problem of this.found) {
      const at = find(this.root, problem.pointer);
      if (at.cell && at.question) {
        if (!cells.has(at.question)) cells.set(at.question, []);
        cells.get(at.question).push({ ...problem, ...at.cell });
        shown.push({ problem, at });
        continue;
      }
      if (!this.all && at.question && !this.left.has(at.question)) continue;
      if (!this.all && !at.question) continue;
      this.sayUnder(problem, at);
      shown.push({ problem, at });
    }
    for (const grid of this.root.querySelectorAll(".grid")) grid.table?.say(cells.get(grid.closest(".question")) ?? []);
    this.drawSummary(shown);
    if (!held || active.isConnected) return;
    const place = held.question?.querySelector(":scope > .says") ?? this.summary;
    const like = [...place.querySelectorAll("a, button")].find((it) => it.textContent === held.text);
    (like ?? held.question?.querySelector(":scope > .value :is(input, select, textarea)") ?? this.summary).focus({ preventScroll: true });
  }

  sayUnder(problem, { question, field }) {
    const says = question?.querySelector(":scope > .says");
    if (!says) return;
    const wrong = problem.level === "problem";
    says.hidden = false;
    says.append(make("span", { className: wrong ? "wrong" : "advice" }, `${wrong ? "✕ 要改" : "※ 提示"}：${problem.short ?? problem.sentence}`));
    question.classList.add(wrong ? "wrong" : "told");
    if (problem.facts?.corrected && !problem.code.startsWith("text.") && field?.matches("input:not([type=date])")) {
      says.append(this.remedy(field, String(problem.facts.corrected)));
    }
    if (wrong && field?.matches("input, select, textarea")) field.setAttribute("aria-invalid", "true");
  }

  /** Puts the right writing in the place of what was typed. */
  remedy(field, right) {
    const button = make("button", { type: "button", className: "second remedy" }, `改为“${right}”`);
    button.addEventListener("click", () => {
      field.value = right;
      field.dispatchEvent(new Event("input", { bubbles: true }));
      field.focus();
    });
    return button;
  }

  /** What was said of a field that is being changed holds no longer. */
  changed(question) {
    const before = this.found.length;
    this.found = this.found.filter((problem) => find(this.root, problem.pointer).question !== question);
    if (this.found.length !== before && question.matches(".wrong, .told")) this.draw();
  }

  drawSummary(shown) {
    const count = this.toMend.length;
    const told = count === 0 ? "都填好了。" : `还有 ${count} 处要改。`;
    // What is written again is read out again.
    if (this.state.textContent !== told) this.state.textContent = told;
    this.state.classList.toggle("right", count === 0);
    const wrong = shown.filter(({ problem }) => problem.level === "problem");
    const advice = shown.filter(({ problem }) => problem.level !== "problem");
    this.summary.hidden = !(this.all ? shown.length : wrong.length > 1 || advice.length);
    const parts = [];
    if (wrong.length) parts.push(make("h2", {}, `有 ${wrong.length} 处要改`), this.listOf(wrong));
    if (advice.length) parts.push(make("h3", {}, `${advice.length} 条提示（不改也能印）`), this.listOf(advice));
    this.summary.classList.toggle("wrong", wrong.length > 0);
    this.summary.replaceChildren(...parts);
  }

  listOf(shown) {
    const lines = shown.slice(0, 50).map(({ problem, at }) => {
      const go = make("a", { href: "#" }, problem.sentence);
      go.addEventListener("click", (event) => {
        event.preventDefault();
        if (problem.go) problem.go();
        else this.goTo(at);
      });
      return make("li", {}, at.question || problem.go ? go : problem.sentence);
    });
    if (shown.length > 50) lines.push(make("li", {}, `……另有 ${shown.length - 50} 处，改好这些后再列出。`));
    return make("ul", {}, ...lines);
  }

  goTo({ question, field, cell }) {
    question.closest("details:not([open])")?.setAttribute("open", "");
    if (cell) return question.querySelector(".grid").table?.goTo(cell);
    question.scrollIntoView({ block: "center" });
    field?.focus({ preventScroll: true });
  }
}
