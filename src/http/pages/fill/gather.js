// The list of a document from files: applicants' PDFs, lists of other offices, spreadsheets. What a file does
// not give is told with the reason; each row remembers its file, and what that says.

import { make, sentenceOf } from "/assets/ask.js";
import { send } from "/assets/send.js";

export class Gather {
  /** `list` is the key of the list; `table` holds it. */
  constructor(box, address, list, table) {
    Object.assign(this, { box, address, list, table });
    this.told = box.querySelector(".gathered");
    this.progress = box.querySelector("progress");
    const chooser = box.querySelector("input[type=file]");
    chooser.addEventListener("change", () => {
      this.take([...chooser.files]);
      chooser.value = "";
    });
    box.addEventListener("dragover", (event) => (event.preventDefault(), box.classList.add("over")));
    box.addEventListener("dragleave", () => box.classList.remove("over"));
    box.addEventListener("drop", (event) => {
      event.preventDefault();
      box.classList.remove("over");
      this.take([...event.dataTransfer.files]);
    });
  }

  async take(files) {
    if (files.length === 0) return;
    const body = new FormData();
    for (const file of files) body.append("file", file, file.name);
    this.progress.hidden = false;
    this.told.replaceChildren(`正在读 ${files.length} 个文件……`);
    const given = await send(this.address, body, (sent) => (this.progress.value = sent * 100));
    this.progress.hidden = true;
    const found = given.ok ? JSON.parse(await given.blob.text()) : given.problem;
    if (!found.record) return this.told.replaceChildren(make("span", { className: "wrong" }, sentenceOf(found)));
    const items = found.record[this.list] ?? [];
    const rows = items.map((value, at) => {
      const from = (found.taken ?? []).find((it) => it.pointer === `/${this.list}/${at}`);
      return { value, source: from && { file: from.file, line: from.row, given: structuredClone(value) } };
    });
    this.table.take(rows);
    const lines = [make("p", {}, `从 ${files.length - (found.refused ?? []).length} 个文件取来 ${rows.length} 行。`)];
    if (found.refused?.length) {
      const refused = found.refused.map(({ file, reason }) => make("li", {}, make("strong", {}, file), `：${reason}`));
      lines.push(make("p", { className: "wrong" }, `✕ ${refused.length} 个文件没有取：`), make("ul", {}, ...refused));
    }
    this.told.replaceChildren(...lines);
  }
}
