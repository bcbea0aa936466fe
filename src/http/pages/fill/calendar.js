// A span of days on a small calendar: which days it holds, which are worked, which are holidays.

import { askJson, make } from "/assets/ask.js";
import { find, pointerOf, readOne } from "/assets/record.js";

const WEEK = ["一", "二", "三", "四", "五", "六", "日"];
const KINDS = { holiday: "休", "made-up": "班" };

export class Calendar {
  constructor(box, address) {
    Object.assign(this, { box, address });
  }

  /** Shows the span that a record speaks of. */
  async follow(record) {
    this.asking?.abort();
    const asking = (this.asking = new AbortController());
    const found = await askJson(this.address, { method: "POST", body: record, signal: asking.signal });
    if (found.ended || asking.signal.aborted || !found.ok) return;
    this.draw(found.value);
  }

  draw({ title, span, problems, notes, months }) {
    const parts = [make("h2", {}, title)];
    if (span) {
      const days = span.working_days === null ? "" : `，${span.working_days} 个工作日`;
      parts.push(make("p", { role: "status" }, `${spoken(span.from)}至${spoken(span.to)}${days}`));
    } else {
      const wrong = problems.filter(isFilledIn).map((it) => it.sentence);
      parts.push(make("p", {}, wrong.length ? wrong.join("；") : "填好有关的日期后，这里列出起止日期。"));
    }
    parts.push(...notes.map((note) => make("p", { className: "advice" }, `※ ${note}`)));
    parts.push(make("div", { className: "months" }, ...months.map(month)));
    if (months.length) parts.push(make("p", { className: "fine" }, "粗框是期内的日子；休：放假，班：调休上班。"));
    this.box.replaceChildren(...parts);
    this.box.hidden = false;
  }
}

/** Whether a problem is of what somebody has filled in and sees: of the rest there is nothing to be mended yet. */
function isFilledIn({ pointer }) {
  const root = document.querySelector("[data-record]");
  const { question } = find(root, pointer);
  const whole = question && pointerOf(root, question) === pointer;
  return whole && question.getClientRects().length > 0 && readOne(question) !== undefined;
}

function month({ year, month: number, days }) {
  const head = WEEK.map((day) => make("th", { scope: "col" }, day));
  const cells = [...Array(days[0].weekday - 1)].map(() => make("td"));
  for (const day of days) {
    const classes = [day.kind, day.within ? "within" : ""].join(" ").trim();
    const said = `${spoken(day.date)}${day.within ? "，期内" : ""}${day.name ? `，${day.name}` : ""}`;
    const mark = KINDS[day.kind] ? make("small", {}, KINDS[day.kind]) : "";
    cells.push(make("td", { className: classes, title: said }, String(Number(day.date.slice(8))), mark));
  }
  const weeks = [];
  for (let at = 0; at < cells.length; at += 7) weeks.push(cells.slice(at, at + 7));
  // Only the weeks of the span, and the one before it: there is little room.
  const first = weeks.findIndex(holds);
  const rows = weeks.filter((week, at) => holds(week) || at === first - 1).map((week) => make("tr", {}, ...week));
  return make("table", {}, make("caption", {}, `${year}年${number}月`), make("thead", {}, make("tr", {}, ...head)), make("tbody", {}, ...rows));
}

function holds(week) {
  return week.some((cell) => cell.classList.contains("within"));
}

function spoken(date) {
  const [year, month, day] = date.split("-").map(Number);
  return `${year}年${month}月${day}日`;
}
