// The picture of a table: its lines are filled anew where they stand, so that the focus stays where it is, and
// what was found is told below each.

import { make } from "/assets/ask.js";
import { textOf } from "/assets/columns.js";

/** What is written without spaces, and is read best on one line. */
const CODES = ["registration-number", "credit-code", "phone", "postcode", "date"];

let tables = 0;

export class Grid {
  constructor(label, columns) {
    Object.assign(this, { columns, number: (tables += 1), lines: [] });
    const optional = () => make("span", { className: "optional" }, "（可以不填）");
    const head = columns.map((it) => make("th", { scope: "col" }, it.label, it.required ? "" : optional()));
    this.body = make("tbody");
    this.table = make("table", { role: "grid", aria: { label } },
      make("thead", {}, make("tr", {}, make("th", { scope: "col" }, "序号"), ...head, make("th", { scope: "col" }, "操作"))), this.body);
    this.scroll = make("div", { className: "scroll" }, this.table);
  }

  draw(rows, said) {
    for (const line of this.lines.splice(rows.length)) line.remove();
    rows.forEach((row, at) => {
      if (!this.lines[at]) this.body.append((this.lines[at] = this.line(at)));
      if (this.lines[at].shows !== row) this.fill(this.lines[at], row);
    });
    this.scroll.hidden = rows.length === 0;
    this.mark(rows, said);
  }

  line(at) {
    const cells = this.columns.map((column, place) =>
      make("td", { tabIndex: -1, className: CODES.includes(column.format) ? "code" : "", data: { column: place } }, make("span", { className: "shown" })));
    const remove = make("button", { type: "button", className: "quiet", tabIndex: -1, aria: { label: `删去第${at + 1}行` } }, "删去");
    return make("tr", { data: { row: at } }, make("th", { scope: "row" }), ...cells, make("td", { className: "act" }, remove));
  }

  fill(line, row) {
    const [number, ...cells] = line.children;
    const texts = this.columns.map((column) => textOf(row.value, column));
    const given = row.source?.given && this.columns.map((column) => textOf(row.source.given, column));
    const changed = texts.map((text, place) => Boolean(given) && given[place] !== text);
    number.replaceChildren(String(Number(line.dataset.row) + 1));
    if (changed.includes(true)) number.append(make("span", { className: "changed-mark" }, "与原件不同"));
    texts.forEach((text, place) => {
      const parts = [text];
      if (place === 0 && row.source) parts.push(make("small", { className: "source", title: cameFrom(row) }, `来自 ${cameFrom(row)}`));
      if (changed[place]) parts.push(make("small", {}, `原件：${given[place] || "空"}`));
      cells[place].classList.toggle("changed", changed[place]);
      cells[place].firstElementChild.replaceChildren(...parts);
    });
    line.shows = row;
  }

  /** Shows what was found: { row, path, level, sentence } each; rows count those that are filled in. */
  mark(rows, said) {
    for (const line of this.body.querySelectorAll("tr.said")) line.remove();
    for (const cell of this.body.querySelectorAll("[data-said]")) {
      cell.classList.remove("wrong", "told");
      cell.removeAttribute("aria-invalid");
      delete cell.dataset.said;
    }
    const filled = filledOf(rows);
    const byRow = new Map();
    for (const one of said) byRow.set(filled[one.row], [...(byRow.get(filled[one.row]) ?? []), one]);
    byRow.delete(undefined);
    for (const [at, list] of byRow) {
      const id = `said-${this.number}-${at}`;
      for (const { path, level } of list) this.markCell(at, path, level === "problem", id);
      const sentences = list.map((it) => make("span", { className: it.level === "problem" ? "wrong" : "advice" }, `${it.level === "problem" ? "✕ 要改" : "※ 提示"}：${it.short ?? it.sentence}`));
      const box = make("div", { id }, ...sentences);
      this.lines[at].after(make("tr", { className: "said" }, make("td", { colSpan: this.columns.length + 2 }, box)));
    }
  }

  markCell(at, path, wrong, id) {
    const place = this.placeOf(path);
    if (place < 0) return;
    const cell = this.lines[at].children[1 + place];
    cell.dataset.said = id;
    cell.classList.add(wrong ? "wrong" : "told");
    if (wrong) cell.setAttribute("aria-invalid", "true");
  }

  /** The column in which something of a path within an item stands; none if it is of the item as a whole. */
  placeOf(path) {
    const fits = (column) => path.every((key, at) => column.path[at] === undefined || column.path[at] === key);
    return path.length ? this.columns.findIndex(fits) : -1;
  }
}

/** The places of the rows that are filled in: the others are no part of the record. */
export function filledOf(rows) {
  return [...rows.keys()].filter((at) => Object.keys(rows[at].value).length > 0);
}

/** The file of a row, and its line there. */
export function cameFrom({ source }) {
  return `${source.file}${source.line ? ` 第${source.line}行` : ""}`;
}
