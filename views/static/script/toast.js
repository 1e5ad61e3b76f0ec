/* Toasts leave by themselves, stay while looked at, and are three at most. */
{
  const box = afterloan.one("#toasts");
  const MOST = 3;

  const close = toast => {
    toast.remove();
    if (!box.childElementCount && box.matches(":popover-open")) box.hidePopover();
  };

  const time = toast => {
    let left = Number(toast.dataset.lasts), since, timer;
    const run = () => { since = Date.now(); timer = setTimeout(() => close(toast), left); };
    const rest = () => { clearTimeout(timer); left -= Date.now() - since; };
    toast.addEventListener("pointerenter", rest);
    toast.addEventListener("pointerleave", run);
    toast.addEventListener("focusin", rest);
    toast.addEventListener("focusout", run);
    run();
  };

  new MutationObserver(changes => {
    const added = changes.flatMap(change => [...change.addedNodes]).filter(node => node.dataset?.lasts);
    if (!added.length) return;
    added.forEach(time);
    while (box.childElementCount > MOST) box.firstElementChild.remove();
    /* Shown anew each time, so that it lies above a dialog that was opened meanwhile. */
    if (box.matches(":popover-open")) box.hidePopover();
    box.showPopover();
  }).observe(box, { childList: true });

  document.addEventListener("click", event => {
    const button = event.target.closest("[data-closes-toast]");
    /* A button that also sends something is read by htmx first. */
    if (button) setTimeout(() => close(button.closest(".toast")));
  });

  afterloan.toast = (text, kind = "good") => {
    const toast = document.createElement("div"), words = document.createElement("span");
    toast.className = kind === "bad" ? "toast toast-bad" : "toast";
    toast.dataset.lasts = kind === "bad" ? 12000 : 6000;
    words.textContent = text;
    toast.append(words);
    box.append(toast);
  };

  document.addEventListener("htmx:error", event => {
    const { ctx } = event.detail;
    const live = ctx?.sourceElement?.hasAttribute?.("hx-sse:connect");
    if (ctx?.request && !ctx.response && !live) afterloan.toast(document.body.dataset.unsent, "bad");
  });
}
