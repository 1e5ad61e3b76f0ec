/* The hits of the look-up page: arrows walk through them, Enter opens the one marked. */
"use strict";
(() => {
  const { one, all } = afterloan;
  const input = one("#find"), found = one("#found");
  if (!input) return;
  const hits = () => all(".hit", found);
  const marked = () => one(".hit.is-on", found);

  const mark = hit => {
    marked()?.classList.remove("is-on");
    hit?.classList.add("is-on");
    hit?.scrollIntoView({ block: "nearest" });
  };
  mark(hits()[0]);

  /* What the hits were found by: Enter opens only what belongs to the text as it stands. */
  let answered = input.value;
  document.addEventListener("htmx:after:swap", () => {
    if (marked() || !hits().length) return;
    answered = input.value;
    mark(hits()[0]);
  });

  input.addEventListener("keydown", event => {
    if (event.isComposing) return;
    const all = hits(), at = all.indexOf(marked());
    if ((event.key === "ArrowDown" || event.key === "ArrowUp") && all.length) {
      event.preventDefault();
      mark(all[(at + (event.key === "ArrowDown" ? 1 : -1) + all.length) % all.length]);
    } else if (event.key === "Enter" && marked() && input.value === answered) {
      event.preventDefault();
      const link = one("[data-hit]", marked());
      if (event.ctrlKey || event.metaKey) window.open(link.href, "_blank", "noopener");
      else link.click();
    }
  });
})();
