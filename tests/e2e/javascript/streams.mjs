// masto.js hears every stream that it knows, all on one socket.

import { createRestAPIClient, createStreamingAPIClient } from "masto";
import { FRIEND, FRIEND_TOKEN, TOKEN, URL_OF_ECHO, check, within } from "./told.mjs";

const me = createRestAPIClient({ url: URL_OF_ECHO, accessToken: TOKEN });
const friend = createRestAPIClient({ url: URL_OF_ECHO, accessToken: FRIEND_TOKEN });
const instance = await me.v2.instance.fetch();
const live = createStreamingAPIClient({ streamingApiUrl: instance.configuration.urls.streaming, accessToken: TOKEN });

const them = await me.v1.accounts.lookup({ acct: FRIEND });
const myself = await me.v1.accounts.verifyCredentials();
await me.v1.accounts.$select(them.id).follow();
const list = await me.v1.lists.create({ title: "friends" });
await me.v1.lists.$select(list.id).accounts.create({ accountIds: [them.id] });

const heard = {};
const subscriptions = {
  user: live.user.subscribe(),
  "user:notification": live.user.notification.subscribe(),
  public: live.public.subscribe(),
  "public:local": live.public.local.subscribe(),
  hashtag: live.hashtag.subscribe({ tag: "Tea" }),
  "hashtag:local": live.hashtag.local.subscribe({ tag: "Tea" }),
  list: live.list.subscribe({ list: list.id }),
  direct: live.direct.subscribe(),
};
for (const [name, subscription] of Object.entries(subscriptions)) {
  heard[name] = new Set();
  (async () => {
    for await (const event of subscription) heard[name].add(event.event);
  })();
}
await new Promise((done) => setTimeout(done, 3000));

const post = await friend.v1.statuses.create({ status: "a cup of #tea" });
await new Promise((done) => setTimeout(done, 1000));
await friend.v1.statuses.$select(post.id).update({ status: "two cups of #tea" });
await new Promise((done) => setTimeout(done, 1000));
await friend.v1.statuses.$select(post.id).remove();
await friend.v1.statuses.create({ status: `only for @${myself.username}`, visibility: "direct" });
await me.v2.filters.create({ title: "no milk", context: ["home"], keywordsAttributes: [{ keyword: "milk" }] });

const posts = ["update", "status.update", "delete"];
const expected = {
  user: [...posts, "notification", "filters_changed"],
  "user:notification": ["notification"],
  public: posts,
  "public:local": posts,
  hashtag: posts,
  "hashtag:local": posts,
  list: posts,
  direct: ["conversation"],
};
const all = async () => {
  const missing = () =>
    Object.entries(expected).flatMap(([name, events]) =>
      events.filter((event) => !heard[name].has(event)).map((event) => `${name} ${event}`),
    );
  for (let turn = 0; turn < 100 && missing().length; turn++) await new Promise((done) => setTimeout(done, 100));
  return missing();
};
const missing = await within(20, all(), "all events");
check(missing.length === 0, `all events on all streams, missing: ${missing}`);
for (const [name, events] of Object.entries(heard))
  for (const event of events) check(expected[name].includes(event), `${event} belongs to ${name}`);
console.log("the end");
process.exit(0);
