// Sending files with progress, which fetch does not tell.

/** Sends a form; `progress` is called with the part (0 to 1) that has been sent. Never throws. */
export function send(address, body, progress) {
  return new Promise((done) => {
    const request = new XMLHttpRequest();
    request.open("POST", address);
    request.responseType = "blob";
    request.upload.addEventListener("progress", (event) => progress(event.lengthComputable ? event.loaded / event.total : 0));
    request.upload.addEventListener("load", () => progress(1));
    const lost = "连接断了，没有传完；填的内容和附件都还在，请检查网络后再点一次。";
    request.addEventListener("error", () => done({ ok: false, status: 0, problem: { status: 0, detail: lost } }));
    request.addEventListener("load", async () => {
      const headers = { get: (name) => request.getResponseHeader(name) };
      const blob = request.response;
      if (request.status >= 200 && request.status < 300) return done({ ok: true, answer: { headers }, blob });
      let problem = { status: request.status, detail: `服务答复了 ${request.status}，请稍后再试。` };
      try {
        problem = JSON.parse(await blob.text());
      } catch {
        // Some proxies answer in their own words.
      }
      done({ ok: false, status: request.status, problem });
    });
    request.send(body);
  });
}
