// The columns of a list, made of its questions, and what stands in their cells as text.

const WITHOUT = "未填原因：";

/** The questions of a list as columns: each a path within an item. */
export function columnsOf(fields, path = [], groups = []) {
  return fields.flatMap((field) => {
    const own = [...path, field.key];
    if (field.kind === "group") {
      return columnsOf(field.fields, own, [...groups, { path: own, reason: field.reason !== null }]);
    }
    if (["list", "ways"].includes(field.kind)) return [];
    return [{ ...field, path: own, groups }];
  }).map((column, at, all) => ({ ...column, first: path.length === 0 ? firstOf(column, all) : undefined }));
}

/** The groups of which a column is the first: a reason for the whole group stands in it. */
function firstOf(column, all) {
  return column.groups.filter((group) => all.find((it) => group.path.every((key, at) => it.path[at] === key)) === column);
}

/** What stands in the cell of a column. */
export function textOf(item, column) {
  for (const group of column.first ?? []) {
    const value = at(item, group.path);
    if (value && typeof value === "object" && "reason" in value) return WITHOUT + value.reason;
  }
  return written(at(item, column.path), column);
}

function written(value, column) {
  if (value === undefined || value === null) return "";
  if (typeof value === "boolean") return value ? "是" : "否";
  if (Array.isArray(value)) return value.map((it) => written(it, column)).join("、");
  if (typeof value === "object") return "reason" in value ? WITHOUT + value.reason : JSON.stringify(value);
  return column.choices?.find((choice) => choice.value === value)?.label ?? String(value);
}

/** An item with the text of one cell put in; an empty text takes the value away. */
export function withText(item, column, text) {
  const made = structuredClone(item);
  const plain = text.trim();
  if (plain.startsWith(WITHOUT)) {
    const reason = { reason: plain.slice(WITHOUT.length).trim() };
    const group = (column.first ?? []).find((it) => it.reason);
    if (column.reason !== null) return put(made, column.path, reason);
    if (group) return put(made, group.path, reason);
  }
  return put(made, column.path, valueOf(plain, column));
}

function valueOf(text, column) {
  if (text === "") return undefined;
  const choice = column.choices?.find((it) => it.label === text || it.value === text);
  if (choice && column.kind === "choice") return choice.value;
  switch (column.kind) {
    case "truth": return { 是: true, 否: false }[text] ?? text;
    case "number": return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text;
    case "choices":
    case "texts": return text.split(/[、,，;；]/).map((it) => it.trim()).filter(Boolean);
    default: return text;
  }
}

function at(item, path) {
  return path.reduce((value, key) => (value && typeof value === "object" ? value[key] : undefined), item);
}

function put(item, path, value) {
  const [key, ...rest] = path;
  if (rest.length) {
    const inner = item[key];
    const group = inner && typeof inner === "object" && !("reason" in inner) ? inner : {};
    const made = put(group, rest, value);
    if (Object.keys(made).length) item[key] = made;
    else delete item[key];
  } else if (value === undefined) {
    delete item[key];
  } else {
    item[key] = value;
  }
  return item;
}
