// A draft as a file: saved from one computer, opened on another.

import { save } from "/assets/ask.js";

/** Connects the buttons by which a form is saved as a file, opened from one, and cleared. */
export function draftFile(form) {
  const { form: id, title } = form.root.dataset;
  const at = (name) => document.getElementById(`draft-${name}`);
  at("clear").addEventListener("click", () => {
    if (!confirm("清除这一页填的全部内容？清除后不能恢复。")) return;
    form.show({}, {});
    form.forget();
    document.getElementById("kept").textContent = "草稿已清除";
    form.say("已清除。");
  });
  at("save").addEventListener("click", () => {
    const text = JSON.stringify({ form: id, title, record: form.record }, null, 2);
    const name = `${title}-草稿.json`;
    save(new Blob([text], { type: "application/json" }), name);
    form.say(`已存成“${name}”，在浏览器的下载中。${form.page.leaves ?? ""}`);
  });
  at("open").addEventListener("change", async ({ target }) => {
    const [file] = target.files;
    target.value = "";
    if (file) await opened(form, file);
  });
}

async function opened(form, file) {
  let given;
  try {
    given = JSON.parse(await file.text());
    if (given === null || typeof given !== "object" || Array.isArray(given)) throw new Error("no record");
  } catch {
    return form.say(`“${file.name}”不是这里存的草稿文件，没有打开；这一页的内容没有变。`);
  }
  if (given.form && given.form !== form.root.dataset.form) {
    return form.say(`这个文件是另一张表（${given.title ?? "名称不明"}）的草稿，没有打开。`);
  }
  const full = Object.keys(form.record).length > 0 || form.page.holdsMore?.();
  if (full && !confirm(`打开“${file.name}”？这一页现在填的内容（连同附件）会被它替换。`)) return undefined;
  const lost = form.show(given.form ? given.record ?? {} : given, {});
  form.keep();
  form.say(`已打开“${file.name}”。${form.page.opened ?? ""}${lost}`);
  await form.finish();
  return undefined;
}
