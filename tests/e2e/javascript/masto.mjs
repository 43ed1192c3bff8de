// A day with masto.js, the library of Elk and Phanpy: every answer is one that it can read.

import { createRestAPIClient, createStreamingAPIClient } from "masto";
import { FRIEND, FRIEND_TOKEN, PICTURE, TOKEN, URL_OF_ECHO, check, within } from "./told.mjs";

const me = createRestAPIClient({ url: URL_OF_ECHO, accessToken: TOKEN });
const friend = createRestAPIClient({ url: URL_OF_ECHO, accessToken: FRIEND_TOKEN });

const myself = await me.v1.accounts.verifyCredentials();
check(myself.username && myself.source.privacy, "who am I");
const instance = await me.v2.instance.fetch();
check(Number.isInteger(instance.apiVersions.mastodon), "what the server is");
check((await me.v1.preferences.fetch())["posting:default:visibility"] === "public", "preferences");

const live = createStreamingAPIClient({ streamingApiUrl: instance.configuration.urls.streaming, accessToken: TOKEN });
const user = live.user.subscribe();
const heard = (async () => {
  for await (const event of user) if (event.event === "update" && event.payload.content.includes("live")) return event;
})();

const them = await me.v1.accounts.lookup({ acct: FRIEND });
check((await me.v1.accounts.$select(them.id).follow()).following, "follow");
await new Promise((done) => setTimeout(done, 1000));
await friend.v1.statuses.create({ status: "heard live? #mastojs" });
check((await within(20, heard, "an update")).payload.account.id === them.id, "an update over the socket");
user.unsubscribe();

const file = new Blob([PICTURE], { type: "image/png" });
const media = await me.v2.media.create({ file, description: "four pixels" });
check(media.type === "image" && media.description === "four pixels", "upload");
const post = await me.v1.statuses.create({ status: "with a picture", mediaIds: [media.id], visibility: "public" });
check(post.mediaAttachments.length === 1, "post with a picture");
const asked = await me.v1.statuses.create({
  status: "which?",
  poll: { options: ["tea", "coffee"], expiresIn: 3600, multiple: false },
});
check(asked.poll.options[1].title === "coffee" && asked.poll.ownVotes.length === 0, "post with a poll");
const voted = await friend.v1.polls.$select(asked.poll.id).votes.create({ choices: [1] });
check(voted.voted && voted.votesCount === 1, "vote");

const edited = await me.v1.statuses.$select(post.id).update({ status: "with a better text" });
check(edited.editedAt && edited.mediaAttachments.length === 1, "edit");
check((await me.v1.statuses.$select(post.id).history.list()).length === 2, "history");
check((await me.v1.statuses.$select(post.id).source.fetch()).text === "with a better text", "source");

const filter = await me.v2.filters.create({
  title: "no live",
  context: ["home"],
  filterAction: "warn",
  keywordsAttributes: [{ keyword: "live", wholeWord: true }],
});
const home = await me.v1.timelines.home.list({ limit: 20 });
check(home.some((found) => found.filtered.some((hit) => hit.filter.id === filter.id)), "a filtered post");
await me.v2.filters.$select(filter.id).remove();

const list = await me.v1.lists.create({ title: "friends" });
await me.v1.lists.$select(list.id).accounts.create({ accountIds: [them.id] });
check((await me.v1.lists.$select(list.id).accounts.list())[0].id === them.id, "a list");
check((await me.v1.timelines.list.$select(list.id).list()).length > 0, "its timeline");
await me.v1.lists.$select(list.id).remove();

const found = await me.v2.search.list({ q: FRIEND, type: "accounts" });
check(found.accounts[0].id === them.id, "search for people");
check((await me.v2.search.list({ q: "#mastojs", type: "hashtags" })).hashtags[0].history.length === 7, "hashtags");

await friend.v1.statuses.$select(post.id).favourite();
await friend.v1.statuses.$select(post.id).reblog();
const told = await me.v1.notifications.list({ types: ["favourite", "reblog"] });
check(told.length === 2, "notifications");
const grouped = await me.v2.notifications.list();
check(grouped.notificationGroups.every((group) => Number.isInteger(group.mostRecentNotificationId)), "groups");

let pages = 0;
for await (const page of me.v1.timelines.home.list({ limit: 2 })) {
  pages += 1;
  if (page.length === 0 || pages > 50) break;
}
check(pages > 1 && pages <= 50, "paging ends");
for (const each of [post, asked]) await me.v1.statuses.$select(each.id).remove();
console.log("the end");
process.exit(0);
