// Passkeys: a form with data-passkey asks the browser for one before it is sent. Without scripts the form is not
// shown; there are codes.
"use strict";

(() => {
  const toBytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (one) => one.charCodeAt(0));
  const toText = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  const keys = (list) => (list || []).map((one) => ({ ...one, id: toBytes(one.id) }));

  async function make(options) {
    const made = await navigator.credentials.create({
      publicKey: { ...options, challenge: toBytes(options.challenge), user: { ...options.user, id: toBytes(options.user.id) }, excludeCredentials: keys(options.excludeCredentials) },
    });
    const { clientDataJSON, attestationObject } = made.response;
    const transports = made.response.getTransports ? made.response.getTransports() : [];
    return { id: made.id, rawId: toText(made.rawId), type: made.type, response: { clientDataJSON: toText(clientDataJSON), attestationObject: toText(attestationObject), transports } };
  }

  async function show(options) {
    const shown = await navigator.credentials.get({
      publicKey: { ...options, challenge: toBytes(options.challenge), allowCredentials: keys(options.allowCredentials) },
    });
    const { clientDataJSON, authenticatorData, signature, userHandle } = shown.response;
    return {
      id: shown.id,
      rawId: toText(shown.rawId),
      type: shown.type,
      response: { clientDataJSON: toText(clientDataJSON), authenticatorData: toText(authenticatorData), signature: toText(signature), userHandle: userHandle ? toText(userHandle) : null },
    };
  }

  async function ask(form) {
    const answer = await fetch(form.dataset.options, { method: "POST", body: new URLSearchParams(new FormData(form)) });
    const told = await answer.json();
    if (!answer.ok) throw new Error(told.error);
    return form.dataset.passkey === "make" ? make(told) : show(told);
  }

  for (const form of window.PublicKeyCredential ? document.querySelectorAll("form[data-passkey]") : []) {
    const problem = form.querySelector("[data-part=problem]");
    form.hidden = false;
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      problem.hidden = true;
      try {
        form.elements.answer.value = JSON.stringify(await ask(form));
        form.submit();
      } catch (error) {
        problem.textContent = error.name === "InvalidStateError" ? "This device has a passkey for you already." : error.name === "NotAllowedError" ? "No passkey was chosen." : error.message;
        problem.hidden = false;
      }
    });
  }
  if (window.PublicKeyCredential) document.querySelectorAll("[data-without-passkeys]").forEach((one) => one.remove());
})();
