// A mesh: one connection to the browser of everybody else in the room. Who meets whom is known from the members of
// the room; offers, answers and candidates go through signals. When both offer at once, the polite one gives way
// (W3C WebRTC, "perfect negotiation").
"use strict";

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
    for (const session of [...this.#links.keys()]) if (!here.has(session)) this.#part(session);
    for (const [session, accountId] of here) this.#link(session, accountId);
    for (const link of this.#links.values()) this.#send(link);
  }

  async hear(data) {
    const link = this.#link(data.from, data.account_id);
    const peer = link.peer;
    try {
      if (data.description) {
        const isReady = !link.isOffering && (peer.signalingState === "stable" || link.isTakingAnswer);
        link.ignores = data.description.type === "offer" && !isReady && !link.isPolite;
        if (link.ignores) return;
        link.isTakingAnswer = data.description.type === "answer";
        try {
          await peer.setRemoteDescription(data.description);
        } finally {
          link.isTakingAnswer = false;
        }
        if (data.description.type === "offer") {
          this.#send(link);
          await peer.setLocalDescription();
          this.on.send(link, { description: peer.localDescription });
        }
        for (const candidate of link.early.splice(0)) await peer.addIceCandidate(candidate);
      } else if (data.candidate) {
        if (peer.remoteDescription) await peer.addIceCandidate(data.candidate);
        else link.early.push(data.candidate);
      }
    } catch (error) {
      if (!link.ignores) console.warn("a signal could not be used", error);
    }
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
      found[link.accountId] = { session, state: link.peer.connectionState, frames };
    }
    return found;
  }

  #link(session, accountId) {
    let link = this.#links.get(session);
    if (link) return link;
    const peer = new RTCPeerConnection({ iceServers: this.iceServers });
    link = { session, accountId, peer, isPolite: this.mine < session, isOffering: false, isTakingAnswer: false, ignores: false, early: [], triedAt: Date.now(), senders: new Map() };
    this.#links.set(session, link);
    peer.onnegotiationneeded = async () => {
      try {
        link.isOffering = true;
        await peer.setLocalDescription();
        this.on.send(link, { description: peer.localDescription });
      } catch (error) {
        console.warn("an offer could not be made", error);
      } finally {
        link.isOffering = false;
      }
    };
    peer.onicecandidate = ({ candidate }) => candidate && this.on.send(link, { candidate });
    peer.ontrack = ({ track, streams }) => this.on.show(accountId, streams[0] || new MediaStream([track]));
    return link;
  }

  // Signals may be lost: say again what was not answered, and try another way where none was found.
  #mend() {
    for (const link of this.#links.values()) {
      const { peer } = link;
      if (peer.connectionState === "connected") continue;
      if (peer.signalingState === "have-local-offer") this.on.send(link, { description: peer.localDescription });
      else if (!link.isPolite && peer.signalingState === "stable" && Date.now() - link.triedAt > 8000) {
        link.triedAt = Date.now();
        peer.restartIce();
      }
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
