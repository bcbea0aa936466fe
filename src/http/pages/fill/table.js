// A list as a table that is edited in place: what it holds, and how that changes. Rows are never changed but
// replaced, so that every change can be taken back.

import { brought, make } from "/assets/ask.js";
import { columnsOf, withText } from "/assets/columns.js";
import { Cursor } from "/assets/cursor.js";
import { filledOf, Grid } from "/assets/grid.js";
import { settled } from "/assets/press.js";

/** Changes that can be taken back. */
const STEPS = 100;

/** With more columns a table is given the whole width of the page. */
const FEW = 3;

export class Table {
  constructor(box) {
    this.box = box;
    box.table = this;
    this.columns = columnsOf(JSON.parse(box.dataset.fields));
    Object.assign(this, { rows: [], said: [], past: [] });
    this.grid = new Grid(box.dataset.label, this.columns);
    this.cursor = new Cursor(this, this.grid.body);
    this.add = make("button", { type: "button", className: "second" }, "加一行");
    this.back = make("button", { type: "button", className: "second", aria: { disabled: "true" } }, "撤销上一步");
    this.state = make("span", { className: "fine", role: "status" });
    box.append(this.grid.scroll, make("p", { className: "row" }, this.add, this.back, this.state));
    box.closest(".question")?.classList.toggle("broad", this.columns.length > FEW);
    this.add.addEventListener("click", () => this.addRow());
    this.back.addEventListener("click", () => this.undo());
    box.addEventListener("keydown", (event) => this.key(event));
    this.drawNow = () => this.draw();
    this.offerRegions();
    this.draw();
  }

  read() {
    const filled = filledOf(this.rows);
    return filled.length ? filled.map((at) => this.rows[at].value) : undefined;
  }

  write(values) {
    this.rows = values.map((value) => ({ value: value ?? {} }));
    Object.assign(this, { said: [], past: [], what: "" });
    this.draw();
  }

  /** Where the rows that are filled in came from: for each { file, line, given, notes }, or nothing. */
  get sources() {
    return filledOf(this.rows).map((at) => this.rows[at].source ?? null);
  }

  set sources(sources) {
    this.rows = this.rows.map(({ value }, at) => ({ value, source: sources?.[at] ?? undefined }));
    this.draw();
  }

  /** Puts rows that came from files after those that are there. */
  take(rows) {
    // What is being typed belongs to its row, which keeps its place.
    const { input } = this.cursor;
    input?.keep();
    const typing = input?.open ? input.row : -1;
    const filled = new Set(filledOf(this.rows));
    const kept = this.rows.filter((_, at) => filled.has(at) || at <= typing);
    if (rows.length) this.change(`取来 ${rows.length} 行`, kept.concat(rows));
  }

  /** Shows what was found: { row, path, level, sentence } each; rows count those that are filled in. */
  say(found) {
    this.said = found;
    settled(this.drawNow);
  }

  goTo({ row, path }) {
    this.cursor.focus(filledOf(this.rows)[row] ?? 0, Math.max(0, this.grid.placeOf(path ?? [])));
  }

  draw() {
    this.grid.draw(this.rows, this.said);
    this.cursor.anchor();
    this.back.setAttribute("aria-disabled", String(this.past.length === 0));
    const state = [`共 ${this.rows.length} 行`, this.what].filter(Boolean).join("；");
    // What is said again is not read out again.
    if (this.state.textContent !== state) this.state.textContent = state;
  }

  /** Puts other rows in place of those that are there; `what` was done is told with `told`. */
  change(what, rows, told = "") {
    this.past = [...this.past, { what, rows: this.rows, here: this.cursor.here }].slice(-STEPS);
    this.replace(rows, told);
  }

  replace(rows, told) {
    // What was found counts the rows that are filled in.
    const alike = filledOf(rows).join() === filledOf(this.rows).join() && rows.length === this.rows.length;
    if (!alike) this.said = [];
    this.rows = rows;
    this.what = told;
    settled(this.drawNow);
    this.box.dispatchEvent(new Event("input", { bubbles: true }));
  }

  undo() {
    const step = this.past.at(-1);
    if (!step) return;
    const within = this.grid.body.contains(document.activeElement);
    this.past = this.past.slice(0, -1);
    this.replace(step.rows, `已撤销：${step.what}`);
    if (within && this.rows.length) this.cursor.focus(step.here.row, step.here.column);
    else if (within) this.add.focus();
  }

  put(row, column, text) {
    const what = `改第${row + 1}行的“${this.columns[column].label}”`;
    this.change(what, this.rows.map((it, at) => (at === row ? this.withCell(it, column, text) : it)));
  }

  /** Puts rows of texts into the cells from one on, with new rows where they are needed. */
  paste(row, column, texts) {
    const rows = [...this.rows];
    const most = Math.max(...texts.map((cells) => cells.length));
    const wide = Math.min(most, this.columns.length - column);
    texts.forEach((cells, below) => {
      const given = rows[row + below] ?? { value: {} };
      rows[row + below] = cells.slice(0, wide).reduce((made, text, beside) => this.withCell(made, column + beside, text), given);
    });
    const over = most > wide ? `，右边多出的 ${most - wide} 列没有位置，没有贴` : "";
    this.change(`粘贴 ${texts.length} 行`, rows, `粘贴了 ${texts.length} 行、${wide} 列${over}`);
    this.cursor.focus(row, column);
  }

  /** A row with another text in one cell; what was told of the cell is seen to. */
  withCell({ value, source }, column, text) {
    const notes = source?.notes?.filter((note) => this.grid.placeOf(note.path) !== column);
    return { value: withText(value, this.columns[column], text), source: source && { ...source, notes } };
  }

  /** Whether a file has lost on the way what belongs into a cell. */
  isNoted(row, column) {
    return Boolean(this.rows[row]?.source?.notes?.some((note) => this.grid.placeOf(note.path) === column));
  }

  addRow() {
    this.change("加一行", [...this.rows, { value: {} }]);
    this.cursor.focus(this.rows.length - 1, 0);
    this.cursor.input?.start();
  }

  removeRow(row) {
    this.change(`删去第${row + 1}行`, this.rows.filter((_, at) => at !== row), `已删去第${row + 1}行`);
    if (this.rows.length) this.cursor.focus(row, 0);
    else this.add.focus();
  }

  key(event) {
    const undoes = event.key.toLowerCase() === "z" && (event.ctrlKey || event.metaKey) && !event.shiftKey;
    if (!undoes || event.target.matches(".open")) return;
    event.preventDefault();
    this.undo();
  }

  offerRegions() {
    const asks = this.columns.some((it) => it.format === "region");
    if (!asks || document.getElementById("region-names")) return;
    const names = brought("regions").flatMap((city) => city.counties.map((county) => make("option", { value: county.full })));
    document.body.append(make("datalist", { id: "region-names" }, ...names));
  }
}
