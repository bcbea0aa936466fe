// Attached files: one place for each kind of material, where files are dropped, put in order, turned, looked at
// as the packet will have them, and taken away.

import { ask, make, sentenceOf } from "/assets/ask.js";
import { drawLine } from "/assets/attached_line.js";
import { drops } from "/assets/drops.js";
import { fetchKept, forget, keep, sweep } from "/assets/shelf.js";

export class Attachments {
  /**
   * `changed` is called when the list is another, with the names of what the browser has lost; `seen` when
   * something was found in a file; `papers` gives the records that the files belong to.
   */
  constructor(box, about, { changed, seen, papers }) {
    Object.assign(this, { box, about, changed, seen, papers, items: [], sections: new Map() });
    sweep();
    this.places = new Map(about.materials.map((material) => [material.number, this.placeOf(material)]));
    box.append(...[...this.places.values()].map((it) => it.section));
  }

  /** As the packet's list has it, in the order of the kinds. */
  get list() {
    return this.ordered.map(listed);
  }

  /** The files themselves, each once. */
  get files() {
    return this.ordered.map((item) => ({ name: item.file, blob: item.blob }));
  }

  /** What a draft keeps; the files lie on the browser's own shelf. */
  get kept() {
    return this.ordered.map(({ id, kind, title, file, pages, rotation }) => ({ id, kind, title, file, pages, rotation }));
  }

  get ordered() {
    return [...this.places.keys()].flatMap((kind) => this.items.filter((it) => it.kind === kind));
  }

  placeOf(material) {
    const status = make("span", { className: "standing" });
    const chooser = make("input", { type: "file", multiple: true, accept: material.typed ? ".pdf,.jpg,.jpeg,.png,.tif,.tiff,.txt,.md" : ".pdf,.jpg,.jpeg,.png,.tif,.tiff" });
    const pick = make("label", { className: "button second" }, "选文件", make("span", { className: "unseen" }, `：${material.label}`), chooser);
    const items = make("ol", { className: "items" });
    const words = `${material.typed ? "可用文字" : ""}${material.least ? `，不少于 ${material.least} 字` : ""}`;
    const section = make("section", { className: "material", data: { kind: material.number }, aria: { label: material.label } },
      make("h3", {}, `（${material.number}）${material.name} `, make("span", { className: "optional" }, words && `（${words}）`)),
      make("p", { className: "row" }, status, pick, make("span", { className: "fine" }, "或拖到这里")), items);
    drops(section, (files) => this.add(material.number, files));
    return { section, items, status };
  }

  async add(kind, files) {
    for (const file of files) {
      const item = { id: crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}`, kind, file: this.unused(file.name), given: file.name, blob: file, title: "", pages: "", rotation: 0 };
      item.kept = await keep(item.id, item.file, file);
      this.items.push(item);
      this.draw(item);
      if (!this.isTogether(kind)) this.look(item);
    }
    this.lookAt(kind);
    this.changed();
  }

  /** Whether a kind's text may be told by several files, and is judged whole. */
  isTogether(kind) {
    return Boolean(this.about.materials.find((it) => it.number === kind)?.together);
  }

  /** Looks anew at all files of a kind that is judged whole. */
  lookAt(kind) {
    if (this.isTogether(kind)) for (const item of this.items.filter((it) => it.kind === kind)) this.look(item);
  }

  /** The sections that each kind must have now: where they are others, its files are looked at anew. */
  ask(sections) {
    for (const kind of this.places.keys()) {
      const wanted = JSON.stringify(sections[kind] ?? []);
      const before = this.sections.get(kind);
      this.sections.set(kind, wanted);
      if (before !== undefined && before !== wanted) this.lookAt(kind);
    }
  }

  /** Two files of one name would be one. */
  unused(name) {
    const dot = name.lastIndexOf(".");
    const [stem, ending] = dot > 0 ? [name.slice(0, dot), name.slice(dot)] : [name, ""];
    let free = name;
    for (let at = 2; this.items.some((it) => it.file.toLowerCase() === free.toLowerCase()); at += 1) free = `${stem}（${at}）${ending}`;
    return free;
  }

  async restore(kept) {
    this.clear(false);
    const lost = [];
    for (const one of kept) {
      const found = await fetchKept(one.id);
      if (!found) {
        lost.push(one.file);
        continue;
      }
      const item = { ...one, blob: found.blob, kept: true };
      // Files live as long as their draft is visited.
      keep(one.id, one.file, found.blob);
      this.items.push(item);
      this.draw(item);
      if (!this.isTogether(item.kind)) this.look(item);
    }
    for (const kind of this.places.keys()) this.lookAt(kind);
    if (kept.length) this.changed(lost);
  }

  clear(forgets = true) {
    for (const item of this.items) {
      if (forgets) forget(item.id);
      item.line?.remove();
    }
    this.items = [];
  }

  /** Adds the line of a file to its place. */
  draw(item) {
    drawLine(item, {
      changed: (key) => {
        if (key === "pages") this.lookAnew(item);
        this.changed();
      },
      turn: (by) => {
        item.rotation = (item.rotation + by + 360) % 360;
        this.look(item);
        this.changed();
      },
      leaf: (by) => {
        item.page = Math.min(Math.max((item.page ?? 1) + by, 1), item.count ?? 1);
        this.look(item);
      },
      move: (by) => this.move(item, by),
      remove: () => this.remove(item),
    });
    this.places.get(item.kind).items.append(item.line);
  }

  /** Looks at a file once more, and at all that its text is judged with. */
  lookAnew(item) {
    if (this.isTogether(item.kind)) this.lookAt(item.kind);
    else this.look(item);
  }

  /** Asks how the file will look, with what is to be known of it; a text told by several files is asked whole. */
  async look(item) {
    item.looking?.abort();
    const looking = (item.looking = new AbortController());
    item.place.textContent = "正在看……";
    const others = this.isTogether(item.kind) ? this.ordered.filter((it) => it.kind === item.kind && it !== item) : [];
    const body = new FormData();
    const list = { ...this.papers(), programme: this.about.programme, attachments: [item, ...others].map(listed) };
    body.set("packet", new Blob([JSON.stringify(list)], { type: "application/json" }));
    for (const { blob, file } of [item, ...others]) body.append("file", blob, file);
    const shown = await ask(`/api/v1/packets/preview?page=${item.page ?? 1}`, { method: "POST", body, signal: looking.signal });
    if (shown.ended || looking.signal.aborted) return;
    // What is no finding about the file (a lost connection, a busy server, a key that has run out) is asked again.
    item.lost = !shown.ok && !shown.problem.problems;
    item.line.querySelector("figure").hidden = !shown.ok;
    if (!shown.ok) {
      item.place.textContent = "";
      const found = shown.problem.problems?.filter((it) => it.level === "problem").map(({ sentence }) => ({ level: "problem", sentence }));
      const told = { level: "advice", sentence: `还没有看成，会再试：${sentenceOf(shown.problem)}` };
      item.seen = item.lost ? [told] : found;
    } else {
      const headers = shown.answer.headers;
      const told = (name, level) => JSON.parse(decodeURIComponent(headers.get(name) || "[]")).map((sentence) => ({ level, sentence }));
      item.seen = [...told("Chengwen-Problem-Sentences", "problem"), ...told("Chengwen-Advice-Sentences", "advice")];
      item.count = Number(headers.get("Chengwen-Pages")) || 1;
      item.page = Math.min(item.page ?? 1, item.count);
      item.place.textContent = item.count > 1 ? `${item.page}/${item.count} 页` : "共 1 页";
      for (const leaf of item.line.querySelectorAll("figcaption button")) leaf.hidden = item.count === 1;
      const picture = await shown.answer.blob().catch(() => null);
      if (!picture || looking.signal.aborted) return;
      if (item.picture.src.startsWith("blob:")) URL.revokeObjectURL(item.picture.src);
      item.picture.src = URL.createObjectURL(picture);
      item.picture.alt = `${item.file} 第 ${item.page} 页`;
      item.picture.hidden = false;
    }
    this.tell(item);
    this.seen();
  }

  /** Looks again at files that nobody could look at while the connection was lost. */
  lookAgain() {
    for (const item of this.items.filter((it) => it.lost)) this.look(item);
  }

  tell(item) {
    const said = new Map([...(item.seen ?? []), ...(item.told ?? [])].map((it) => [it.sentence, it]));
    item.says.replaceChildren(...[...said.values()].map(({ level, sentence }) => make("span", { className: level === "problem" ? "wrong" : "advice" }, `${level === "problem" ? "✕ 要改" : "※ 提示"}：${sentence}`)));
    item.says.hidden = said.size === 0;
  }

  /** What must be mended in the files, as far as they have been looked at; each leads to its file. */
  get problems() {
    return this.ordered.flatMap((item, at) => (item.seen ?? []).filter((it) => it.level === "problem").map(({ sentence }) => ({
      level: "problem", code: "", facts: {}, pointer: `/attachments/${at}/file`, sentence, go: () => this.goTo(item),
    })));
  }

  /** Forgets what the last check of the list has said of files. */
  untell() {
    for (const item of this.items) {
      item.told = [];
      this.tell(item);
    }
  }

  /** What was found in the list and concerns a file, or a kind that has none; gives the way there. */
  say(problem) {
    const at = /^\/attachments\/(\d+)/.exec(problem.pointer);
    const item = at && this.ordered[Number(at[1])];
    if (!item) {
      const place = this.places.get(problem.facts?.material);
      return place && (() => place.section.querySelector("input").focus());
    }
    item.told = [...(item.told ?? []), problem];
    this.tell(item);
    return () => this.goTo(item);
  }

  goTo(item) {
    item.line.scrollIntoView({ block: "center" });
    item.line.querySelector("input").focus({ preventScroll: true });
  }

  /** Shows how each kind stands; of what is a paper of its own nothing need be attached. */
  stand(lines) {
    for (const line of lines) {
      const place = this.places.get(line.number);
      if (!place) continue;
      place.status.textContent = this.wordOf(line) + (line.reason ? `（${line.reason}）` : "");
      place.section.dataset.standing = this.isWrong(line.number) ? "wrong" : line.standing;
    }
  }

  /** Whether a file of this kind cannot be used as it is. */
  isWrong(kind) {
    return this.items.some((it) => it.kind === kind && it.seen?.some(({ level }) => level === "problem"));
  }

  wordOf(line) {
    if (this.isWrong(line.number)) return "✕ 要改";
    if (!this.items.some((it) => it.kind === line.number) && line.standing === "present") return "○ 由本站排出";
    return { present: "✓ 已附", missing: "✕ 还缺", "not-applicable": "— 不用附", optional: "○ 可以不附" }[line.standing];
  }

  move(item, by) {
    const own = this.items.filter((it) => it.kind === item.kind);
    const other = own[own.indexOf(item) + by];
    if (!other) return;
    const [a, b] = [this.items.indexOf(item), this.items.indexOf(other)];
    [this.items[a], this.items[b]] = [other, item];
    const pressed = document.activeElement;
    // Moving the other keeps the place of whoever pressed.
    if (by < 0) item.line.after(other.line);
    else item.line.before(other.line);
    pressed?.focus();
    this.changed();
  }

  remove(item) {
    item.looking?.abort();
    forget(item.id);
    this.items = this.items.filter((it) => it !== item);
    this.lookAt(item.kind);
    const next = item.line.nextElementSibling ?? item.line.previousElementSibling;
    item.line.remove();
    (next?.querySelector("button") ?? this.places.get(item.kind).section.querySelector("input")).focus();
    this.changed();
  }
}

/** A file as the packet's list has it. */
function listed({ kind, title, file, pages, rotation }) {
  return { kind, file, ...(title && { title }), ...(pages && { pages }), ...(rotation && { rotation }) };
}
