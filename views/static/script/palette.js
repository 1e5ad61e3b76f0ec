/* Search from everywhere: Ctrl or Command K, or a slash. The server finds; here one walks through. */
{
  const { one, all, typing } = afterloan;
  const dialog = one("#palette"), input = one("#palette-input");
  const options = () => all("[role=option]", dialog);
  const chosen = () => one("[role=option][aria-selected=true]", dialog);

  const choose = option => {
    chosen()?.setAttribute("aria-selected", "false");
    option?.setAttribute("aria-selected", "true");
    option?.scrollIntoView({ block: "nearest" });
    if (option?.id) input.setAttribute("aria-activedescendant", option.id);
    else input.removeAttribute("aria-activedescendant");
  };

  /* Before anything is typed the server lists what was opened last. */
  const open = () => {
    if (!dialog.open) dialog.showModal();
    input.select();
    /* Told, not sent: a form whose htmx is not awake yet would leave the page. */
    if (!options().length) {
      input.form.dispatchEvent(new Event("submit", { bubbles: true, cancelable: true }));
    }
  };

  if (dialog) {
    document.addEventListener("keydown", event => {
      const asked = (event.metaKey || event.ctrlKey) && event.key.toLowerCase() === "k";
      if (!asked && (event.key !== "/" || typing(event))) return;
      event.preventDefault();
      open();
    });
    const button = one("[data-opens=palette]");
    button?.addEventListener("click", open);
    /* The key as it is called on this keyboard */
    const key = one("kbd", button ?? dialog);
    if (button && !/Mac|iPhone|iPad/.test(navigator.platform)) key.textContent = "Ctrl K";
    input.addEventListener("keydown", event => {
      if (event.isComposing) return;
      const found = options(), at = found.indexOf(chosen());
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        event.preventDefault();
        const step = event.key === "ArrowDown" ? 1 : -1;
        if (found.length) choose(found[(at + step + found.length) % found.length]);
      } else if (event.key === "Enter" && chosen()) {
        event.preventDefault();
        if (event.ctrlKey || event.metaKey) window.open(chosen().href, "_blank", "noopener");
        else chosen().click();
      }
    });
    /* The first one found is what Enter opens. */
    document.addEventListener("htmx:after:swap", event => {
      if (event.target.id === "palette-results" || event.detail.ctx?.target?.id === "palette-results") {
        choose(options()[0]);
      }
    });
  }
}
