/* Dialogs, drawers, popovers and the question before what cannot be undone. */
{
  const EDGE = 8;

  document.addEventListener("click", event => {
    const opens = event.target.closest("[data-opens]");
    if (opens) document.getElementById(opens.dataset.opens)?.showModal();
    const closes = event.target.closest("[data-closes]");
    if (closes) closes.closest("dialog").close(closes.value || "cancel");
    /* A press beside a drawer or the palette; the dialog itself is what one hits then. */
    if (event.target.matches("dialog.drawer, dialog.palette")) event.target.close("cancel");
  });

  /* A popover opens under what called it, and above it where there is no room. */
  afterloan.place = (layer, anchor, alignEnd = false) => {
    const box = anchor.getBoundingClientRect(), { offsetWidth: width, offsetHeight: height } = layer;
    const left = alignEnd ? box.right - width : box.left;
    const below = box.bottom + 6 + height + EDGE <= innerHeight;
    const top = below ? box.bottom + 6 : box.top - height - 6;
    layer.style.left = `${Math.max(EDGE, Math.min(left, innerWidth - width - EDGE))}px`;
    layer.style.top = `${Math.max(EDGE, Math.min(top, innerHeight - height - EDGE))}px`;
  };

  let caller = null;
  document.addEventListener("click", event => {
    caller = event.target.closest("[popovertarget]") ?? caller;
  }, true);
  document.addEventListener("toggle", event => {
    const layer = event.target;
    if (event.newState !== "open" || caller?.getAttribute("popovertarget") !== layer.id) return;
    afterloan.place(layer, caller);
    afterloan.one("input:not([type=hidden]), button, a", layer)?.focus();
  }, true);

  /* Arrows walk through a menu. */
  document.addEventListener("keydown", event => {
    const menu = event.target.closest(".menu");
    if (!menu || !/^Arrow(Up|Down)$|^Home$|^End$/.test(event.key)) return;
    const items = afterloan.all(".menu-item:not(:disabled)", menu), last = items.length - 1;
    const at = items.indexOf(document.activeElement), step = event.key === "ArrowDown" ? 1 : -1;
    const next = { Home: 0, End: last }[event.key] ?? (at + step + items.length) % items.length;
    event.preventDefault();
    items[next]?.focus();
  });

  /* In place of the browser's own question. The safe answer has the focus. */
  document.addEventListener("htmx:confirm", event => {
    const { ctx, issueRequest, dropRequest } = event.detail, dialog = afterloan.one("#confirm");
    event.preventDefault();
    afterloan.one("p", dialog).textContent = ctx.confirm;
    dialog.returnValue = "";
    dialog.addEventListener("close", () => (
      dialog.returnValue === "yes" ? issueRequest() : dropRequest()
    ), { once: true });
    dialog.showModal();
  });
}
