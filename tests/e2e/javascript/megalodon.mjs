// A day with megalodon, the library of Whalebird and Fedistar.

import { createReadStream, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import megalodon, { detector } from "megalodon";
import { FRIEND, FRIEND_TOKEN, PICTURE, TOKEN, URL_OF_ECHO, check, within } from "./told.mjs";

const generator = megalodon.default ?? megalodon;
check((await detector(URL_OF_ECHO)) === "mastodon", "it is taken for what it speaks like");
const me = generator("mastodon", URL_OF_ECHO, TOKEN);
const friend = generator("mastodon", URL_OF_ECHO, FRIEND_TOKEN);

check((await me.verifyAccountCredentials()).data.username, "who am I");
check((await me.getInstance()).data.uri, "what the server is");
const them = (await me.searchAccount(FRIEND, { limit: 1 })).data[0];
check((await me.followAccount(them.id)).data.following, "follow");

const socket = await me.userStreaming();
const heard = new Promise((done) => socket.on("update", (status) => status.content.includes("live") && done(status)));
const connected = new Promise((done) => socket.on("connect", done));
await within(20, connected, "the socket");
await new Promise((done) => setTimeout(done, 1000));
await friend.postStatus("heard live? #megalodon");
check((await within(20, heard, "an update")).account.id === them.id, "an update over the socket");
socket.stop();

const file = join(mkdtempSync(join(tmpdir(), "story-")), "picture.png");
writeFileSync(file, PICTURE);
const media = (await me.uploadMedia(createReadStream(file))).data;
check(media.id, "upload");
const post = (await me.postStatus("with a picture", { media_ids: [media.id] })).data;
check(post.media_attachments.length === 1, "post with a picture");
const asked = (await me.postStatus("which?", { poll: { options: ["tea", "coffee"], expires_in: 3600 } })).data;
check(asked.poll.options.length === 2, "post with a poll");
check((await friend.votePoll(asked.poll.id, [0], asked.id)).data.votes_count === 1, "vote");
check((await me.editStatus(post.id, { status: "with a better text" })).data.content.includes("better"), "edit");
const filter = (await me.createFilter("live", ["home"], { whole_word: true })).data;
check(filter.phrase === "live", "filter");
await me.deleteFilter(filter.id);
const list = (await me.createList("friends")).data;
await me.addAccountsToList(list.id, [them.id]);
check((await me.getAccountsInList(list.id)).data[0].id === them.id, "a list");
check((await me.getListTimeline(list.id)).data.length > 0, "its timeline");
await me.deleteList(list.id);
check((await me.search(FRIEND, { type: "accounts" })).data.accounts[0].id === them.id, "search");
await friend.favouriteStatus(post.id);
check((await me.getNotifications({ limit: 5 })).data.some((told) => told.type === "favourite"), "notifications");
check((await me.getHomeTimeline({ limit: 5 })).data.length > 0, "home");
check((await me.getInstanceTrends(5)).data.length >= 0, "trends");
await me.deleteStatus(post.id);
await me.deleteStatus(asked.id);
console.log("the end");
process.exit(0);
