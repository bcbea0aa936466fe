// The picture of the page beside a form: it follows typing, and goes to the page that has changed.

import { ask, sentenceOf } from "/assets/ask.js";

const WAIT = 120;

export class Preview {
  constructor(figure) {
    this.figure = figure;
    this.picture = figure.querySelector("img");
    this.place = figure.querySelector(".place");
    this.trouble = figure.querySelector(".trouble");
    [this.back, this.forth, this.enlarge] = figure.querySelectorAll("button");
    Object.assign(this, { page: 1, pages: 0, marks: {}, places: new Map(), wanted: null, timer: 0 });
    this.back.addEventListener("click", () => this.turn(-1));
    this.forth.addEventListener("click", () => this.turn(1));
    this.enlarge.addEventListener("click", () => this.show());
  }

  /** Shows a record of a document soon; what was asked before is forgotten. `place` is what is written at. */
  follow(document, record, place = "") {
    if (this.wanted?.document !== document) this.page = 1;
    this.wanted = { document, record, place };
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.draw(true), WAIT);
  }

  /** Shows the page as large as it was drawn. */
  show() {
    const dialog = document.getElementById("enlarged");
    dialog.querySelector("img").src = this.picture.src;
    dialog.querySelector("h2").textContent = this.place.textContent;
    dialog.showModal();
  }

  /** Goes to the page where something is written, once that is known. */
  goTo(place) {
    const page = this.places.get(place);
    if (!page || page === this.page || page > this.pages) return;
    this.page = page;
    this.draw(false);
  }

  turn(by) {
    this.page = Math.min(Math.max(this.page + by, 1), this.pages);
    this.draw(false);
  }

  async draw(follows) {
    if (!this.wanted) return;
    this.asking?.abort();
    const asking = (this.asking = new AbortController());
    const { document, record, place } = this.wanted;
    this.figure.setAttribute("aria-busy", "true");
    const drawn = await this.ask(document, record, asking.signal);
    if (drawn.ended || asking.signal.aborted) return;
    this.figure.removeAttribute("aria-busy");
    if (!drawn.ok) {
      // A record that became shorter may have lost the page that was looked at.
      if (drawn.status === 422 && this.page > 1) {
        this.page = 1;
        return this.draw(false);
      }
      this.trouble.textContent = `图样没有更新：${sentenceOf(drawn.problem)}`;
      this.trouble.hidden = false;
      return;
    }
    this.trouble.hidden = true;
    const headers = drawn.answer.headers;
    this.pages = Number(headers.get("Chengwen-Pages")) || 1;
    const marks = (headers.get("Chengwen-Page-Marks") || "").split(",");
    const before = this.marks[document];
    this.marks[document] = marks;
    if (follows && before) {
      const changed = marks.findIndex((mark, at) => mark !== before[at]);
      const stays = before[this.page - 1] !== marks[this.page - 1];
      if (changed >= 0 && place) this.places.set(place, stays ? this.page : changed + 1);
      if (changed >= 0 && !stays) {
        this.page = changed + 1;
        return this.draw(false);
      }
    }
    // A newer look ends this one, also while its picture is still coming.
    const blob = await drawn.answer.blob().catch(() => null);
    if (!blob || asking.signal.aborted) return;
    const old = this.picture.src;
    this.picture.src = URL.createObjectURL(blob);
    this.picture.hidden = false;
    if (old.startsWith("blob:")) URL.revokeObjectURL(old);
    const told = `第 ${this.page} 页，共 ${this.pages} 页`;
    if (this.place.textContent !== told) this.place.textContent = told;
    this.back.disabled = this.page <= 1;
    this.forth.disabled = this.page >= this.pages;
    this.enlarge.disabled = false;
  }

  ask(document, record, signal) {
    const address = `/api/v1/documents/${document}/preview?page=${this.page}`;
    return ask(address, { method: "POST", body: record, signal });
  }
}
