// A room of Janus (plugin videoroom): one connection that sends, and one that receives everybody else.
"use strict";

class JanusRoom {
  #socket = null;
  #session = 0;
  #waiting = new Map();
  #handles = new Map();
  #alive = 0;
  #own = null;
  #receiver = null;
  #people = new Map();
  #mids = new Map();
  #queue = Promise.resolve();
  #publishing = Promise.resolve();
  #sent = null;
  #streams = new Map();

  // way: what joining the room answered as `engine`; on: {show(accountId, stream), hide(accountId), lost()}
  constructor(way, iceServers, on) {
    this.way = way;
    this.iceServers = iceServers;
    this.on = on;
  }

  async open() {
    await new Promise((done, failed) => {
      this.#socket = new WebSocket(this.way.url, "janus-protocol");
      this.#socket.onopen = done;
      this.#socket.onerror = () => failed(new Error("The server for sound and pictures does not answer"));
      this.#socket.onclose = () => this.on.lost();
      this.#socket.onmessage = (message) => this.#hear(JSON.parse(message.data));
    });
    this.#session = (await this.#say({ janus: "create" })).data.id;
    this.#alive = setInterval(() => this.#say({ janus: "keepalive" }).catch(() => {}), 25000);
    this.#own = await this.#attach((event, jsep) => this.#heardOwn(event, jsep));
    const { room, display, room_token: token } = this.way;
    const joined = await this.#ask(this.#own, { request: "join", ptype: "publisher", room, display, token });
    this.#meet(joined.event.publishers || []);
  }

  // stream: what we send, or null. Whom we hear, Janus says.
  update(members, stream) {
    if (stream === this.#sent) return;
    this.#sent = stream;
    this.#publishing = this.#publishing.then(() => this.#publish(stream)).catch((error) => console.warn(error));
  }

  async #publish(stream) {
    this.#own.peer = this.#own.peer || this.#peer(this.#own);
    const peer = this.#own.peer;
    const wanted = stream ? stream.getTracks() : [];
    for (const sender of peer.getSenders()) if (sender.track && !wanted.includes(sender.track)) peer.removeTrack(sender);
    for (const track of wanted) if (!peer.getSenders().some((sender) => sender.track === track)) peer.addTrack(track, stream);
    if (!peer.getTransceivers().length) return;
    await peer.setLocalDescription();
    const answer = await this.#ask(this.#own, { request: "configure" }, peer.localDescription);
    if (answer.jsep) await peer.setRemoteDescription(answer.jsep);
  }

  async close() {
    clearInterval(this.#alive);
    for (const handle of this.#handles.values()) if (handle.peer) handle.peer.close();
    try {
      if (this.#own) await this.#ask(this.#own, { request: "leave" });
      await this.#say({ janus: "destroy" });
    } catch {
      // Whoever is gone has left.
    }
    this.#socket.onclose = null;
    this.#socket.close();
  }

  state() {
    return this.#own && this.#own.peer ? this.#own.peer.connectionState : "new";
  }

  #peer(handle) {
    const peer = new RTCPeerConnection({ iceServers: this.iceServers });
    peer.onicecandidate = ({ candidate }) => this.#say({ janus: "trickle", handle_id: handle.id, candidate: candidate || { completed: true } }).catch(() => {});
    return peer;
  }

  // Receive what these publish; one change after another, because each is an offer of Janus.
  #meet(publishers) {
    const streams = [];
    for (const person of publishers) {
      this.#people.set(person.id, person.display);
      for (const part of person.streams || []) if (!part.disabled) streams.push({ feed: person.id, mid: part.mid });
    }
    if (streams.length) this.#queue = this.#queue.then(() => this.#receive(streams)).catch((error) => console.warn(error));
  }

  async #receive(streams) {
    if (!this.#receiver) {
      this.#receiver = await this.#attach((event, jsep) => this.#heardReceiver(event, jsep));
      const peer = (this.#receiver.peer = this.#peer(this.#receiver));
      peer.ontrack = ({ track, transceiver }) => {
        const display = this.#people.get(this.#mids.get(transceiver.mid));
        if (display) this.#show(display, track);
      };
      const { room, room_token: token } = this.way;
      const answer = await this.#ask(this.#receiver, { request: "join", ptype: "subscriber", room, token, streams });
      await this.#take(answer.event, answer.jsep);
    } else {
      const answer = await this.#ask(this.#receiver, { request: "subscribe", streams });
      await this.#take(answer.event, answer.jsep);
    }
  }

  async #take(event, jsep) {
    for (const part of event.streams || []) this.#mids.set(part.mid, part.feed_id);
    if (!jsep) return;
    const peer = this.#receiver.peer;
    await peer.setRemoteDescription(jsep);
    await peer.setLocalDescription();
    await this.#ask(this.#receiver, { request: "start" }, peer.localDescription);
  }

  #show(display, track) {
    const stream = this.#streams.get(display) || new MediaStream();
    this.#streams.set(display, stream);
    for (const old of stream.getTracks()) if (old.kind === track.kind) stream.removeTrack(old);
    stream.addTrack(track);
    this.on.show(display, stream);
  }

  #heardOwn(event) {
    if (event.publishers) this.#meet(event.publishers);
    const gone = event.leaving || event.unpublished;
    if (gone === "ok") this.on.lost();
    else if (gone && this.#people.has(gone)) {
      const display = this.#people.get(gone);
      this.#people.delete(gone);
      this.#streams.delete(display);
      this.on.hide(display);
    }
  }

  #heardReceiver(event, jsep) {
    if (jsep && jsep.type === "offer") this.#queue = this.#queue.then(() => this.#take(event, jsep)).catch((error) => console.warn(error));
  }

  async #attach(heard) {
    const handle = { id: (await this.#say({ janus: "attach", plugin: this.way.plugin })).data.id, heard, peer: null };
    this.#handles.set(handle.id, handle);
    return handle;
  }

  // Ask the plugin; it answers with an event of the same transaction.
  async #ask(handle, body, jsep) {
    const answer = await this.#say({ janus: "message", handle_id: handle.id, body, ...(jsep ? { jsep } : {}) });
    const event = (answer.plugindata && answer.plugindata.data) || {};
    if (event.error) throw new Error(event.error);
    return { event, jsep: answer.jsep };
  }

  #say(said) {
    const transaction = crypto.randomUUID();
    const frame = { ...said, transaction, token: this.way.token, ...(this.#session ? { session_id: this.#session } : {}) };
    return new Promise((done, failed) => {
      if (said.janus !== "keepalive" && said.janus !== "trickle") this.#waiting.set(transaction, { done, failed });
      if (this.#socket.readyState !== WebSocket.OPEN) failed(new Error("The connection is lost"));
      else this.#socket.send(JSON.stringify(frame));
    });
  }

  #hear(frame) {
    const asked = this.#waiting.get(frame.transaction);
    // An ack says that a message was taken; its answer follows.
    if (frame.janus === "ack") return;
    if (asked) {
      this.#waiting.delete(frame.transaction);
      if (frame.janus === "error") asked.failed(new Error(frame.error.reason));
      else asked.done(frame);
    } else if (frame.janus === "event") {
      const handle = this.#handles.get(frame.sender);
      if (handle) handle.heard(frame.plugindata.data, frame.jsep);
    }
  }
}
