"use strict";

// What textual.js, which begins when all is loaded, finds on the page: where its websocket is,
// and how large its letters are, in pixels. Other words of the address mean something to it, too.
const terminal = document.getElementById("terminal");
const asked = Number(new URLSearchParams(location.search).get("fontsize"));
const fitting = Math.min(16, innerWidth / 60 / 0.61, innerHeight / 20 / 1.33); // 60 by 20 letters
terminal.dataset.sessionWebsocketUrl = location.origin.replace(/^http/, "ws") + "/ws";
terminal.dataset.fontSize = asked >= 6 && asked <= 40 ? asked : Math.max(6, Math.floor(fitting));
history.replaceState(null, "", asked ? "/?fontsize=" + asked : "/");

// A terminal measures its letters once: they have to be there.
const begin = window.onload;
window.onload = async (event) => {
  const faces = ["", "bold ", "italic ", "italic bold "];
  await Promise.allSettled(faces.map((face) => document.fonts.load(face + "16px 'Roboto Mono'")));
  begin(event);
};

// Why a visit has ended, or was none, the server says when it closes the websocket.
const told = document.getElementById("told");
window.WebSocket = class extends WebSocket {
  constructor(...address) {
    super(...address);
    this.addEventListener("close", (event) => {
      told.textContent = event.reason || told.textContent;
    });
  }
};

// Keys go to whatever has the focus.
const anew = document.getElementById("anew");
new MutationObserver(() => {
  const ended = document.body.classList.contains("-closed");
  (ended ? anew : document.querySelector(".xterm-helper-textarea"))?.focus();
}).observe(document.body, { attributes: true, attributeFilter: ["class"] });

anew.onclick = async () => {
  const answer = await fetch("/", { method: "HEAD" }).catch(() => null);
  if (answer?.ok) {
    location.reload();
  } else if (answer) {
    told.textContent = `The server answers with ${answer.status}, and no page. Try again later.`;
  } else {
    told.textContent = "The server does not answer. Once it is there again, start anew.";
  }
};
