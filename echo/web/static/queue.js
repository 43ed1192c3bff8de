// Keys of the report queue: j and k go through the reports, x chooses one, o opens it, ? says so.
// Without it the page is the same, by Tab and access keys.
"use strict";

(() => {
  const boxes = Array.from(document.querySelectorAll(".queue input[type=checkbox]"));
  const help = document.getElementById("keys");
  if (!boxes.length || !help) return;
  help.hidden = false;
  const summary = help.querySelector("summary");
  let at = -1;

  const row = (index) => boxes[index].closest("tr");
  const go = (index) => {
    if (at >= 0) row(at).classList.remove("current");
    at = Math.max(0, Math.min(boxes.length - 1, index));
    row(at).classList.add("current");
    boxes[at].focus();
    row(at).scrollIntoView({ block: "nearest" });
  };
  const deeds = {
    j: () => go(at + 1),
    k: () => go(at < 0 ? boxes.length - 1 : at - 1),
    x: () => { if (at >= 0) boxes[at].click(); },
    o: () => { if (at >= 0) row(at).querySelector("th a").click(); },
    "?": () => {
      help.open = !help.open;
      if (help.open) summary.focus();
    },
  };

  boxes.forEach((box, index) => box.addEventListener("focus", () => { if (index !== at) go(index); }));
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    const writes = event.target.closest("textarea, select, input:not([type=checkbox])");
    if (writes || !Object.hasOwn(deeds, event.key)) return;
    event.preventDefault();
    deeds[event.key]();
  });
})();
