// The list that was chosen: read once, kept while the tab is open, so that a reload loses nothing.
//
// It is kept in sessionStorage, which ends with the tab: office computers are shared.

/** What is kept is for who is signed in, and nobody else who comes to this window. */
const PREFIX = "chengwen-list:";
/** Storage of a tab holds some five million characters. */
const KEPT_AT_MOST = 3_000_000;

const TYPES = {
  xlsx: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
  csv: "text/csv",
  json: "application/json",
};

/** Reads a file: { name, type, bytes }, or { wrong } in words. */
export async function readList(file) {
  const ending = file.name.split(".").pop().toLowerCase();
  const type = TYPES[ending];
  if (!type) {
    const old = ending === "xls" || ending === "et";
    const remedy = old ? "请在表格程序里另存为 .xlsx 再交。" : "请交 XLSX、CSV 或 JSON 文件。";
    return { wrong: `“${file.name}”不是这里能读的名单。${remedy}` };
  }
  try {
    const bytes = new Uint8Array(await file.arrayBuffer());
    return { name: file.name, type, bytes };
  } catch {
    return { wrong: `“${file.name}”读不出来：它可能正被别的程序占用，关掉那个程序再选一次。` };
  }
}

/** What was typed and chosen on the page, with the list if it is small enough. */
export function keep(owner, state, list) {
  const kept = { ...state };
  if (list && list.bytes.length < KEPT_AT_MOST / 2) {
    let text = "";
    for (let at = 0; at < list.bytes.length; at += 0x8000) {
      text += String.fromCharCode(...list.bytes.subarray(at, at + 0x8000));
    }
    kept.list = { name: list.name, type: list.type, text: btoa(text) };
  } else if (list) {
    kept.tooLarge = list.name;
  }
  try {
    sessionStorage.setItem(PREFIX + owner, JSON.stringify(kept));
  } catch {
    // A browser that keeps nothing loses the choice at a reload, and nothing else.
  }
}

/** What was kept: { state, list, tooLarge }. */
export function kept(owner) {
  try {
    const { list, tooLarge, ...state } = JSON.parse(sessionStorage.getItem(PREFIX + owner)) || {};
    if (!list) return { state, tooLarge };
    const bytes = Uint8Array.from(atob(list.text), (mark) => mark.charCodeAt(0));
    return { state, list: { name: list.name, type: list.type, bytes } };
  } catch {
    return { state: {} };
  }
}

/** The list is not needed any more. What makes a request known stays. */
export function forget(owner, state) {
  keep(owner, state, null);
}

/** Random characters; browsers give UUIDs to https pages only. */
export function nonce() {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** A short sum of bytes and words: the same list printed in the same way is the same request. */
export function sumOf(bytes, words) {
  // FNV-1a twice, from two beginnings; the server compares what is really the same.
  let [one, two] = [0x811c9dc5, 0x1b873593];
  const add = (byte) => {
    one = Math.imul(one ^ byte, 0x01000193);
    two = Math.imul(two ^ byte, 0x01000193) ^ (one >>> 15);
  };
  bytes.forEach(add);
  new TextEncoder().encode(words).forEach(add);
  return [one, two].map((sum) => (sum >>> 0).toString(16).padStart(8, "0")).join("");
}
