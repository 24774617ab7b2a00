// Sending works without this file. It adds dragging, and tells how much has arrived.
"use strict";
(() => {
  const form = document.querySelector("[data-upload]");
  if (!form) return;
  const find = (name) => form.querySelector(`[data-${name}]`);
  const drop = find("drop"), bar = find("bar"), told = find("told"), sending = find("sending"), send = find("send");
  const files = form.querySelector("input[type=file]");
  const size = (bytes) => bytes < 1048576 ? `${Math.ceil(bytes / 1024)} KB` : `${(bytes / 1048576).toFixed(1)} MB`;
  const start = () => {
    if (!files.files.length) return;
    const request = new XMLHttpRequest();
    request.open("POST", form.action);
    request.setRequestHeader("Accept", "application/json");
    request.upload.onprogress = (event) => {
      bar.value = event.total ? event.loaded / event.total : 0;
      told.textContent = event.loaded < event.total ? `${size(event.loaded)} of ${size(event.total)} sent` : "Sealing the last of it …";
    };
    const failed = (why) => { send.disabled = false; told.textContent = why; };
    request.onload = () => {
      try { location.assign(JSON.parse(request.responseText).go); } catch { failed("It was not taken. Load the page again and send it once more."); }
    };
    request.onerror = () => failed("The connection broke off, and nothing was kept. Send it once more.");
    sending.hidden = false;
    send.disabled = true;
    request.send(new FormData(form));
  };
  form.addEventListener("submit", (event) => { event.preventDefault(); start(); });
  for (const kind of ["dragenter", "dragover"]) drop.addEventListener(kind, (event) => { event.preventDefault(); drop.classList.add("over"); });
  for (const kind of ["dragleave", "drop"]) drop.addEventListener(kind, () => drop.classList.remove("over"));
  drop.addEventListener("drop", (event) => { event.preventDefault(); files.files = event.dataTransfer.files; start(); });
})();
