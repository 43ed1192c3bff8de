// Who lets the others hear and see them. What is off is sent on as silence and black pictures, so it is said in signals.
"use strict";

class Senses {
  #told = new Map();
  #heard = new Map();

  // say(member, sends): a signal to the session of a member
  constructor(say) {
    this.say = say;
  }

  // Everybody knows nothing yet: after a connection was lost, too.
  forget() {
    this.#told.clear();
    this.#heard.clear();
  }

  // Tell those who have not heard it. again: tell all, as signals may be lost.
  tell(members, mine, sends, again = false) {
    const said = JSON.stringify(sends);
    for (const member of members) {
      const session = member.session_id;
      if (!session || session === mine || (!again && this.#told.get(session) === said)) continue;
      this.#told.set(session, said);
      this.say(member, sends);
    }
  }

  hear(session, sends) {
    this.#heard.set(session, sends);
  }

  // Of whoever said nothing, apps that do not know of it, we show what comes.
  of(session) {
    return this.#heard.get(session) || { mic: true, camera: true };
  }
}
