// Where one is in a table: one cell has the focus, keys and the pointer lead to others. The button at the end of
// each row is one of the cells, so that Tab leaves the table at once.

import { CellInput } from "/assets/cell_input.js";
import { textOf } from "/assets/columns.js";
import { rowsOf } from "/assets/pasted.js";

/** Rows that PageUp and PageDown pass. */
const PAGE = 10;

export class Cursor {
  constructor(table, body) {
    Object.assign(this, { table, body, here: { row: 0, column: 0 }, input: undefined });
    body.addEventListener("focusin", (event) => this.entered(event.target));
    body.addEventListener("click", (event) => this.pressed(event.target));
    body.addEventListener("keydown", (event) => this.key(event));
    body.addEventListener("paste", (event) => this.paste(event));
    body.addEventListener("copy", (event) => this.copy(event));
    // What is being typed is not lost with the page.
    addEventListener("pagehide", () => this.input?.keep());
  }

  /** What has the focus at a place: a cell, or the button at the end of the row. */
  at({ row, column }) {
    const line = this.body.querySelector(`tr[data-row="${row}"]`);
    return line?.querySelector(column < this.table.columns.length ? `td[data-column="${column}"]` : ".act button");
  }

  /** One place of the table is reached with Tab; where a field waits, it is that. */
  anchor() {
    const within = this.within(this.here.row, this.here.column);
    for (const old of this.body.querySelectorAll("td[tabindex='0'], .act button[tabindex='0']")) old.tabIndex = -1;
    this.here = within;
    const place = this.at(within);
    if (place && place !== this.input?.cell) place.tabIndex = 0;
    this.input?.name();
  }

  within(row, column) {
    const clamp = (at, count) => Math.max(0, Math.min(at, count - 1));
    return { row: clamp(row, this.table.rows.length), column: clamp(column, this.table.columns.length + 1) };
  }

  focus(row, column) {
    const to = this.within(row, column);
    const place = this.at(to);
    if (!place) return;
    if (this.input && place === this.input.cell) this.input.field.focus();
    else place.focus({ preventScroll: true });
    place.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  entered(target) {
    const cell = target.closest("td");
    const row = Number(cell?.parentElement.dataset.row);
    if (target.matches(".act button")) this.here = { row, column: this.table.columns.length };
    else if (target.matches("td[data-column]")) {
      this.here = { row, column: Number(target.dataset.column) };
      this.input = new CellInput(this.table, target, this.here.row, this.here.column);
    } else return;
    this.anchor();
  }

  gone(input) {
    if (this.input === input) this.input = undefined;
    this.anchor();
  }

  pressed(target) {
    if (target.matches(".act button")) return this.table.removeRow(Number(target.closest("tr").dataset.row));
    const cell = target.closest("td[data-column]");
    if (!cell || target.matches(".open")) return;
    this.focus(Number(cell.parentElement.dataset.row), Number(cell.dataset.column));
    this.input?.start();
  }

  key(event) {
    if (event.isComposing || event.altKey) return;
    const button = event.target.matches(".act button");
    if (!button && !event.target.matches(".ready")) return;
    const { row, column } = this.here;
    const last = { row: this.table.rows.length - 1, column: this.table.columns.length - 1 };
    const far = event.ctrlKey || event.metaKey;
    const moves = {
      ArrowUp: [row - 1, column],
      ArrowDown: [row + 1, column],
      ArrowLeft: [row, column - 1],
      ArrowRight: [row, column + 1],
      Home: [far ? 0 : row, 0],
      End: [far ? last.row : row, last.column],
      PageUp: [row - PAGE, column],
      PageDown: [row + PAGE, column],
    };
    if (moves[event.key]) this.focus(...moves[event.key]);
    // A button knows itself what to do; all else that is typed goes into the field.
    else if (button || far) return;
    else if (event.key === "Enter" || event.key === "F2") this.input?.start();
    else if (event.key === "Delete" || event.key === "Backspace") this.table.put(row, column, "");
    else return;
    event.preventDefault();
  }

  paste(event) {
    const field = event.target;
    const rows = rowsOf(event.clipboardData.getData("text/plain"));
    const many = rows.length > 1 || rows[0].length > 1;
    if (!field.matches(".ready, .open") || (field.matches(".open") && !many)) return;
    event.preventDefault();
    const { row, column } = this.here;
    if (field.matches(".open")) this.input.wait();
    this.table.paste(row, column, rows);
  }

  copy(event) {
    if (!event.target.matches?.(".ready")) return;
    const { row, column } = this.here;
    event.clipboardData.setData("text/plain", textOf(this.table.rows[row].value, this.table.columns[column]));
    event.preventDefault();
  }
}
