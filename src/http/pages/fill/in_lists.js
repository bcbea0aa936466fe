// What was found in lists, in words that fit a table: the row as it stands there, and the column. To that comes
// what files have lost on the way; it stays until somebody has seen to the cell.

import { cameFrom, filledOf } from "/assets/grid.js";
import { find, pointerOf } from "/assets/record.js";

/** What was found in a form, with the sentences of lists as tables have them. */
export function inLists(root, found) {
  const grids = [...root.querySelectorAll(".grid")].filter((box) => box.table);
  const lost = grids.flatMap((box) => lostIn(box.table, pointerOf(root, box.closest(".question"))));
  const known = new Set(lost.map((it) => it.pointer));
  // That a cell is empty is known where it is told why.
  const others = found.filter((it) => !(it.code === "field.missing" && known.has(it.pointer)));
  return [...others, ...lost].map((problem) => {
    const { question, cell } = find(root, problem.pointer);
    const table = cell && question.querySelector(".grid")?.table;
    const filled = table ? filledOf(table.rows) : [];
    const row = cell ? filled[cell.row] : undefined;
    if (row === undefined) return problem;
    const column = table.grid.columns[table.grid.placeOf(cell.path)]?.label;
    const short = worded(problem, cell.row + 1, column, (item) => filled[item - 1] + 1 || item);
    const line = `${grids.length > 1 ? question.dataset.label : ""}第${row + 1}行`;
    const sentence = short.startsWith(HERE) ? line + short.slice(HERE.length) : `${line}：${short}`;
    return { ...problem, short, sentence };
  });
}

/** How a row calls itself. */
const HERE = "这一行";

/** A sentence as it stands below the row of its item: what the row says need not be said; others are rows too. */
function worded({ label, sentence }, item, column, lineOf) {
  const list = label.split(`—第${item}项`)[0];
  const named = column ? sentence.replace(`“${label}”`, `“${column}”`) : sentence;
  const near = named.replace(`“${list}—第${item}项—`, "“").replace(`“${list}—第${item}项”`, HERE).replace(`“${list}”第${item}项`, "");
  // What is quoted is what somebody has written.
  return near.replace(/“[^”]*”|第(\d+)项/g, (all, other) => (other ? `第${lineOf(Number(other))}行` : all));
}

/** What the files of rows have lost, as problems of the record as it is now. */
function lostIn({ rows }, list) {
  return filledOf(rows).flatMap((at, place) => {
    const now = (text) => text.replace(/—第\d+项/, `—第${place + 1}项`);
    return (rows[at].source?.notes ?? []).map(({ path, label, sentence, ...note }) => ({
      ...note,
      label: now(label),
      pointer: `${list}/${place}${path.map((step) => `/${step.replaceAll("~", "~0").replaceAll("/", "~1")}`).join("")}`,
      sentence: `${now(sentence)}，或者直接在这里补填（${cameFrom(rows[at])}）`,
    }));
  });
}
