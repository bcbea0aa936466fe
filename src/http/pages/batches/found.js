// What was found in a list, as people read it: how many rows, what must be mended and where, what to know.
import { make } from "/assets/ask.js";

/** So many are shown; the annotated copy has all of them. */
const SHOWN = 100;

/** Where it stands: a cell, a row, or the whole list. */
function placeOf(found) {
  if (found.place) return found.place;
  if (found.cell) return found.sheet ? `${found.sheet} ${found.cell}` : found.cell;
  if (found.row) return `第 ${found.row} 行`;
  const row = /^\/(\d+)/.exec(found.pointer || "");
  return row ? `第 ${Number(row[1]) + 1} 份` : "整个名单";
}

/** So many rows of which the registry says the same are told one by one. */
const ONE_BY_ONE = 5;

/** Rows that are in force or under way already, told together if they are many: most often it is one list
 * that was handed in twice. */
function together(problems) {
  const alike = new Map();
  const rest = [];
  for (const found of problems) {
    const { batch } = found.facts || {};
    if (found.code !== "holder.held" && found.code !== "holder.waiting") rest.push(found);
    else alike.set(`${found.code} ${batch}`, [...(alike.get(`${found.code} ${batch}`) || []), found]);
  }
  const told = [...alike.values()].flatMap((some) => {
    if (some.length <= ONE_BY_ONE) return some;
    const [first] = some;
    return [{ ...first, cell: undefined, row: undefined, pointer: "", place: `${placeOf(first)} 等 ${some.length} 份`, many: some.length }];
  });
  return [...told, ...rest];
}

/** The sentence; what the registry has against a row is told with what can be done on this page. */
function sentenceOf(found) {
  const { number, batch } = found.facts || {};
  const whose = found.many ? `${found.many} 份` : (found.label || "").split("—").pop();
  const which = found.many ? `${number} 等` : number;
  if (found.code === "holder.held") {
    return [`${whose}已有这一称号的有效证书（${which}）。不必再发的，删去这一行，或者只印别的行；要换发或者再发一份，勾选下面的“再编号发一份”。`];
  }
  if (found.code === "holder.waiting") {
    const link = make("a", { href: `/batches/${batch}` }, `批次 ${batch}`);
    return [`${whose}的证书（${which}）在`, link, "里已经编号，还没有印完：等它印完，或者到那里取消它。"];
  }
  return [found.sentence];
}

function tableOf(list, head, mark) {
  const rows = list.slice(0, SHOWN).map((found) =>
    make("tr", { className: mark },
      make("th", { scope: "row" }, placeOf(found)),
      make("td", {}, ...sentenceOf(found))));
  const heads = ["在哪里", head].map((words) => make("th", { scope: "col" }, words));
  const table = make("table", { className: "plain" }, make("thead", {}, make("tr", {}, ...heads)), make("tbody", {}, ...rows));
  const region = make("div", { className: "scroll", role: "region", tabIndex: 0, aria: { label: head } }, table);
  const rest = list.length - SHOWN;
  return rest > 0 ? [region, make("p", { className: "fine" }, `还有 ${rest} 处，见标出问题的表。`)] : [region];
}

/** Shows what was found in `place`; `copy` gets the list with its cells marked. */
export function show(place, looked, copy) {
  const problems = looked.problems.filter((found) => found.level === "problem");
  const advice = looked.problems.filter((found) => found.level !== "problem");
  const bad = looked.rows - looked.sound_rows;
  const parts = [];
  if (problems.length === 0) {
    parts.push(make("h3", { className: "right" }, `共 ${looked.rows} 份，都没有问题`));
  } else {
    const words = looked.rows === 0 ? "这份名单读不懂" : `共 ${looked.rows} 份，${bad} 份要改`;
    parts.push(make("h3", { className: "wrong" }, words));
    parts.push(make("p", {}, "照下面改好，再选一次这个文件。"));
    parts.push(...tableOf(together(problems), "要改的", "problem"));
  }
  if (advice.length > 0) {
    parts.push(make("h3", { className: "advice" }, `${advice.length} 条提示（不改也能印）`));
    parts.push(...tableOf(advice, "提示", "advice"));
  }
  // What the registry has against rows stands in no cell.
  const marked = looked.problems.some((found) => !/^holder\.(held|waiting|twice)$/.test(found.code));
  if (marked && looked.rows > 0) {
    const button = make("button", { type: "button", className: "second" }, "下载标出问题的表（XLSX）");
    button.addEventListener("click", () => copy(button));
    parts.push(make("p", {}, button));
  }
  place.replaceChildren(...parts);
  place.hidden = false;
}

/** Shows how the rows of such a document are numbered, and which numbers they would have. */
export function showNumbers(place, looked, { numbered, own_number: own }) {
  const parts = [];
  if (!numbered) {
    parts.push(make("p", {}, "这种文书不编号。"));
  } else if (looked.numbers.length > 0) {
    parts.push(make("p", {}, "由登记簿编号，从没有用过的第一个号起，照名单的顺序。现在开始印，编号是："));
    const items = looked.numbers.map(({ first, last, count }) =>
      make("li", {}, first === last ? `${first}（1 份）` : `${first} 至 ${last}（${count} 份）`));
    parts.push(make("ul", { className: "numbers" }, ...items));
    const given = looked.sound_rows - looked.numbers.reduce((sum, { count }) => sum + count, 0);
    if (given > 0) parts.push(make("p", {}, `另有 ${given} 份的编号名单里已经写好，照它印。`));
    parts.push(make("p", { className: "help" }, "编号在开始印的时候才占用；别人先开始的，会顺延。占用的编号不会再给别人。"));
    if (own) parts.push(make("p", { className: "help" }, `要自己定编号的，写在名单的“${own}”一列：没有用过的就照用，用过的会告诉您。`));
  } else if (looked.sound_rows > 0) {
    parts.push(make("p", {}, "名单里已经写好编号，没有用过，照它印。"));
  }
  for (const note of looked.notes) parts.push(make("p", { className: "say" }, `提示：${note}。`));
  place.replaceChildren(...parts);
}
