/* Small behaviours of controls, each called by its attribute. */
{
  const { one, all, typing } = afterloan;
  const on = (type, attribute, act) => document.addEventListener(type, event => {
    const element = event.target.closest?.(`[${attribute}]`);
    if (element) act(element, event);
  });

  on("click", "data-print", () => print());
  on("click", "data-folds", button => {
    const open = button.getAttribute("aria-expanded") !== "true";
    button.setAttribute("aria-expanded", open);
    document.getElementById(button.getAttribute("aria-controls")).hidden = !open;
  });
  on("click", "data-copy", element => {
    navigator.clipboard?.writeText(element.dataset.copy || element.textContent.trim());
    afterloan.toast(document.body.dataset.copied);
  });
  on("change", "data-submits", element => (element.form ?? element).requestSubmit());

  const fill = element => {
    const field = document.getElementById(element.dataset.fills);
    field.value = element.value || element.dataset.value || element.textContent.trim();
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.focus();
  };
  on("change", "data-fills", fill);
  on("click", "data-fills", element => element.matches("button") && fill(element));

  /* A number key presses the button that shows the number. */
  document.addEventListener("keydown", event => {
    if (!/^[1-9]$/.test(event.key) || typing(event)) return;
    const button = one(`[data-key="${event.key}"]`);
    if (!button) return;
    event.preventDefault();
    button.focus();
    button.click();
  });

  /* On a phone the tabs are wider than the screen: the open one is in sight. */
  for (const tab of all(".tab[aria-current]")) {
    tab.parentElement.scrollLeft = tab.offsetLeft - tab.parentElement.offsetLeft - 16;
  }

  /* A file may be dropped where it may be chosen. */
  for (const zone of all("[data-drop-zone]")) {
    const input = one("input[type=file]", zone), name = one("[data-file-name]", zone);
    const over = state => event => { event.preventDefault(); zone.classList.toggle("is-over", state); };
    zone.addEventListener("dragenter", over(true));
    zone.addEventListener("dragover", over(true));
    zone.addEventListener("dragleave", over(false));
    zone.addEventListener("drop", event => {
      over(false)(event);
      input.files = event.dataTransfer.files;
      input.dispatchEvent(new Event("change", { bubbles: true }));
    });
    input.addEventListener("change", () => {
      if (name && input.files.length) name.textContent = [...input.files].map(file => file.name).join(" · ");
    });
  }
}
