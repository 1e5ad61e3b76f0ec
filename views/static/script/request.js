/* What every page's script stands on, and what every htmx request carries. */
"use strict";
window.afterloan = {
  one: (selector, root = document) => root.querySelector(selector),
  all: (selector, root = document) => [...root.querySelectorAll(selector)],
  /* One word for this browser tab: a live stream leaves out what it caused itself. */
  tab: Math.random().toString(36).slice(2),
  quiet: matchMedia("(prefers-reduced-motion: reduce)").matches,

  /* A key belongs to a field while one types, composes or has a dialog open. */
  typing(event) {
    const { target } = event;
    const field = target.matches?.("textarea, select, input:not([type=radio], [type=checkbox])");
    return event.isComposing || event.ctrlKey || event.metaKey || event.altKey || field
      || target.isContentEditable || afterloan.one("dialog[open]") !== null;
  },

  /* Said to those who do not see the page change. */
  announce(text) {
    const box = afterloan.one("#announcer");
    box.textContent = "";
    setTimeout(() => { box.textContent = text; }, 30);
  },
};

document.addEventListener("htmx:config:request", event => {
  const { request, sourceEvent } = event.detail.ctx;
  if (sourceEvent?.isComposing) return event.preventDefault();
  request.headers["X-CSRF-Token"] = afterloan.one("meta[name=csrf-token]")?.content ?? "";
  request.headers["X-Client-Id"] = afterloan.tab;
});

/* Pinyin is typed letter by letter; the word is there when the composition ends. */
document.addEventListener("compositionend", event => {
  if (event.target.form?.hasAttribute("data-composes")) {
    event.target.dispatchEvent(new Event("input", { bubbles: true }));
  }
});

/* Without a line: say so, and keep what was typed. */
{
  const show = () => {
    afterloan.one(".offline")?.remove();
    if (navigator.onLine) return;
    const bar = document.createElement("div");
    bar.className = "offline";
    bar.setAttribute("role", "status");
    bar.textContent = document.body.dataset.offline;
    afterloan.one(".top, .gate-top")?.after(bar);
  };
  addEventListener("online", show);
  addEventListener("offline", show);
}
