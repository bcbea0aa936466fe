// The line of an attached file: its picture, what is said of it, and what can be done with it.

import { make } from "/assets/ask.js";

/**
 * Makes the line of a file as `item.line`, with `picture`, `place` and `says` in it. `does` has what the buttons
 * do: `turn(by)`, `leaf(by)`, `move(by)`, `remove()`; and `changed(key)` when a text was written.
 */
export function drawLine(item, does) {
  const button = (sign, label, act, shown = label) => {
    const hidden = make("span", { className: "unseen" }, `${shown ? "" : label}：${item.file}`);
    const it = make("button", { type: "button", className: "second" }, make("span", { aria: { hidden: "true" } }, sign), ` ${shown}`, hidden);
    it.addEventListener("click", act);
    return it;
  };
  const field = (label, key, hint) => {
    const input = make("input", { value: item[key] ?? "", placeholder: hint, className: "short" });
    input.addEventListener("change", () => {
      item[key] = input.value.trim();
      does.changed(key);
    });
    return make("label", {}, label, input);
  };
  item.picture = make("img", { alt: "", hidden: true });
  item.place = make("span", { className: "fine" });
  item.says = make("p", { className: "says", hidden: true });
  item.line = make("li", { className: "item" },
    make("figure", {}, item.picture, make("figcaption", { className: "row" }, button("‹", "前一页", () => does.leaf(-1), ""), item.place, button("›", "后一页", () => does.leaf(1), ""))),
    make("div", {},
      make("p", { className: "file" }, make("strong", {}, item.file), ` ${size(item.blob.size)}`, ...remarks(item)),
      item.says,
      make("div", { className: "row" }, field("名称（印在页上）", "title", "可以不填"), field("只附这几页", "pages", "如 1-3；不填为全部")),
      make("div", { className: "row" }, button("↺", "左转", () => does.turn(-90)), button("↻", "右转", () => does.turn(90)),
        button("↑", "上移", () => does.move(-1)), button("↓", "下移", () => does.move(1)), button("✕", "删去", () => does.remove()))));
}

/** What should be known of how a file was taken. */
function remarks(item) {
  const renamed = item.given && item.given !== item.file;
  const told = [
    renamed && `（已有同名的“${item.given}”，这一个改了名；请核对是不是同一个文件）`,
    !item.kept && "（浏览器没有存下，刷新后要重新选）",
  ];
  return told.filter(Boolean).map((text) => make("span", { className: "fine" }, text));
}

function size(bytes) {
  return bytes < 1024 * 1024 ? `${Math.ceil(bytes / 1024)} KB` : `${(bytes / 1024 / 1024).toFixed(1)} MB`;
}
