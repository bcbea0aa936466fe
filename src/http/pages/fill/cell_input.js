// The field of the cell that has the focus. It waits there unseen, so that what is typed begins in it, also with
// an input method, and it opens with the first letter or when it is asked to.

import { make } from "/assets/ask.js";
import { textOf } from "/assets/columns.js";
import { settled } from "/assets/press.js";

export class CellInput {
  constructor(table, cell, row, column) {
    Object.assign(this, { table, cell, row, column, about: table.columns[column], open: false });
    this.wait();
  }

  get text() {
    return textOf(this.table.rows[this.row]?.value ?? {}, this.about);
  }

  get isChoice() {
    return ["choice", "truth"].includes(this.about.kind);
  }

  /** Waits for what comes: the cell is seen as it is. */
  wait() {
    this.open = false;
    this.use(make("input", { autocomplete: "off" }));
  }

  /** Opens it with what stands in the cell. */
  start() {
    if (this.isChoice) this.use(this.choices());
    else {
      this.field.value = this.text;
      if (this.about.format === "date" && /^(\d{4}-\d\d-\d\d)?$/.test(this.text)) this.dated();
    }
    this.opens();
    this.field.select?.();
  }

  dated() {
    this.field.type = "date";
    this.field.value = this.text;
  }

  opens() {
    this.open = true;
    this.before = this.text;
    this.name();
  }

  use(field) {
    const old = this.field;
    this.field = field;
    field.dataset.apart = "";
    if (this.about.format === "region") field.setAttribute("list", "region-names");
    field.addEventListener("blur", () => this.left(field));
    field.addEventListener("input", () => this.typed());
    field.addEventListener("keydown", (event) => this.key(event));
    field.addEventListener("compositionstart", () => this.composes());
    field.addEventListener("compositionend", (event) => event.data === "" && this.composedNothing());
    this.name();
    this.cell.append(field);
    field.focus({ preventScroll: true });
    old?.remove();
  }

  /** Tells who cannot see the cell what it is, and what stands in it. */
  name() {
    const what = `${this.about.label}，第${this.row + 1}行`;
    this.field.setAttribute("aria-label", this.open ? what : `${what}：${this.text || "空"}`);
    this.field.className = this.open ? "open" : "ready";
    const { said } = this.cell.dataset;
    if (said) this.field.setAttribute("aria-describedby", said);
    else this.field.removeAttribute("aria-describedby");
  }

  choices() {
    const labels = this.about.choices?.map((it) => it.label) ?? ["是", "否"];
    const known = labels.includes(this.text) || this.text === "" ? labels : [...labels, this.text];
    const field = make("select", {}, make("option", { value: "" }, "请选"), ...known.map((it) => make("option", { value: it }, it)));
    field.value = this.text;
    return field;
  }

  typed() {
    if (this.open || this.field.value === "") return;
    if (this.isChoice) this.start();
    else this.opens();
  }

  /** A composition begins: whatever it replaces comes back if nothing comes of it. */
  composes() {
    this.instead = this.field.value;
    this.wasOpen = this.open;
    if (!this.open && !this.isChoice) this.opens();
  }

  composedNothing() {
    this.field.value = this.instead;
    this.open = this.wasOpen;
    this.name();
  }

  key(event) {
    if (!this.open || event.isComposing) return;
    event.stopPropagation();
    const { table, row, column } = this;
    if (event.key === "Enter") this.keep(true), this.wait();
    else if (event.key === "Escape") this.wait();
    else if (event.key === "Tab" && !event.shiftKey && column + 1 < table.columns.length) table.cursor.focus(row, column + 1);
    else if (event.key === "Tab" && event.shiftKey && column > 0) table.cursor.focus(row, column - 1);
    else return;
    event.preventDefault();
  }

  /** Puts what was typed into the list; `sure` if it stands even where nothing was changed. */
  keep(sure = false) {
    const { value, validity } = this.field;
    if (!this.open || validity?.badInput) return;
    if (value === this.before && !(sure && this.table.isNoted(this.row, this.column))) return;
    this.before = value;
    this.table.put(this.row, this.column, value);
  }

  left(field) {
    // Another window was called to the front: this one stays as it is.
    if (field !== this.field || document.activeElement === field) return;
    this.keep();
    this.open = false;
    this.table.cursor.gone(this);
    settled(() => field.remove());
  }
}
