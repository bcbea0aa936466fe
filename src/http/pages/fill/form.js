// A form at work: it follows typing with a picture, checks what was left, keeps a draft, and tells all that
// stands in the way before a file is made. A page gives it what is its own.

import { askFile, save, sentenceOf } from "/assets/ask.js";
import { Draft, spoken } from "/assets/draft.js";
import { draftFile } from "/assets/draft_file.js";
import "/assets/drops.js";
import { controlsOf, putBack } from "/assets/hidden.js";
import { Preview } from "/assets/preview.js";
import { Problems } from "/assets/problems.js";
import { addText, find, leftOut, pointerOf, read, refresh, renumber, write } from "/assets/record.js";
import { drawRegions } from "/assets/region.js";

/** Milliseconds after the last key before a check, a look at a lost connection, and a draft. */
const CHECK = 250;
const AGAIN = 3000;
const KEEP = 300;

export class Form {
  /**
   * `page` has: `check(record)`, which gives { ok, take } or { ok: false, problem }, where `take()` gives what
   * was found; `picture(record, question)`, which gives { document, record }; `more()` and `takeMore(more)` for
   * what the draft holds beside the record; `worded(found)` says it in the words of lists.
   */
  constructor(page) {
    this.page = page;
    this.root = document.querySelector("[data-record]");
    this.note = document.getElementById("note");
    this.problems = new Problems(this.root, document.getElementById("summary"), document.getElementById("state"), page.worded);
    this.preview = new Preview(document.getElementById("picture"));
    this.draft = new Draft(this.root.dataset.owner);
    drawRegions(this.root);
    this.root.addEventListener("input", (event) => this.typed(event));
    this.root.addEventListener("focusin", (event) => this.entered(event));
    this.root.addEventListener("focusout", (event) => this.leaves(event));
    this.root.addEventListener("click", (event) => this.pressed(event));
    this.root.addEventListener("submit", (event) => event.preventDefault());
    this.note.querySelector("button").addEventListener("click", () => this.say(""));
    draftFile(this);
    addEventListener("pagehide", () => this.waits && this.keep());
    addEventListener("beforeunload", (event) => this.unkept && event.preventDefault());
    this.draft.whenOthersWrite(() => this.say("这一页在另一个窗口里也开着，两边的草稿会互相覆盖；请只留一个窗口。"));
  }

  /** Shows a record, or the draft that is there. */
  begin(given) {
    const kept = this.draft.found();
    const again = Object.keys(kept?.record ?? {}).filter((key) => key in (given ?? {}));
    const meant = !again.length || confirm("这一页上次已填过名单，换成刚带来的？选“取消”则保留上次的。");
    if (given && meant) {
      const lost = this.show({ ...(kept?.record ?? {}), ...given });
      this.keep();
      const old = Object.keys(kept?.record ?? {}).some((key) => !(key in given));
      this.say(`名单已从前一份文书带来。${old ? "其余各栏是这台电脑上次填的，请逐项核对日期、年度等；要从头填请先点“清除”。" : ""}${lost}`);
    } else if (kept) {
      const lost = this.show(kept.record, kept.more);
      this.say(`已恢复 ${spoken(kept.saved)} 的草稿。不是你的？请点“清除”。${lost}`);
    } else {
      this.show({});
    }
  }

  /** Shows a record in the form; gives a sentence about what of it found no place, or none. */
  show(record, more) {
    write(this.root, record);
    putBack(this.root, more?.controls ?? {});
    this.page.takeMore?.(more);
    this.problems.forget();
    const lost = leftOut(record, this.record);
    const called = (pointer) => find(this.root, pointer).question?.dataset.label ?? "表上没有的一栏";
    const told = lost.slice(0, 10).map(({ pointer, value }) => `${called(pointer)}：${value}`).join("；");
    this.changed(false);
    return lost.length ? `有 ${lost.length} 项内容在表上没有位置，没有用上：${told}` : "";
  }

  /** Keeps nothing of what was here. */
  forget() {
    clearTimeout(this.waits);
    this.waits = 0;
    this.draft.clear();
  }

  get record() {
    return read(this.root);
  }

  /** Something has changed; what nobody has touched yet is no draft. */
  changed(touched = true) {
    refresh(this.root);
    clearTimeout(this.waits);
    if (touched) {
      this.waits = setTimeout(() => this.keep(), KEEP);
      // The file that was made is of before.
      if (this.note.hasAttribute("data-made")) this.say("");
    }
    this.follow();
    this.checkSoon();
  }

  typed(event) {
    if (event.target.closest("[data-apart]")) return;
    const question = event.target.closest(".question");
    if (question) this.problems.changed(question);
    this.changed();
    const field = event.target;
    // Who has just said that there is nothing has not written why yet.
    const chosen = field.matches("select") ? field.value !== "" : field.matches("input[type=checkbox]:not(.without), input[type=radio]");
    if (chosen) this.leave(field);
  }

  entered(event) {
    this.now = event.target.closest(".question");
    const document = this.page.picture(this.record, this.now)?.document;
    if (document && document !== this.preview.wanted?.document) this.follow();
    else if (this.now) this.preview.goTo(this.place);
  }

  leaves(event) {
    const field = event.target;
    if (field.matches("input.without")) return;
    // Spaces at the ends are no part of anything.
    if (field.matches("input:not([type]), input[type=tel]") && field.value !== field.value.trim()) {
      field.value = field.value.trim();
      this.changed();
    }
    // Where the focus goes is known a moment later; nothing may be drawn anew under it before.
    if (field.matches("input, select, textarea")) setTimeout(() => this.leave(field));
  }

  leave(field) {
    // Between the two lists of a region nobody has finished yet.
    if (field.matches(".city")) return;
    const question = field.closest(".question");
    if (question && !field.closest("[data-apart]")) this.problems.leave(question);
  }

  pressed(event) {
    const question = event.target.closest(".question");
    if (event.target.matches("button.add")) addText(question).focus();
    else if (event.target.matches("button.remove")) {
      const line = event.target.closest("li");
      const next = line.nextElementSibling ?? line.previousElementSibling;
      line.remove();
      renumber(question);
      (next?.querySelector("input") ?? question.querySelector("button.add")).focus();
    } else return;
    this.changed();
  }

  keep() {
    clearTimeout(this.waits);
    this.waits = 0;
    const kept = this.draft.keep(this.record, { ...this.page.more?.(), controls: controlsOf(this.root) });
    this.unkept = !kept;
    document.getElementById("kept").textContent = kept
      ? `草稿已存在这台电脑上（${spoken(Date.now())}），7 天后自动清除`
      : "这个浏览器不让保存草稿，离开前请“存成文件”";
  }

  follow() {
    const seen = this.page.picture(this.record, this.now);
    if (seen) this.preview.follow(seen.document, seen.record, this.place);
  }

  /** Where the writer is, as a pointer. */
  get place() {
    return this.now ? pointerOf(this.root, this.now) : "";
  }

  checkSoon() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.check(), CHECK);
  }

  /** Checks the record now; true if nothing must be mended, undefined if it was changed meanwhile. */
  async check() {
    clearTimeout(this.timer);
    const turn = (this.turn = (this.turn ?? 0) + 1);
    const found = await this.page.check(this.record);
    if (turn !== this.turn) return undefined;
    if (!found.ok) {
      this.say(`没有检查成：${sentenceOf(found.problem)}`, true);
      // A connection comes back without anybody typing.
      if (found.status === 0) this.timer = setTimeout(() => this.check(), AGAIN);
      return false;
    }
    if (this.note.hasAttribute("data-check")) this.say("");
    if (!this.preview.trouble.hidden) this.preview.draw(false);
    this.page.reached?.();
    this.problems.take(found.take());
    return this.problems.toMend.length === 0;
  }

  /** Checks until nobody types any more, and tells all that must be mended; true if nothing must. */
  async finish() {
    let sound = await this.check();
    while (sound === undefined) sound = await this.check();
    this.problems.tellAll();
    return sound;
  }

  /** Checks, tells all that must be mended; then sends `body()` to an address and saves what comes. */
  make(button, address, body, sides) {
    return this.once(button, async () => (await this.finish()) && this.made(address, body, sides));
  }

  /** Does what a button is for, one file at a time; the button keeps the focus. */
  async once(button, act) {
    if (this.making) return false;
    this.making = true;
    button.setAttribute("aria-disabled", "true");
    try {
      return await act();
    } finally {
      this.making = false;
      button.removeAttribute("aria-disabled");
    }
  }

  async made(address, body, sides) {
    this.say("正在生成……");
    const made = await askFile(address, "文书.pdf", { method: "POST", body: body() });
    if (!made.ok) {
      if (made.problem.problems) this.problems.take(made.problem.problems), this.problems.tellAll();
      this.say(sentenceOf(made.problem));
      return false;
    }
    save(made.blob, made.name);
    this.tellMade(`已生成“${made.name}”，在浏览器的下载中。`, sides);
    return true;
  }

  /** One line at the head of the window, wherever one is; read out. */
  say(sentence, ofCheck = false) {
    this.note.querySelector("span").textContent = sentence;
    this.note.hidden = sentence === "";
    this.note.toggleAttribute("data-check", ofCheck);
    this.note.removeAttribute("data-made");
    if (!sentence) document.getElementById("how").hidden = true;
  }

  /** Says that a file was made, and how that is printed, if it is (by its sides); until something changes. */
  tellMade(sentence, sides) {
    this.say(sentence);
    this.note.setAttribute("data-made", "");
    const how = document.getElementById("how");
    how.hidden = sides === undefined;
    for (const one of how.querySelectorAll("[data-sides]")) one.hidden = one.dataset.sides !== (sides || how.dataset.own);
  }
}
