/* A board of cards in columns: drag, menu, keys, undo, live. It reads data attributes and knows no
   word of the trade; docs/kit.md lists them. The server owns the order: a drop says only the column,
   and every card finds its place by itself. */
"use strict";
(() => {
  const { one, all, announce, quiet, tab } = afterloan;
  const board = one("[data-board]");
  if (!board) return;
  const menu = one("#board-menu"), live = one("[data-live]"), tray = one("[data-arrivals]");
  const CARDS_ANIMATED_MAX = 100;
  /* Where each card was before its last move, for Undo. */
  const before = new Map();

  const lists = () => all(".column-cards", board);
  const listOf = key => one(`[data-column="${CSS.escape(key)}"] .column-cards`, board);
  const keyOf = list => list.closest("[data-column]").dataset.column;
  const cardOf = id => one(`.card[data-id="${CSS.escape(id)}"]`, board);
  /* Columns that would refuse the card, with the reason; all of them where nothing may be moved. */
  const closedTo = card => (board.dataset.fixed
    ? Object.fromEntries(lists().map(list => [keyOf(list), board.dataset.fixed]))
    : JSON.parse(card.dataset.closed || "{}"));
  const spot = card => ({ list: card.parentElement, next: card.nextElementSibling });

  const put = (card, { list, next }) => {
    const first = one(".card", list) ?? one("li", list);
    list.insertBefore(card, next?.parentElement === list ? next : first === card ? null : first);
  };

  /* Back to where it came from, gliding where that costs nothing. */
  const putBack = (card, from) => {
    const few = all(".card", board).length <= CARDS_ANIMATED_MAX;
    if (quiet || !few || !document.startViewTransition) return put(card, from);
    card.style.viewTransitionName = "returning";
    document.startViewTransition(() => put(card, from)).finished
      .finally(() => { card.style.viewTransitionName = ""; });
  };

  /* Every card stands where its `data-place` sorts as text. Gliding there, it can be followed. */
  const glide = (card, go) => {
    const focused = document.activeElement === card, { left, top } = card.getBoundingClientRect();
    const isNew = !board.contains(card);
    go();
    if (focused) card.focus({ preventScroll: true });
    if (quiet || isNew) return;
    const now = card.getBoundingClientRect();
    const way = `translate(${left - now.left}px, ${top - now.top}px)`;
    card.animate([{ transform: way }, { transform: "none" }], { duration: 160, easing: "ease-out" });
  };
  const settled = list => all(".card", list).filter(card => !card.matches(".is-pending, .is-placeholder"));
  const follower = (card, list) => settled(list)
    .find(other => other !== card && other.dataset.place > card.dataset.place);
  const seat = (card, list) => {
    const next = follower(card, list) ?? one(".column-more", list) ?? one(".column-empty", list);
    if (card.parentElement !== list || card.nextElementSibling !== next) {
      glide(card, () => list.insertBefore(card, next));
    }
  };
  const order = list => {
    let last = "";
    for (const card of settled(list)) {
      if (card.dataset.place >= last) last = card.dataset.place;
      else seat(card, list);
    }
  };
  /* Comes with a page that is not loaded yet. */
  const isBeyond = (card, list) => {
    const more = one(".column-more", list);
    return Boolean(more) && card.dataset.place > more.dataset.after;
  };
  const renew = (card, fresh) => {
    for (const { name, value } of fresh.attributes) if (name !== "class") card.setAttribute(name, value);
    if (!fresh.dataset.closed) delete card.dataset.closed;
    card.replaceChildren(...fresh.childNodes);
    fresh.remove();
  };
  const mark = card => {
    card.classList.add("is-fresh");
    card.addEventListener("animationend", () => card.classList.remove("is-fresh"), { once: true });
  };
  const arrive = fresh => {
    const card = cardOf(fresh.dataset.id), list = listOf(fresh.dataset.in);
    /* On its way or in the air: the answer to that tells how it stands. */
    if (card?.matches(".is-pending, .is-placeholder")) return fresh.remove();
    const isNews = card?.parentElement !== list, isLooked = card && card === document.activeElement;
    if (card) renew(card, fresh);
    const arrived = card ?? fresh;
    if (isNews && !isLooked && isBeyond(arrived, list)) return arrived.remove();
    seat(arrived, list);
    if (isNews) mark(arrived);
    order(list);
  };
  /* A page that is loaded later may hold a card that came by itself before. */
  const alone = card => {
    for (const twin of all(`.card[data-id="${CSS.escape(card.dataset.id)}"]`, board)) {
      if (twin === card) continue;
      card.remove();
      order(twin.parentElement);
    }
  };
  const watch = (element, seen) => new MutationObserver(changes => {
    const added = changes.flatMap(change => [...change.addedNodes]);
    added.filter(node => node.matches?.(".card") && element.contains(node)).forEach(seen);
  }).observe(element, { childList: true, subtree: true });
  if (tray) watch(tray, arrive);
  watch(board, alone);
  /* The card somebody stands on goes away: his neighbour takes over. */
  let looked = null;
  board.addEventListener("focusin", event => { looked = event.target.closest(".card"); });
  new MutationObserver(changes => {
    for (const { removedNodes, nextSibling, previousSibling } of changes) {
      const isLost = looked && !looked.isConnected && document.activeElement === document.body;
      if (!isLost || ![...removedNodes].includes(looked)) continue;
      [nextSibling, previousSibling].find(node => node?.matches?.(".card"))?.focus({ preventScroll: true });
    }
  }).observe(board, { childList: true, subtree: true });

  /* Tells the server. The card stands in its new column already; whatever goes wrong, it goes back. */
  const send = (card, from, fields = {}) => {
    const list = card.parentElement, { id, version } = card.dataset;
    const focused = document.activeElement === card;
    const finished = event => {
      if (event.detail.ctx.sourceElement !== card) return;
      document.removeEventListener("htmx:finally:request", finished);
      settle(card, from, event.detail.ctx.response?.status, focused);
    };
    /* The card goes back before the answer's partials land, so that they find it at its place. */
    const answered = event => {
      if (event.detail.ctx.sourceElement !== card) return;
      document.removeEventListener("htmx:after:request", answered);
      card.classList.remove("is-pending");
      if (event.detail.ctx.response.status >= 400) put(card, from);
    };
    document.addEventListener("htmx:after:request", answered);
    document.addEventListener("htmx:finally:request", finished);
    card.classList.add("is-pending");
    before.set(id, { list: keyOf(from.list), next: from.next?.dataset?.id });
    const url = list.dataset.dropUrl.replace("__id__", encodeURIComponent(id));
    return htmx.ajax("POST", url, { source: card, target: card, swap: "none", values: { version, ...fields } });
  };

  const settle = (card, from, status, focused) => {
    const name = card.dataset.name, column = card.parentElement?.dataset.name;
    const now = cardOf(card.dataset.id);
    now?.classList.remove("is-pending");
    if (!status) {
      putBack(card, from);
      ask(card.dataset.id);
    }
    now?.scrollIntoView({ block: "nearest", inline: "nearest" });
    const said = !status || status >= 400 ? board.dataset.saidBack : board.dataset.saidMoved;
    announce((said ?? "").replace("{name}", name).replace("{column}", column ?? ""));
    if (focused) now?.focus({ preventScroll: true });
  };

  /* The line broke in the middle of a move: whether it was done is asked when the line is back. */
  const ASK_MS = 3000;
  const ask = id => {
    if (!board.dataset.cardUrl) return;
    const url = board.dataset.cardUrl.replace("__id__", encodeURIComponent(id));
    const again = () => (navigator.onLine
      ? htmx.ajax("GET", url, { source: cardOf(id) ?? board, swap: "none" })
      : addEventListener("online", again, { once: true }));
    setTimeout(again, ASK_MS);
  };

  /* Into another column by menu, key or Undo. */
  const move = async (card, key) => {
    const list = listOf(key), from = spot(card);
    if (!list || list === card.parentElement || card.classList.contains("is-pending")) return;
    const reason = closedTo(card)[key];
    if (reason) return afterloan.toast(reason, "bad");
    const fields = await asked(card, list);
    if (!fields) return card.focus();
    put(card, { list });
    card.focus();
    send(card, from, fields);
  };

  /* Some columns want to know something first: {} for nothing, null when thought better of. */
  const asked = (card, list) => new Promise(resolve => {
    const dialog = document.getElementById(list.dataset.dialog);
    if (!dialog) return resolve({});
    const form = one("form", dialog), name = one("[data-card-name]", dialog);
    form.reset();
    if (name) name.textContent = card.dataset.name;
    for (const field of all("[data-from]", form)) field.value = card.dataset[field.dataset.from] ?? "";
    dialog.returnValue = "";
    dialog.addEventListener("close", () => {
      const given = dialog.returnValue && dialog.returnValue !== "cancel";
      resolve(given ? Object.fromEntries(new FormData(form)) : null);
    }, { once: true });
    dialog.showModal();
    one("input:not([type=hidden])", form)?.select?.();
  });

  /* While a card is in the air: columns that would refuse it, and no message of the stream. */
  let flying = null, landed = null, held = null;
  const shade = card => {
    const closed = card ? closedTo(card) : {};
    for (const column of all("[data-column]", board)) {
      const reason = closed[column.dataset.column], words = one(".column-reason", column);
      column.classList.toggle("is-closed", Boolean(reason));
      if (words) words.textContent = reason ?? "";
    }
  };

  const lift = event => {
    flying = spot(event.item);
    shade(event.item);
  };
  const land = async event => {
    const from = flying, card = event.item;
    flying = null;
    landed?.();
    shade(null);
    if (event.from === event.to) return;
    const fields = await asked(card, event.to);
    if (fields) send(card, from, fields);
    else put(card, from);
  };

  const sortable = list => new Sortable(list, {
    group: { name: "board", put: (to, _from, card) => !closedTo(card)[keyOf(to.el)] },
    sort: false,
    draggable: ".card",
    filter: ".is-pending, [data-card-menu]",
    preventOnFilter: false,
    disabled: Boolean(board.dataset.fixed),
    animation: quiet || list.childElementCount > CARDS_ANIMATED_MAX ? 0 : 140,
    ghostClass: "is-placeholder",
    dragClass: "is-lifted",
    fallbackClass: "is-lifted",
    /* One way of dragging for all browsers; on touch a long press, so that a swipe still scrolls. */
    forceFallback: true,
    /* The picture in the air is no card of a column. */
    fallbackOnBody: true,
    fallbackTolerance: 4,
    delay: 180,
    delayOnTouchOnly: true,
    touchStartThreshold: 6,
    scrollSensitivity: 60,
    scrollSpeed: 14,
    onStart: lift,
    onEnd: land,
  });
  if (window.Sortable) lists().forEach(sortable);
  /* The browser's own way of dragging a link. */
  board.addEventListener("dragstart", event => event.preventDefault());

  /* The menu does whatever a drag does. */
  let menuCard = null;
  const openMenu = card => {
    const button = one("[data-card-menu]", card), closed = closedTo(card);
    menuCard = card;
    for (const item of all("[data-to]", menu)) {
      item.disabled = item.dataset.to === keyOf(card.parentElement) || item.dataset.to in closed;
      item.title = closed[item.dataset.to] ?? "";
    }
    menu.showPopover();
    afterloan.place(menu, button ?? card, true);
    button?.setAttribute("aria-expanded", "true");
    one("[data-to]:not(:disabled)", menu)?.focus();
  };
  menu?.addEventListener("toggle", event => {
    if (event.newState !== "closed" || !menuCard) return;
    one("[data-card-menu]", menuCard)?.setAttribute("aria-expanded", "false");
    if (menu.contains(document.activeElement) || document.activeElement === document.body) menuCard.focus();
  });
  menu?.addEventListener("click", event => {
    const item = event.target.closest("[data-to]");
    if (!item || item.disabled) return;
    const card = menuCard;
    menu.hidePopover();
    move(card, item.dataset.to);
  });
  menu?.addEventListener("keydown", event => {
    if (/^[1-9]$/.test(event.key)) all("[data-to]", menu)[event.key - 1]?.click();
  });
  board.addEventListener("click", event => {
    const button = event.target.closest("[data-card-menu]");
    if (button) openMenu(button.closest(".card"));
  });

  document.addEventListener("click", event => {
    const undo = event.target.closest("[data-undo]");
    if (!undo) return;
    const card = cardOf(undo.dataset.undo), from = before.get(undo.dataset.undo);
    undo.closest(".toast")?.remove();
    if (!card || !from) return;
    const now = spot(card), list = listOf(from.list);
    put(card, { list, next: from.next && cardOf(from.next) });
    card.focus();
    send(card, now);
  });

  /* Keys act on the card that has the focus. */
  const step = (card, by) => {
    const cards = all(".card", card.parentElement);
    return cards[cards.indexOf(card) + by];
  };
  const across = (card, by) => lists()[lists().indexOf(card.parentElement) + by];
  const KEYS = {
    ArrowDown: card => step(card, 1),
    ArrowUp: card => step(card, -1),
    ArrowRight: card => one(".card", across(card, 1) ?? document.createElement("ul")),
    ArrowLeft: card => one(".card", across(card, -1) ?? document.createElement("ul")),
  };
  Object.assign(KEYS, { j: KEYS.ArrowDown, k: KEYS.ArrowUp, l: KEYS.ArrowRight, h: KEYS.ArrowLeft });
  board.addEventListener("keydown", event => {
    const card = event.target.closest(".card"), { key } = event;
    if (!card || event.target !== card || event.isComposing || event.ctrlKey || event.metaKey) return;
    if (event.altKey) {
      const list = { ArrowRight: across(card, 1), ArrowLeft: across(card, -1) }[key];
      if (!list) return;
      event.preventDefault();
      move(card, keyOf(list));
    } else if (KEYS[key]) {
      event.preventDefault();
      const next = KEYS[key](card);
      next?.focus();
      next?.scrollIntoView({ block: "nearest", inline: "nearest" });
    } else if (/^[m.]$/i.test(key)) {
      event.preventDefault();
      openMenu(card);
    } else if (key === "Enter") {
      one("a[href]", card)?.click();
    }
  });

  /* Live: what others did. */
  const refresh = () => board.dataset.refreshUrl && htmx.ajax("GET", board.dataset.refreshUrl, {
    source: board, target: board, select: "#board > *", swap: "innerMorph",
  });
  /* A dead line tells nobody: silence, or the network coming back, is reason to dial again. */
  const SILENCE_MS = 40000;
  let line = null, heardAt = 0;
  const dial = () => line?.reader?.cancel();
  setInterval(() => { if (Date.now() - heardAt > SILENCE_MS) dial(); }, 5000);
  addEventListener("online", dial);
  document.addEventListener("htmx:sse:before:message", event => {
    heardAt = Date.now();
    if (flying) event.detail.waitUntil(held ??= new Promise(done => {
      landed = () => { done(); held = landed = null; };
    }));
  });
  document.addEventListener("htmx:sse:after:connection", event => {
    line = event.detail.connection;
    heardAt = Date.now();
    live?.classList.remove("is-off");
  });
  document.addEventListener("htmx:sse:error", event => {
    /* Signed out meanwhile: the page itself leads to the sign-in. */
    if (event.detail.status === 401) location.reload();
  });
  for (const type of ["htmx:sse:error", "htmx:sse:close", "offline"]) {
    addEventListener(type, () => live?.classList.add("is-off"));
  }

  const RETRY_MS = 5000;
  const connect = () => {
    if (!board.dataset.liveUrl || !window.htmx) return;
    const stream = document.createElement("div");
    stream.hidden = true;
    stream.setAttribute("hx-swap", "none");
    const mark = board.dataset.liveUrl.includes("?") ? "&" : "?";
    stream.setAttribute("hx-sse:connect", `${board.dataset.liveUrl}${mark}client=${tab}`);
    stream.addEventListener("refresh", refresh);
    /* The first connection is not tried again by itself. */
    stream.addEventListener("htmx:finally:request", event => {
      if (event.detail.ctx.response?.status === 200) return;
      live?.classList.add("is-off");
      stream.remove();
      setTimeout(connect, RETRY_MS);
    });
    document.body.append(stream);
    htmx.process(stream);
  };
  connect();
})();
