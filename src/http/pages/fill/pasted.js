// What spreadsheets put on the clipboard: rows by lines, columns by tabs, and what holds either in quotes.

/** The rows of a text, each with its cells; lines with nothing in them at the end are left out. */
export function rowsOf(text) {
  const rows = [[""]];
  let quoted = false;
  const cellNow = () => rows.at(-1).at(-1);
  const say = (letters) => (rows.at(-1)[rows.at(-1).length - 1] += letters);
  const plain = text.replace(/\r\n?/g, "\n");
  for (let at = 0; at < plain.length; at += 1) {
    const letter = plain[at];
    if (quoted) {
      if (letter !== '"') say(letter);
      else if (plain[at + 1] === '"') say('"'), (at += 1);
      else quoted = false;
    } else if (letter === '"' && cellNow() === "" && closes(plain, at + 1)) quoted = true;
    else if (letter === "\t") rows.at(-1).push("");
    else if (letter === "\n") rows.push([""]);
    else say(letter);
  }
  while (rows.length > 1 && rows.at(-1).every((cell) => cell.trim() === "")) rows.pop();
  // No cell of ours has lines.
  return rows.map((row) => row.map((cell) => cell.replace(/\s*\n\s*/g, " ").trim()));
}

/** Whether a quote that is opened before a place is closed where a cell ends; else it is one that people write. */
function closes(text, from) {
  return /^(?:[^"]|"")*"(?=[\t\n]|$)/.test(text.slice(from));
}
