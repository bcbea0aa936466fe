// How a batch goes on: progress as it happens, and what is asked of it.
import { askJson, sentenceOf } from "/assets/ask.js";
import { become, dialogs, hold, release, submits } from "/assets/actions.js";

/** The pause between two looks where events do not come through. */
const LOOK_EVERY = 2000;

const main = document.querySelector("main");

/** How far a print is, in words and on its bar. */
function tell(section, told) {
  const bar = section.querySelector("progress");
  bar.max = told.rows;
  bar.value = told.done;
  const words = [`已排好 ${told.done} 份，共 ${told.rows} 份`];
  if (told.done >= told.rows) words.push("正在合成文件");
  else if (told.per_second) words.push(`每秒 ${told.per_second} 份`, `大约还要${spoken(told.seconds_left)}`);
  section.querySelector(".going").textContent = words.join("；");
}

function spoken(seconds) {
  if (seconds < 60) return ` ${seconds} 秒`;
  return seconds < 3600 ? ` ${Math.ceil(seconds / 60)} 分钟` : "一个多小时";
}

/** What ends the watching of each print that is watched. */
const watched = new Set();

/** Watches one print until it ends. */
function watch(section) {
  const broken = section.querySelector("[data-broken]");
  const source = new EventSource(section.dataset.events);
  let polling = null;
  const stop = () => {
    source.close();
    clearInterval(polling);
    watched.delete(stop);
  };
  watched.add(stop);
  const end = async () => {
    // An answer may come when the page is another already.
    if (!watched.has(stop)) return;
    stop();
    // Someone may be typing on this page, and nothing of that is to be lost.
    const words = "这一次印完了：刷新这一页（F5），就能下载。";
    if (!(await become(begin, [], words))) section.querySelector("[data-still]").textContent = words;
  };
  source.addEventListener("progress", (event) => {
    clearInterval(polling);
    polling = null;
    broken.textContent = "";
    tell(section, JSON.parse(event.data));
  });
  source.addEventListener("end", end);
  source.addEventListener("error", () => {
    // The browser comes again by itself; until then, and where it gives up, it is asked now and then.
    polling ??= setInterval(async () => {
      const asked = await askJson(location.pathname.replace("/batches/", "/api/v1/batches/"));
      if (!watched.has(stop)) return;
      const lost = "暂时连不上服务，印制照常进行；连上以后这里会接着显示。";
      broken.textContent = asked.ok ? "" : asked.status === 0 ? lost : sentenceOf(asked.problem);
      if (!asked.ok) return;
      const print = asked.value.prints.find((it) => `print-${it.print}` === section.getAttribute("aria-labelledby"));
      if (!print || print.state !== "waiting") return end();
      tell(section, print);
    }, LOOK_EVERY);
  });
}

/** Shows the page as it has become, with what is to be known of what was asked. */
function done(told = {}) {
  const notes = (told.notes || []).map((note) => `提示：${note}。`);
  if (told.issues) notes.push("和原来的文件一样，下载原来的就行。");
  return become(begin, notes);
}

async function goOn(button) {
  if (!hold(button)) return;
  const query = new URLSearchParams({ ...JSON.parse(button.dataset.goOn), only: button.dataset.only });
  const home = location.pathname.replace("/batches/", "/api/v1/batches/");
  const asked = await askJson(`${home}/prints?${query}`, { method: "POST" });
  release(button);
  if (asked.ok) return done();
  button.closest("section").querySelector("[data-broken]").textContent = sentenceOf(asked.problem);
}

function begin() {
  // What the page showed before is not there any more.
  for (const stop of [...watched]) stop();
  for (const section of main.querySelectorAll("[data-events]")) watch(section);
  for (const button of main.querySelectorAll("[data-go-on]")) button.addEventListener("click", () => goOn(button));
  dialogs(main);
  submits(main, done);
}

begin();
