"use strict";

// textual.js starts when the page has loaded. It reads these two from the page: the address of
// its websocket, and the font size in pixels. It also reads the query of the URL: we remove that.
const terminal = document.getElementById("terminal");
const requested = Number(new URLSearchParams(location.search).get("fontsize"));
const fitting = Math.min(16, innerWidth / 60 / 0.61, innerHeight / 20 / 1.33); // 60 by 20 cells
terminal.dataset.sessionWebsocketUrl = location.origin.replace(/^http/, "ws") + "/ws";
terminal.dataset.fontSize =
  requested >= 6 && requested <= 40 ? requested : Math.max(6, Math.floor(fitting));
history.replaceState(null, "", requested ? "/?fontsize=" + requested : "/");

// xterm.js measures its font only once: load it first.
const startTerminal = window.onload;
window.onload = async (event) => {
  const faces = ["", "bold ", "italic ", "italic bold "];
  await Promise.allSettled(faces.map((face) => document.fonts.load(face + "16px 'Roboto Mono'")));
  startTerminal(event);
};

// When the server closes the websocket, it may give a reason.
const reason = document.getElementById("reason");
window.WebSocket = class extends WebSocket {
  constructor(...address) {
    super(...address);
    this.addEventListener("close", (event) => {
      reason.textContent = event.reason || reason.textContent;
    });
  }
};

// Keys go to the element with the focus: the button when the session has ended.
const restart = document.getElementById("restart");
new MutationObserver(() => {
  const ended = document.body.classList.contains("-closed");
  (ended ? restart : document.querySelector(".xterm-helper-textarea"))?.focus();
}).observe(document.body, { attributes: true, attributeFilter: ["class"] });

restart.onclick = async () => {
  const answer = await fetch("/", { method: "HEAD" }).catch(() => null);
  if (answer?.ok) {
    location.reload();
  } else if (answer) {
    reason.textContent = `The server answers with ${answer.status}, and no page. Try again later.`;
  } else {
    reason.textContent = "The server does not answer. Once it is there again, start anew.";
  }
};
