// Pages work without this file. It adds keys, locks the page when nobody has touched it for a while, and empties the
// page of a record that is not open any more.
"use strict";
(() => {
  const idle = Number(document.body.dataset.idleMinutes || 0) * 60000;
  if (idle) {
    let last = Date.now(), told = last;
    const touch = () => { last = Date.now(); };
    for (const kind of ["pointerdown", "keydown", "scroll"]) addEventListener(kind, touch, { passive: true });
    setInterval(() => {
      if (Date.now() - last >= idle) location.assign(`${document.body.dataset.lock}?next=${encodeURIComponent(location.pathname + location.search)}`);
      else if (last - told > 60000) { told = last; fetch(document.body.dataset.alive); }
    }, 5000);
  }
  // An element with data-key is pressed by that key, outside of fields that take text. In a form with data-enter, Enter
  // presses that button when nothing else has the focus, and Ctrl+Enter does from within a field.
  const press = (target) => {
    if (target.matches("input,textarea,select")) target.focus();
    if (!target.matches("textarea,select,input:not([type=checkbox],[type=radio])")) target.click();
  };
  addEventListener("keydown", (event) => {
    const form = event.target.closest("form[data-enter]") || document.querySelector("form[data-enter]");
    const writes = event.target.closest("textarea,select,input:not([type=checkbox],[type=radio])");
    if (event.key === "Enter" && form && ((event.ctrlKey || event.metaKey) || event.target === document.body)) {
      event.preventDefault();
      form.requestSubmit(form.querySelector(form.dataset.enter));
      return;
    }
    if (event.key === "Escape" && writes) writes.blur();
    if (writes || event.ctrlKey || event.metaKey || event.altKey) return;
    const target = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
    if (target) { event.preventDefault(); press(target); }
  });
  // A page of a record stays while its own address says every few seconds that the record is open: 204, and nothing
  // else counts. No answer, or a server that is in trouble: it is covered until there is one. Any other: it is left.
  const guard = document.querySelector("meta[name=standing]");
  if (!guard) return;
  const main = document.querySelector("main"), address = new URL(guard.content, location.href).href;
  let covered = null, asking = false, left = false, sure = Date.now();
  const cover = () => {
    if (covered || left) return;
    covered = [...main.childNodes];
    const said = document.createElement("p");
    said.className = "message error wrap";
    said.setAttribute("role", "alert");
    said.textContent = guard.dataset.covered;
    main.replaceChildren(said);
  };
  const uncover = () => {
    sure = Date.now();
    if (covered) main.replaceChildren(...covered);
    covered = null;
  };
  const leave = (where) => {
    left = true;
    covered = null;
    main.replaceChildren();
    location.replace(where || guard.dataset.leave);
  };
  const ask = async () => {
    if (Date.now() - sure > 15000) cover();
    if (asking || left) return;
    asking = true;
    try {
      const answer = await fetch(address, {
        cache: "no-store", redirect: "manual", signal: AbortSignal.timeout(8000),
        headers: { "HX-Request": "true", "HX-Current-URL": location.href },
      });
      const where = answer.headers.get("HX-Redirect");
      if (answer.status === 204 && answer.url === address && !where) uncover();
      else if (answer.status >= 500 || answer.status === 429) cover();
      else leave(where);
    } catch { cover(); }
    asking = false;
  };
  setInterval(ask, 5000);
  for (const kind of ["online", "offline", "pageshow", "visibilitychange"]) addEventListener(kind, ask, true);
})();
