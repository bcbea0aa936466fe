// A list as a table that is edited in place: a cell is opened by a click, Enter or typing. What came from a
// paper and was changed here is marked, with what the paper says.

import { brought, make } from "/assets/ask.js";
import { columnsOf, textOf, withText } from "/assets/columns.js";

export class Table {
  constructor(box) {
    this.box = box;
    box.table = this;
    this.columns = columnsOf(JSON.parse(box.dataset.fields));
    Object.assign(this, { rows: [], said: [], here: { row: 0, column: 0 } });
    this.body = make("tbody");
    const head = this.columns.map((it) => make("th", { scope: "col" }, it.label, it.required ? "" : make("span", { className: "optional" }, "（可以不填）")));
    this.table = make("table", { role: "grid", aria: { label: box.dataset.label } },
      make("thead", {}, make("tr", {}, make("th", { scope: "col" }, "序号"), ...head, make("th", { scope: "col" }, "操作"))), this.body);
    this.add = make("button", { type: "button", className: "second" }, "加一行");
    this.count = make("span", { className: "fine", role: "status" });
    box.append(make("div", { className: "scroll" }, this.table), make("p", { className: "row" }, this.add, this.count));
    this.add.addEventListener("click", () => this.addRow());
    this.body.addEventListener("click", (event) => this.pressed(event));
    this.body.addEventListener("keydown", (event) => this.key(event));
    this.offerRegions();
    this.draw();
  }

  read() {
    const filled = this.rows.filter((row) => Object.keys(row.value).length);
    return filled.length ? filled.map((row) => row.value) : undefined;
  }

  write(values) {
    this.rows = values.map((value) => ({ value: value ?? {} }));
    this.said = [];
    this.draw();
  }

  /** Where rows came from: for each { file, line, given }, or nothing. */
  get sources() {
    return this.rows.map((row) => row.source ?? null);
  }

  set sources(sources) {
    this.rows.forEach((row, at) => (row.source = sources?.[at] ?? undefined));
    this.draw();
  }

  /** Puts rows that came from papers after those that are there. */
  take(rows) {
    this.rows = this.rows.filter((row) => Object.keys(row.value).length).concat(rows);
    this.draw();
    this.tell();
  }

  tell() {
    this.box.dispatchEvent(new Event("input", { bubbles: true }));
  }

  draw() {
    this.body.replaceChildren(...this.rows.map((row, at) => this.drawRow(row, at)));
    this.count.textContent = `共 ${this.rows.length} 行`;
    this.table.parentElement.hidden = this.rows.length === 0;
    this.mark();
  }

  drawRow(row, at) {
    const cells = this.columns.map((column, place) => this.drawCell(row, at, column, place));
    const number = make("th", { scope: "row" }, String(at + 1));
    if (row.source && this.isChanged(row)) number.append(make("span", { className: "changed-mark" }, "与原件不同"));
    const remove = make("button", { type: "button", className: "quiet", data: { remove: at }, aria: { label: `删去第${at + 1}行` } }, "删去");
    return make("tr", { data: { row: at } }, number, ...cells, make("td", { className: "act" }, remove));
  }

  drawCell(row, at, column, place) {
    const text = textOf(row.value, column);
    const here = this.here.row === at && this.here.column === place;
    const from = place === 0 && row.source ? `来自 ${row.source.file}${row.source.line ? ` 第${row.source.line}行` : ""}` : "";
    const code = ["registration-number", "credit-code", "phone", "postcode", "date"].includes(column.format);
    const cell = make("td", { tabIndex: here ? 0 : -1, className: code ? "code" : "", data: { column: place } }, text);
    if (from) cell.append(make("small", { className: "source", title: from }, from));
    if (row.source?.given) {
      const before = textOf(row.source.given, column);
      if (before !== text) {
        cell.classList.add("changed");
        cell.append(make("small", {}, `原件：${before || "空"}`));
      }
    }
    return cell;
  }

  isChanged(row) {
    return row.source?.given && this.columns.some((it) => textOf(row.source.given, it) !== textOf(row.value, it));
  }

  /** Shows what was found: { row, path, level, sentence } each; rows count those that are filled in. */
  say(found) {
    this.said = found;
    this.mark();
  }

  mark() {
    for (const line of this.body.querySelectorAll("tr.said")) line.remove();
    for (const cell of this.body.querySelectorAll(".wrong, .told")) cell.classList.remove("wrong", "told"), cell.removeAttribute("aria-invalid");
    const filled = this.rows.flatMap((row, at) => (Object.keys(row.value).length ? [at] : []));
    const byRow = new Map();
    for (const one of this.said) {
      const row = filled[one.row];
      if (row === undefined) continue;
      byRow.set(row, [...(byRow.get(row) ?? []), one]);
      for (const place of this.placesOf(one.path)) {
        const cell = this.cell(row, place);
        const wrong = one.level === "problem";
        cell?.classList.add(wrong ? "wrong" : "told");
        if (wrong) cell?.setAttribute("aria-invalid", "true");
      }
    }
    for (const [row, list] of byRow) {
      const sentences = list.map((it) => make("span", { className: it.level === "problem" ? "wrong" : "advice" }, `${it.level === "problem" ? "✕ 要改" : "※ 提示"}：${it.sentence}`));
      const line = make("tr", { className: "said" }, make("td", { colSpan: this.columns.length + 2 }, ...sentences));
      this.line(row)?.after(line);
    }
  }

  placesOf(path) {
    const fits = (column) => path.every((key, at) => column.path[at] === undefined || column.path[at] === key);
    const places = this.columns.flatMap((column, place) => (path.length && fits(column) ? [place] : []));
    return places.slice(0, 1);
  }

  line(row) {
    return this.body.querySelector(`tr[data-row="${row}"]`);
  }

  cell(row, column) {
    return this.line(row)?.querySelector(`td[data-column="${column}"]`);
  }

  goTo({ row, path }) {
    const filled = this.rows.flatMap((one, at) => (Object.keys(one.value).length ? [at] : []));
    this.focus(filled[row] ?? 0, this.placesOf(path ?? [])[0] ?? 0);
  }

  focus(row, column) {
    const to = { row: clamp(row, this.rows.length), column: clamp(column, this.columns.length) };
    const old = this.cell(this.here.row, this.here.column);
    if (old) old.tabIndex = -1;
    this.here = to;
    const cell = this.cell(to.row, to.column);
    if (!cell) return;
    cell.tabIndex = 0;
    cell.focus();
    cell.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  pressed(event) {
    const remove = event.target.closest("[data-remove]");
    if (remove) return this.removeRow(Number(remove.dataset.remove));
    const cell = event.target.closest("td[data-column]");
    if (!cell || event.target.closest("input, select")) return;
    this.focus(Number(cell.parentElement.dataset.row), Number(cell.dataset.column));
    this.edit();
  }

  key(event) {
    if (event.target.closest("[data-apart]") || !event.target.matches("td[data-column]")) return;
    const { row, column } = this.here;
    const moves = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
    const move = moves[event.key];
    if (move) this.focus(row + move[0], column + move[1]);
    else if (event.key === "Home") this.focus(row, 0);
    else if (event.key === "End") this.focus(row, this.columns.length - 1);
    else if (event.key === "Enter" || event.key === "F2") this.edit();
    else if (event.key === "Delete") this.put("");
    // With an input method the first key is not known yet.
    else if (event.key === "Process") return this.edit("");
    else if (event.key.length === 1 && !event.ctrlKey && !event.metaKey && !event.altKey) return this.edit("");
    else return;
    event.preventDefault();
  }

  /** Opens the cell that has the focus; with a text that stands for what is there. */
  edit(text) {
    const { row, column } = this.here;
    const [cell, about] = [this.cell(row, column), this.columns[column]];
    const before = textOf(this.rows[row].value, about);
    const editor = this.editorOf(about, text ?? before);
    editor.setAttribute("aria-label", `${about.label}，第${row + 1}行`);
    editor.dataset.apart = "";
    let over = false;
    const close = (keep, to) => {
      if (over) return;
      over = true;
      if (keep && editor.value !== before) this.put(editor.value);
      else cell.replaceWith(this.drawCell(this.rows[row], row, about, column)), this.mark();
      if (to) this.focus(to[0], to[1]);
    };
    editor.addEventListener("blur", () => close(true));
    editor.addEventListener("keydown", (event) => {
      if (event.isComposing) return;
      event.stopPropagation();
      if (event.key === "Enter") close(true, [row, column]);
      else if (event.key === "Escape") close(false, [row, column]);
      else if (event.key === "Tab" && !event.shiftKey && column + 1 < this.columns.length) close(true, [row, column + 1]);
      else if (event.key === "Tab" && event.shiftKey && column > 0) close(true, [row, column - 1]);
      else return;
      event.preventDefault();
    });
    cell.replaceChildren(editor);
    editor.focus();
    editor.select?.();
  }

  editorOf(column, text) {
    if (column.kind === "choice" || column.kind === "truth") {
      const choices = column.choices?.map((it) => it.label) ?? ["是", "否"];
      const known = choices.includes(text) || text === "" ? choices : [...choices, text];
      const editor = make("select", {}, make("option", { value: "" }, "请选"), ...known.map((it) => make("option", { value: it }, it)));
      editor.value = text;
      return editor;
    }
    const editor = make("input", { value: text, autocomplete: "off" });
    if (column.format === "region") editor.setAttribute("list", "region-names");
    if (column.format === "date" && /^(\d{4}-\d\d-\d\d)?$/.test(text)) editor.type = "date", (editor.value = text);
    return editor;
  }

  put(text) {
    const { row, column } = this.here;
    this.rows[row].value = withText(this.rows[row].value, this.columns[column], text);
    this.line(row).replaceWith(this.drawRow(this.rows[row], row));
    this.mark();
    this.focusBack(row, column);
    this.tell();
  }

  focusBack(row, column) {
    if (document.activeElement === document.body) this.focus(row, column);
  }

  addRow() {
    this.rows.push({ value: {} });
    this.draw();
    this.focus(this.rows.length - 1, 0);
    this.edit();
  }

  removeRow(row) {
    this.rows.splice(row, 1);
    this.said = [];
    this.draw();
    if (this.rows.length) this.focus(row, 0);
    else this.add.focus();
    this.tell();
  }

  offerRegions() {
    const asks = this.columns.some((it) => it.format === "region");
    if (!asks || document.getElementById("region-names")) return;
    const names = brought("regions").flatMap((city) => city.counties.map((county) => make("option", { value: county.full })));
    document.body.append(make("datalist", { id: "region-names" }, ...names));
  }
}

function clamp(at, count) {
  return Math.max(0, Math.min(at, count - 1));
}
