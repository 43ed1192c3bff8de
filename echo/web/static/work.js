// The sign-up page: computes what echo/humans/work.py asks for. Without it a moderator looks at the request.
"use strict";

(() => {
  const place = document.getElementById("proof");
  const said = document.getElementById("proof-state");
  if (!place || !said || !window.crypto || !crypto.subtle) return;
  const challenge = JSON.parse(place.dataset.challenge);
  const read = (text) => Uint8Array.from(text.match(/../g), (pair) => parseInt(pair, 16));
  const write = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

  const solve = async () => {
    const { nonce, salt, cost, keyLength, keyPrefix } = challenge.parameters;
    const start = read(nonce);
    const password = new Uint8Array(start.length + 4);
    password.set(start);
    const number = new DataView(password.buffer);
    const how = { name: "PBKDF2", hash: "SHA-256", salt: read(salt), iterations: cost };
    for (let counter = 0; ; counter += 1) {
      number.setUint32(start.length, counter);
      const key = await crypto.subtle.importKey("raw", password, "PBKDF2", false, ["deriveBits"]);
      const derivedKey = write(new Uint8Array(await crypto.subtle.deriveBits(how, key, keyLength * 8)));
      if (derivedKey.startsWith(keyPrefix)) return { counter, derivedKey };
    }
  };

  let solved = false;
  let waits = null;
  place.form.addEventListener("submit", (event) => {
    if (solved) return;
    event.preventDefault();
    waits = event.submitter;
    said.textContent = said.dataset.waiting;
  });
  said.textContent = said.dataset.working;
  solve().then((solution) => {
    place.value = btoa(JSON.stringify({ challenge, solution }));
    said.textContent = said.dataset.done;
    solved = true;
    if (waits) place.form.requestSubmit(waits);
  }, () => {
    // Then the form goes without.
    said.textContent = "";
    solved = true;
  });
})();
