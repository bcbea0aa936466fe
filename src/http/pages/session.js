// Signing in and out: the key goes to this server alone, and is not kept.
"use strict";

const form = document.getElementById("sign-in");
if (form) {
  const field = document.getElementById("key");
  const wrong = document.getElementById("key-wrong");
  const refuse = (sentence) => {
    wrong.textContent = sentence;
    wrong.hidden = false;
    field.setAttribute("aria-invalid", "true");
    field.focus();
  };
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const key = field.value.trim();
    if (key === "") return refuse("请填写密钥");
    try {
      const answer = await fetch("/api/v1/session", {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ key }),
      });
      if (answer.ok) return location.assign("/");
      const problem = await answer.json();
      refuse(problem.detail || "登录没有成功，请再试一次");
    } catch {
      refuse("连不上服务，请检查网络后再试");
    }
  });
}

const leave = document.getElementById("sign-out");
if (leave) {
  leave.addEventListener("click", async () => {
    leave.disabled = true;
    await fetch("/api/v1/session", { method: "DELETE" }).catch(() => {});
    // What this window kept for whoever leaves is not for whoever comes next.
    for (const key of Object.keys(sessionStorage)) {
      if (/^chengwen-(list|handed):/.test(key)) sessionStorage.removeItem(key);
    }
    location.assign("/");
  });
}
