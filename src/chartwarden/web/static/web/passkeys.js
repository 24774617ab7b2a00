// Forms with data-passkey ask the device for a passkey ("get") or to make one ("create"), and are then sent.
// Options lie in the page (data-options names a JSON element) or are asked for (data-options-from).
"use strict";
(() => {
  const note = document.querySelector("[data-passkey-note]");
  const say = (text) => { if (note) { note.textContent = text; note.hidden = false; note.setAttribute("role", "alert"); } };
  const forms = document.querySelectorAll("form[data-passkey]");
  const number = /^[\d.]+$|:/.test(location.hostname);
  if (!window.PublicKeyCredential || !window.webauthnJSON || number) {
    if (forms.length) say(`Passkeys need a name in the address, such as ${number ? "localhost" : "an https one"}, not ${location.host}.`);
    for (const form of forms) form.querySelector("button").disabled = true;
    return;
  }
  const optionsOf = async (form) => {
    if (form.dataset.options) return JSON.parse(document.getElementById(form.dataset.options).textContent);
    const answer = await fetch(form.dataset.optionsFrom, { headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error("no options");
    return answer.json();
  };
  for (const form of forms) {
    form.addEventListener("submit", async (event) => {
      const field = form.elements.credential;
      if (field.value) return;
      event.preventDefault();
      try {
        const options = await optionsOf(form);
        const found = form.dataset.passkey === "create"
          ? await window.webauthnJSON.create(options.creation_options)
          : await window.webauthnJSON.get(options.request_options);
        field.value = JSON.stringify(found);
        form.submit();
      } catch (fault) {
        say(fault.name === "InvalidStateError" ? "This device has a passkey for you already." : "No passkey came. Try again, or take the other way.");
      }
    });
  }
})();
