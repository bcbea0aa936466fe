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
    const row = table ? filledOf(table.rows)[cell.row] : undefined;
    if (row === undefined) return problem;
    const list = grids.length > 1 ? question.dataset.label : "";
    const column = table.grid.columns[table.grid.placeOf(cell.path)]?.label;
    const short = column ? problem.sentence.replace(`“${problem.label}”`, `“${column}”`) : problem.sentence;
    const line = `${list}第${row + 1}行`;
    const sentence = short.startsWith("“") ? line + short : `${line}：${short}`;
    return { ...problem, short, sentence };
  });
}

function lostIn({ rows }, list) {
  return filledOf(rows).flatMap((at, place) =>
    (rows[at].source?.notes ?? []).map(({ path, sentence, ...note }) => ({
      ...note,
      pointer: `${list}/${place}${path.map((step) => `/${step.replaceAll("~", "~0").replaceAll("/", "~1")}`).join("")}`,
      sentence: `${sentence}，或者直接在这里补填（${cameFrom(rows[at])}）`,
    })));
}
