// The live protocol (docs/api/live.md): one socket that comes back by itself, requests, signals and events.
"use strict";

class LiveSocket {
  #token;
  #socket = null;
  #next = 1;
  #waiting = new Map();
  #tries = 0;
  #isOver = false;
  #heartbeat = 0;

  // on: {welcome(session), event(frame), signal(kind, data), away()}
  constructor(token, on) {
    this.#token = token;
    this.on = on;
  }

  open() {
    const address = new URL("/api/v1/streaming", location.href);
    address.protocol = address.protocol === "https:" ? "wss:" : "ws:";
    // As a sub-protocol the token stands in no address.
    this.#socket = new WebSocket(address, [this.#token]);
    this.#socket.onopen = () => this.#say({ type: "echo:hello", version: 1 });
    this.#socket.onmessage = (message) => this.#hear(JSON.parse(message.data));
    this.#socket.onclose = (closing) => this.#lost(closing);
  }

  close() {
    this.#isOver = true;
    clearInterval(this.#heartbeat);
    if (this.#socket) this.#socket.close();
  }

  // As if the network were gone for a moment.
  drop() {
    this.#socket.close();
  }

  request(method, params) {
    const id = this.#next++;
    return new Promise((done, failed) => {
      this.#waiting.set(id, { done, failed });
      if (!this.#say({ type: "echo:req", id, method, params })) this.#answer(id, { ok: false, error: { code: "away", text: "The connection is lost" } });
    });
  }

  signal(kind, data) {
    this.#say({ type: "echo:sig", kind, data });
  }

  #say(frame) {
    if (!this.#socket || this.#socket.readyState !== WebSocket.OPEN) return false;
    this.#socket.send(JSON.stringify(frame));
    return true;
  }

  #hear(frame) {
    if (frame.type === "echo:welcome") {
      this.#tries = 0;
      clearInterval(this.#heartbeat);
      this.#heartbeat = setInterval(() => this.#say({ type: "echo:ping" }), frame.heartbeat_seconds * 1000);
      this.on.welcome(frame.session);
    } else if (frame.type === "echo:reply") this.#answer(frame.id, frame);
    else if (frame.type === "echo:sig") this.on.signal(frame.kind, frame.data);
    else if (frame.event) this.on.event(frame);
  }

  #answer(id, reply) {
    const asked = this.#waiting.get(id);
    if (!asked) return;
    this.#waiting.delete(id);
    if (reply.ok) asked.done(reply.result);
    else asked.failed(Object.assign(new Error(reply.error.text), { code: reply.error.code }));
  }

  #lost(closing) {
    clearInterval(this.#heartbeat);
    for (const id of [...this.#waiting.keys()]) this.#answer(id, { ok: false, error: { code: "away", text: "The connection is lost" } });
    if (this.#isOver) return;
    this.on.away(closing.code);
    if (closing.code === 4001) return;
    const wait = Math.min(500 * 2 ** this.#tries++, 10000);
    setTimeout(() => this.#isOver || this.open(), wait * (0.5 + Math.random()));
  }
}
