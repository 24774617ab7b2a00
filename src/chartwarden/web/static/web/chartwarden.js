// Pages work without this file. It adds keys, and locks the page when nobody has touched it for a while.
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
})();
