"use strict";
/* Behaviour every page shares. It reads data attributes; no page writes script into its markup. */
(() => {
  const one = (selector, root = document) => root.querySelector(selector);
  const tab = crypto.randomUUID?.() ?? String(Math.random()).slice(2);

  /* Requests: who asks, and nothing while pinyin is still being typed. */
  document.addEventListener("htmx:config:request", event => {
    const { request, sourceEvent } = event.detail.ctx;
    if (sourceEvent?.isComposing) return event.preventDefault();
    request.headers["X-CSRF-Token"] = one("meta[name=csrf-token]")?.content ?? "";
    request.headers["X-Client-Id"] = tab;
  });
  document.addEventListener("compositionend", event => {
    if (event.target.form?.hasAttribute("data-composes")) event.target.dispatchEvent(new Event("input", { bubbles: true }));
  });

  /* Toasts: they leave by themselves, wait while looked at, and are three at most. */
  const toasts = one("#toasts");
  const lasting = toast => {
    let left = Number(toast.dataset.lasts), since, timer;
    const go = () => { since = Date.now(); timer = setTimeout(() => close(toast), left); };
    const stop = () => { clearTimeout(timer); left -= Date.now() - since; };
    toast.addEventListener("pointerenter", stop);
    toast.addEventListener("pointerleave", go);
    toast.addEventListener("focusin", stop);
    toast.addEventListener("focusout", go);
    go();
  };
  const close = toast => {
    toast.remove();
    if (!toasts.childElementCount && toasts.matches(":popover-open")) toasts.hidePopover();
  };
  new MutationObserver(changes => {
    for (const change of changes) for (const node of change.addedNodes) {
      if (!node.dataset?.lasts) continue;
      lasting(node);
      while (toasts.childElementCount > 3) toasts.firstElementChild.remove();
      /* Shown anew each time, so that it lies above a dialog opened meanwhile. */
      if (toasts.matches(":popover-open")) toasts.hidePopover();
      toasts.showPopover();
    }
  }).observe(toasts, { childList: true });
  const toast = (text, bad = false) => {
    const box = document.createElement("div"), words = document.createElement("span");
    box.className = bad ? "toast toast-bad" : "toast";
    box.dataset.lasts = bad ? 12000 : 6000;
    words.textContent = text;
    box.append(words);
    toasts.append(box);
  };
  const announce = text => {
    const box = one("#announcer");
    box.textContent = "";
    setTimeout(() => { box.textContent = text; }, 30);
  };

  /* The line to the server */
  document.addEventListener("htmx:error", event => {
    if (!event.detail.ctx?.response && event.detail.ctx?.request) toast(document.body.dataset.unsent, true);
  });
  const line = () => {
    one(".offline")?.remove();
    if (navigator.onLine) return;
    const bar = document.createElement("div");
    bar.className = "offline";
    bar.setAttribute("role", "status");
    bar.textContent = document.body.dataset.offline;
    one(".top, .gate-top")?.after(bar);
  };
  addEventListener("online", line);
  addEventListener("offline", line);

  window.afterloan = { one, tab, toast, announce, quiet: matchMedia("(prefers-reduced-motion: reduce)").matches };
})();
