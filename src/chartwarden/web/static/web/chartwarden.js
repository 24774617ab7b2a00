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
  // An element with data-key is pressed by that key, outside of fields.
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input,textarea,select")) return;
    const target = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
    if (target) { event.preventDefault(); target.matches("input,textarea,select") ? target.focus() : target.click(); }
  });
})();
