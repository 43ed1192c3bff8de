// A mesh: one connection to the browser of everybody else in the room. Who meets whom is known from the members of
// the room; offers, answers and candidates go through signals. When both offer at once, the polite one gives way
// (W3C WebRTC, "perfect negotiation").
"use strict";

// Which description it is: the line of SDP that another one of the same connection has differently.
const nameOf = (description) => (description.sdp.match(/^o=.*$/m) || [""])[0];

class Mesh {
  #links = new Map();

  // on: send(link, body): a signal to link.session of link.accountId; show(accountId, stream), hide(accountId): what comes from others
  constructor(mine, iceServers, on) {
    this.mine = mine;
    this.iceServers = iceServers;
    this.on = on;
    this.stream = null;
    this.watch = setInterval(() => this.#mend(), 5000);
  }

  // Meet everybody who is in the room, part from who is not any more. stream: what we send, or null.
  update(members, stream) {
    this.stream = stream;
    const here = new Map();
    for (const member of members) if (member.session_id && member.session_id !== this.mine) here.set(member.session_id, member.account_id);
    // A signal may be quicker than the news that its sender is there: such a link stays for a while.
    for (const [session, link] of [...this.#links]) if (!here.has(session) && (link.isListed || Date.now() - link.begunAt > 10000)) this.#part(session);
    for (const [session, accountId] of here) this.#link(session, accountId).isListed = true;
    for (const link of this.#links.values()) this.#send(link);
  }

  // What one other says is taken in the order in which it was said.
  hear(data) {
    const link = this.#link(data.from, data.account_id);
    link.heard = link.heard.then(() => (data.description ? this.#describe(link, data.description) : this.#reach(link, data.candidate))).catch((error) => link.ignores || console.warn("a signal could not be used", error));
    return link.heard;
  }

  async #describe(link, description) {
    const isOffer = description.type === "offer";
    const isReady = !link.isOffering && link.peer.signalingState === "stable";
    link.ignores = isOffer && !isReady && !link.isPolite;
    if (link.ignores) return;
    // A connection that led nowhere is replaced, not mended: after an offer of its own was withdrawn before anything
    // was connected, Chromium looks for no ways any more.
    const isAtRest = isReady && !link.peer.remoteDescription;
    // An offer that is said again was not heard, or its answer was not. Were it taken by a new connection, the other
    // would be left with the answer of the old one.
    const isAgain = isOffer && nameOf(description) === link.offer;
    if (!isOffer && link.peer.signalingState === "stable") return; // the answer to one that was said twice
    if (isOffer && !isAtRest && !isAgain && ["new", "failed"].includes(link.peer.connectionState)) this.#renew(link);
    let { peer } = link;
    try {
      await peer.setRemoteDescription(description);
    } catch (error) {
      // The other has begun anew, and what we have does not fit any more.
      if (!isOffer || peer !== link.peer) throw error;
      this.#renew(link);
      ({ peer } = link);
      await peer.setRemoteDescription(description);
    }
    if (isOffer && peer === link.peer) {
      link.offer = nameOf(description);
      this.#send(link);
      await peer.setLocalDescription();
      if (peer === link.peer) this.on.send(link, { description: peer.localDescription });
    }
    if (peer !== link.peer) return; // begun anew meanwhile
    for (const candidate of link.early.splice(0)) await this.#reach(link, candidate);
  }

  // A way to the other. Those of an offer that was withdrawn or ignored lead nowhere.
  async #reach(link, candidate) {
    if (!candidate) return;
    if (!link.peer.remoteDescription) link.early.push(candidate);
    else await link.peer.addIceCandidate(candidate).catch((error) => link.ignores || console.warn("a candidate could not be used", error));
  }

  close() {
    clearInterval(this.watch);
    for (const session of [...this.#links.keys()]) this.#part(session);
  }

  // For each other session: how it stands, and how many pictures were decoded.
  async report() {
    const found = {};
    for (const [session, link] of this.#links) {
      let frames = 0;
      for (const part of (await link.peer.getStats()).values()) if (part.type === "inbound-rtp" && part.kind === "video") frames += part.framesDecoded || 0;
      found[link.accountId] = { session, state: link.peer.connectionState, signaling: link.peer.signalingState, ice: link.peer.iceConnectionState, age: Date.now() - link.triedAt, frames };
    }
    return found;
  }

  #link(session, accountId) {
    let link = this.#links.get(session);
    if (link) return link;
    link = { session, accountId, peer: null, isPolite: this.mine < session, isListed: false, begunAt: Date.now(), heard: Promise.resolve() };
    this.#links.set(session, link);
    this.#renew(link);
    return link;
  }

  // A connection that knows of nothing yet, in the place of the one before.
  #renew(link) {
    if (link.peer) {
      link.peer.onnegotiationneeded = link.peer.onicecandidate = link.peer.ontrack = null;
      link.peer.close();
    }
    const peer = new RTCPeerConnection({ iceServers: this.iceServers });
    Object.assign(link, { peer, isOffering: false, ignores: false, offer: "", early: [], triedAt: Date.now(), senders: new Map() });
    peer.onnegotiationneeded = async () => {
      try {
        link.isOffering = true;
        await peer.setLocalDescription();
        if (peer === link.peer) this.on.send(link, { description: peer.localDescription });
      } catch (error) {
        if (peer === link.peer) console.warn("an offer could not be made", error);
      } finally {
        if (peer === link.peer) link.isOffering = false;
      }
    };
    peer.onicecandidate = ({ candidate }) => candidate && this.on.send(link, { candidate });
    peer.ontrack = ({ track, streams }) => this.on.show(link.accountId, streams[0] || new MediaStream([track]));
  }

  // Signals may be lost: say again what was not answered, and begin anew where no way was found.
  #mend() {
    for (const link of this.#links.values()) {
      const { peer } = link;
      if (peer.connectionState === "connected") link.triedAt = Date.now();
      else if (!link.isPolite && Date.now() - link.triedAt > 12000) {
        this.#renew(link);
        // What was under way at a connection that is closed now never ends; nobody waits for it.
        link.heard = Promise.resolve();
        this.#send(link);
      } else if (peer.signalingState === "have-local-offer") this.on.send(link, { description: peer.localDescription });
    }
  }

  // Send what we send now, and nothing else.
  #send(link) {
    const tracks = this.stream ? this.stream.getTracks() : [];
    for (const [track, sender] of link.senders) {
      if (!tracks.includes(track)) {
        link.peer.removeTrack(sender);
        link.senders.delete(track);
      }
    }
    for (const track of tracks) if (!link.senders.has(track)) link.senders.set(track, link.peer.addTrack(track, this.stream));
  }

  #part(session) {
    const link = this.#links.get(session);
    this.#links.delete(session);
    link.peer.close();
    const isThereAgain = [...this.#links.values()].some((other) => other.accountId === link.accountId);
    if (!isThereAgain) this.on.hide(link.accountId);
  }
}
