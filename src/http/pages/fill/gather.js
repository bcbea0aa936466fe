// The list of a document from files: applicants' PDFs, lists of other offices, spreadsheets. What a file does
// not give is told with the reason; each row remembers its file, what that says, and what it has lost.

import { make, sentenceOf } from "/assets/ask.js";
import { drops } from "/assets/drops.js";
import { send } from "/assets/send.js";

export class Gather {
  /** `list` is the key of the list; `table` holds it. */
  constructor(box, address, list, table) {
    Object.assign(this, { box, address, list, table });
    this.told = box.querySelector(".gathered");
    this.progress = box.querySelector("progress");
    this.turn = Promise.resolve();
    // One after another: what the first has told must not be lost under the second.
    drops(box, (files) => (this.turn = this.turn.then(() => this.take(files))));
  }

  async take(files) {
    const body = new FormData();
    for (const file of files) body.append("file", file, file.name);
    this.progress.hidden = false;
    const reading = make("p", {}, `正在读 ${files.length} 个文件……`);
    this.told.append(reading);
    const given = await send(this.address, body, (sent) => (this.progress.value = sent * 100));
    this.progress.hidden = true;
    const found = given.ok ? await readOf(given.blob) : given.problem;
    if (!found.record) return reading.replaceWith(make("p", { className: "wrong" }, sentenceOf(found)));
    const rows = this.rowsOf(found);
    this.table.take(rows);
    const lines = [make("p", {}, `从 ${files.length - (found.refused ?? []).length} 个文件取来 ${rows.length} 行。`)];
    const lost = rows.reduce((count, row) => count + (row.source?.notes?.length ?? 0), 0);
    if (lost) lines.push(make("p", { className: "wrong" }, `✕ ${lost} 个单元格里的内容没有取到，表中已标出，请逐个补填。`));
    if (found.refused?.length) {
      const refused = found.refused.map(({ file, reason }) => make("li", {}, make("strong", {}, file), `：${reason}`));
      lines.push(make("p", { className: "wrong" }, `✕ ${refused.length} 个文件没有取：`), make("ul", {}, ...refused));
    }
    const ofAll = (it) => stepsOf(it.pointer).length === 0 || it.pointer === `/${this.list}`;
    const whole = (found.problems ?? []).filter((it) => ofAll(it) && it.code !== "field.missing");
    lines.push(...whole.map((it) => make("p", { className: "advice" }, `※ ${it.label ? `${it.label}：` : ""}${it.sentence}`)));
    reading.replaceWith(...lines);
    // More than the last few nobody reads.
    while (this.told.children.length > 12) this.told.firstElementChild.remove();
    return undefined;
  }

  /** Nothing of what was gathered before is told any more. */
  clear() {
    this.told.replaceChildren();
  }

  /** The rows that were found, each with where it came from. */
  rowsOf(found) {
    const items = found.record[this.list] ?? [];
    return items.map((value, at) => {
      const from = (found.taken ?? []).find((it) => it.pointer === `/${this.list}/${at}`);
      if (!from) return { value };
      // The check finds all else; only reading the file has seen what is lost.
      const lost = (found.problems ?? []).filter((it) => it.code.startsWith("table.") && it.pointer.startsWith(`${from.pointer}/`));
      const notes = lost.map(({ pointer, level, label, sentence }) => ({ path: stepsOf(pointer).slice(2), level, label, sentence }));
      return { value, source: { file: from.file, line: from.row, given: value, notes } };
    });
  }
}

/** What was answered; something else than ours stands for a lost answer. */
async function readOf(blob) {
  try {
    return JSON.parse(await blob.text());
  } catch {
    return { status: 0, detail: "答复没有收完，请再拖一次。" };
  }
}

function stepsOf(pointer) {
  return pointer.split("/").slice(1).map((it) => it.replaceAll("~1", "/").replaceAll("~0", "~"));
}
