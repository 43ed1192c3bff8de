// The page of a live room. What is said here is in echo/web/templates/room.html; who is in the room comes from the server.
"use strict";

(() => {
  const page = document.getElementById("room");
  const find = (name) => page.querySelector(`[data-part="${name}"]`);
  const parts = Object.fromEntries(["title", "state", "problem", "tiles", "empty", "door", "join", "bar", "mic", "camera", "hand", "leave", "end", "record", "ask", "agree", "refuse", "count", "heading", "hint", "back"].map((name) => [name, find(name)]));
  const { id, csrf, key } = page.dataset;

  let room = null;
  let live = null, carrier = null, way = null, own = null;
  let token = "", session = "";
  let staying = 0;
  const tiles = new Map();
  const streams = new Map();
  const wants = { mic: true, camera: true };
  const senses = new Senses((member, sends) => live && live.signal("rtc", { room_id: id, to: member.session_id, account_id: member.account_id, sends }));

  // The state of the page for those who look from outside: tests, and curious people.
  window.room = { state: () => page.dataset.state, report: () => (carrier && carrier.report ? carrier.report() : {}), carrier: () => (carrier && carrier.state ? carrier.state() : ""), session: () => session, drop: () => live.drop(), members: () => (room ? room.members.map((member) => member.account.acct) : []) };

  const me = () => room && room.me;
  const isHost = () => Boolean(me() && me().host);
  const setState = (state, text) => {
    page.dataset.state = state;
    parts.state.textContent = text;
  };
  const complain = (text) => {
    parts.problem.textContent = text;
    parts.problem.hidden = !text;
  };

  async function enter() {
    parts.join.disabled = true;
    complain("");
    setState("joining", "Joining …");
    try {
      own = own || (await openDevices());
      const ticket = await fetch(`/rooms/${id}/ticket`, { method: "POST", body: new URLSearchParams({ csrf }) });
      if (!ticket.ok) throw new Error("You are logged out. Load the page again.");
      token = (await ticket.json()).token;
      live = new LiveSocket(token, { welcome, event: heardEvent, signal: heardSignal, away });
      live.open();
    } catch (error) {
      leave(error.message);
    }
  }

  async function openDevices() {
    const kinds = page.dataset.video === "true" ? [{ audio: true, video: { width: 640, height: 360 } }, { audio: true }] : [{ audio: true }];
    for (const kind of kinds) {
      try {
        return await navigator.mediaDevices.getUserMedia(kind);
      } catch {
        // Without a camera, or without leave to use it, a voice is enough; without either one listens.
      }
    }
    complain("There is no microphone that may be used here: you can listen.");
    return new MediaStream();
  }

  async function welcome(name) {
    session = name;
    try {
      const joined = await live.request("room.join", { room_id: id, session_id: session, key });
      way = joined.engine;
      senses.forget();
      if (carrier) await carrier.close();
      carrier = null;
      clearInterval(staying);
      staying = setInterval(stay, joined.stay_seconds * 1000);
      await start(joined);
      setState("live", "");
    } catch (error) {
      if (error.code !== "away") leave(error.message);
    }
  }

  async function start(joined) {
    const on = { show, hide, send: (link, body) => live && live.signal("rtc", { room_id: id, to: link.session, account_id: link.accountId, ...body }), lost: () => page.dataset.state === "live" && leave("The server for sound and pictures has ended the connection.") };
    if (joined.room.engine === "janus") {
      const janus = new JanusRoom(way, joined.ice_servers, on);
      apply(joined.room);
      await janus.open();
      carrier = janus;
      apply(joined.room);
    } else if (joined.room.engine === "mesh") {
      carrier = new Mesh(session, joined.ice_servers, on);
      apply(joined.room);
    } else throw new Error("This page does not speak with the server of this room. An app does.");
  }

  // What we send: nothing while we may not speak.
  const sent = () => (me() && me().may_speak ? own : null);
  const has = (stream, kind) => Boolean(stream && stream.getTracks().some((track) => track.kind === kind && !track.muted));
  const sends = () => ({ mic: wants.mic && has(sent(), "audio"), camera: wants.camera && has(sent(), "video") });

  function apply(now) {
    room = now;
    if (now.ended_at) return leave("The room is over", true);
    if (!me()) return leave("You are not in the room any more.");
    if (carrier) carrier.update(room.members, sent());
    draw();
  }

  function heardEvent(frame) {
    if (frame.event !== "room" || !room) return;
    const told = frame.data;
    if (told.id !== id) return;
    if (told.gone) return leave("You are not in the room any more.");
    apply(told);
  }

  function heardSignal(kind, data) {
    if (kind !== "rtc" || data.room_id !== id) return;
    if (data.sends) {
      senses.hear(data.from, data.sends);
      draw();
    } else if (carrier && carrier.hear) carrier.hear(data);
  }

  async function stay() {
    try {
      await live.request("room.stay", { room_id: id, session_id: session });
      if (room) senses.tell(room.members, session, sends(), true);
    } catch (error) {
      if (error.code === "conflict") leave("You have joined from another place.");
      else if (error.code === "not_found") welcome(session);
    }
  }

  function away(code) {
    if (code === 4001) leave("Your access has ended. Load the page again.");
    else if (page.dataset.state !== "out") setState("away", "The connection is lost. Trying again …");
  }

  function leave(why, isOver = false) {
    clearInterval(staying);
    // First: what ends below draws nothing any more.
    room = null;
    // Over HTTP: the socket may be away, and the page may be closed in this very moment.
    if (session) fetch(`/api/v1/echo/rooms/${id}/leave`, { method: "POST", keepalive: true, headers: { Authorization: `Bearer ${token}` }, body: new URLSearchParams({ session_id: session }) }).catch(() => {});
    if (live) live.close();
    if (carrier) carrier.close();
    if (own) for (const track of own.getTracks()) track.stop();
    own = carrier = null;
    live = null;
    session = "";
    streams.clear();
    senses.forget();
    for (const tile of tiles.values()) tile.remove();
    tiles.clear();
    parts.bar.hidden = true;
    parts.door.hidden = false;
    parts.join.disabled = false;
    parts.ask.hidden = parts.empty.hidden = true;
    setState("out", "");
    if (isOver) {
      parts.heading.textContent = why;
      parts.hint.hidden = parts.join.hidden = true;
      parts.back.hidden = false;
    }
    complain(isOver ? "" : why || "");
  }

  function show(accountId, stream) {
    streams.set(accountId, stream);
    // A track is muted until something comes, and when nothing comes any more.
    for (const track of stream.getTracks()) track.onmute = track.onunmute = draw;
    draw();
  }

  function hide(accountId) {
    streams.delete(accountId);
    draw();
  }

  function draw() {
    if (!room) return;
    parts.title.textContent = room.title;
    parts.count.textContent = `${room.members_count} of ${room.maximum}`;
    parts.door.hidden = true;
    parts.bar.hidden = false;
    const inside = new Set();
    for (const member of room.members) {
      inside.add(member.account_id);
      drawTile(member);
    }
    for (const [accountId, tile] of tiles) {
      if (!inside.has(accountId)) {
        tile.remove();
        tiles.delete(accountId);
      }
    }
    parts.empty.hidden = room.members.length > 1;
    parts.tiles.dataset.count = String(Math.min(room.members.length, 4));
    const mine = me();
    press(parts.mic, wants.mic && mine.may_speak, mine.may_speak ? (wants.mic ? "Mute" : "Unmute") : "You are listening");
    parts.mic.disabled = !mine.may_speak;
    parts.camera.hidden = !room.video;
    parts.camera.disabled = !mine.may_speak;
    press(parts.camera, wants.camera && mine.may_speak, wants.camera ? "Camera off" : "Camera on");
    press(parts.hand, Boolean(mine.hand_raised_at), mine.hand_raised_at ? "Lower hand" : "Raise hand");
    parts.end.hidden = parts.record.hidden = !isHost();
    press(parts.record, room.recording !== "none", room.recording === "none" ? "Ask to record" : "Do not record");
    parts.ask.hidden = room.recording === "none" || Boolean(mine.consent);
    setState(page.dataset.state, room.recording === "allowed" ? "Everybody agreed to be recorded." : room.recording === "asked" && mine.consent ? "Waiting whether everybody agrees to be recorded." : "");
    for (const kind of ["mic", "camera"]) for (const track of own ? own.getTracks() : []) if ((track.kind === "audio") === (kind === "mic")) track.enabled = wants[kind] && mine.may_speak;
    senses.tell(room.members, session, sends());
  }

  function press(button, isOn, text) {
    button.setAttribute("aria-pressed", String(isOn));
    button.textContent = text;
  }

  function drawTile(member) {
    let tile = tiles.get(member.account_id);
    if (!tile) {
      tile = makeTile(member);
      tiles.set(member.account_id, tile);
      parts.tiles.append(tile);
    }
    const isMine = member.account_id === me().account_id;
    const video = tile.querySelector("video");
    // Whoever may not speak is not played, whatever their browser sends.
    const stream = isMine ? own : member.may_speak ? streams.get(member.account_id) : null;
    if (video.srcObject !== (stream || null)) video.srcObject = stream || null;
    video.muted = isMine;
    const on = isMine ? sends() : senses.of(member.session_id);
    tile.classList.toggle("has-picture", on.camera && has(stream, "video"));
    // Of those who only listen it is said in words below.
    tile.querySelector('[data-off="mic"]').hidden = on.mic || !member.may_speak;
    tile.querySelector('[data-off="camera"]').hidden = on.camera || !member.may_speak || !room.video;
    const said = [member.host && "host", isMine && "you", !member.may_speak && (member.muted ? "muted" : "listening"), member.hand_raised_at && "hand raised"].filter(Boolean);
    tile.querySelector(".said").textContent = said.join(" · ");
    tile.classList.toggle("asks", Boolean(member.hand_raised_at));
    const rule = tile.querySelector(".rule");
    rule.hidden = !isHost() || isMine;
    rule.querySelector('[data-do="mute"] .do').textContent = member.muted ? "Unmute" : "Mute";
    rule.querySelector('[data-do="role"] .do').textContent = member.role === "speaker" ? "Let listen" : "Let speak";
  }

  function makeTile(member) {
    const tile = document.getElementById("tile").content.firstElementChild.cloneNode(true);
    tile.dataset.account = member.account_id;
    tile.querySelector(".name").append(...named(member.account));
    // Buttons of several tiles are told apart by whom they are about.
    for (const about of tile.querySelectorAll(".rule .hidden")) about.textContent = member.account.acct;
    tile.querySelector("img").src = member.account.avatar;
    tile.querySelector(".rule").addEventListener("click", (event) => {
      const what = event.target.closest("[data-do]")?.dataset.do;
      const now = room && room.members.find((other) => other.account_id === member.account_id);
      if (!what || !now) return;
      const about = { room_id: id, account_id: member.account_id };
      if (what === "mute") ask("room.mute", { ...about, muted: !now.muted });
      else if (what === "role") ask("room.role", { ...about, role: now.role === "speaker" ? "listener" : "speaker" });
      else ask("room.remove", about);
    });
    return tile;
  }

  // The name of somebody with its custom emojis.
  function named(account) {
    const known = new Map(account.emojis.map((emoji) => [emoji.shortcode, emoji.url]));
    return (account.display_name || account.acct).split(/(:\w{2,}:)/).map((part) => {
      const url = known.get(part.slice(1, -1));
      if (!url || !part.startsWith(":")) return part;
      const picture = document.createElement("img");
      Object.assign(picture, { className: "emoji", src: url, alt: part });
      return picture;
    });
  }

  // Ask for a change; the room as it is then comes back.
  async function ask(method, params) {
    try {
      const now = await live.request(method, params);
      complain("");
      if (now) apply(now);
    } catch (error) {
      complain(error.message);
    }
  }

  parts.join.addEventListener("click", enter);
  parts.leave.addEventListener("click", () => leave(""));
  parts.end.addEventListener("click", () => ask("room.end", { room_id: id }));
  parts.hand.addEventListener("click", () => ask("room.hand", { room_id: id, raised: !me().hand_raised_at }));
  parts.record.addEventListener("click", () => ask("room.record", { room_id: id, asked: room.recording === "none" }));
  parts.agree.addEventListener("click", () => ask("room.consent", { room_id: id, agreed: true }));
  parts.refuse.addEventListener("click", () => ask("room.consent", { room_id: id, agreed: false }));
  for (const kind of ["mic", "camera"])
    parts[kind].addEventListener("click", () => {
      wants[kind] = !wants[kind];
      draw();
    });
  window.addEventListener("pagehide", () => leave(""));
  setState("out", "");
})();
