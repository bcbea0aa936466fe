// Asking the server: one way to send, to say in Chinese what went wrong, and to keep a file.
//
// `ask` never throws: it gives { ok, status, answer } with the Response, or { ok: false, problem } with the
// problem document; a connection that is lost is told as one too, since nobody reads consoles.

const LOST = {
  status: 0,
  title: "连不上服务",
  detail: "连不上服务，请检查网络后再试；填过的内容还在这一页上。",
};

/** Sends a request; `signal` of an AbortController may end it, and then `ended` is true. */
export async function ask(address, { method = "GET", body, type, headers = {}, signal } = {}) {
  const sent = { method, signal, headers: { ...headers } };
  if (body !== undefined) {
    const isForm = body instanceof FormData || body instanceof Blob;
    sent.body = isForm ? body : JSON.stringify(body);
    if (type) sent.headers["Content-Type"] = type;
    else if (!isForm) sent.headers["Content-Type"] = "application/json";
  }
  try {
    const answer = await fetch(address, sent);
    if (answer.ok) return { ok: true, status: answer.status, answer };
    return { ok: false, status: answer.status, problem: await problemOf(answer) };
  } catch (error) {
    if (error.name === "AbortError") return { ok: false, ended: true, problem: LOST };
    return { ok: false, status: 0, problem: LOST };
  }
}

/** Asks for JSON; `value` is what was answered. */
export async function askJson(address, options) {
  const asked = await ask(address, options);
  if (!asked.ok) return asked;
  try {
    return { ...asked, value: await asked.answer.json() };
  } catch {
    return { ok: false, status: 0, problem: LOST };
  }
}

/** Asks for a file; `blob` is what was answered, and `name` how it is called. */
export async function askFile(address, otherwise, options) {
  const asked = await ask(address, options);
  if (!asked.ok) return asked;
  try {
    return { ...asked, blob: await asked.answer.blob(), name: nameOf(asked.answer, otherwise) };
  } catch {
    return { ok: false, status: 0, ended: options?.signal?.aborted, problem: LOST };
  }
}

/** The problem document of an answer, or what stands for one. */
async function problemOf(answer) {
  try {
    return await answer.json();
  } catch {
    const detail = `服务答复了 ${answer.status}，没有说明原因；请稍后再试，仍不行请告诉管理员。`;
    return { status: answer.status, title: "没有成功", detail };
  }
}

/** A problem in one sentence, with the number by which the administrator finds it if it is ours. */
export function sentenceOf(problem) {
  const number = problem.status >= 500 && problem.instance ? `（编号 ${problem.instance.split("#").pop()}）` : "";
  const remedy = problem.status === 401 ? "请登录后再试；可以在另一个窗口登录，这一页填的内容不会丢。" : "";
  // What is wrong in particular says more than how many things are.
  const found = (problem.problems ?? []).filter((it) => it.level === "problem").slice(0, 3).map((it) => it.sentence);
  const told = found.length ? `：${found.join("；")}` : "";
  return `${problem.detail || problem.title || "没有成功，请再试一次"}${told}${number}${remedy}`;
}

/** The file name that an answer gives; `otherwise` if it gives none. */
export function nameOf(answer, otherwise) {
  const given = answer.headers.get("Content-Disposition") || "";
  const found = /filename\*=UTF-8''([^;]+)/i.exec(given);
  if (!found) return otherwise;
  try {
    return decodeURIComponent(found[1]);
  } catch {
    return otherwise;
  }
}

/** Hands a file to the browser, which puts it among its downloads. */
export function save(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  document.body.append(link);
  link.click();
  link.remove();
  // The browser has begun to read by then; the file is not kept longer than that.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

/** An element with its properties and what stands in it; `data` and `aria` are maps. */
export function make(name, { data = {}, aria = {}, role, ...properties } = {}, ...inside) {
  const element = Object.assign(document.createElement(name), properties);
  Object.assign(element.dataset, data);
  for (const [key, value] of Object.entries(aria)) element.setAttribute(`aria-${key}`, value);
  if (role) element.setAttribute("role", role);
  element.append(...inside);
  return element;
}

/** The data that a page brings for its scripts. */
export function brought(id) {
  return JSON.parse(document.getElementById(id).textContent);
}
