// A small fediverse server on Fedify (an ActivityPub framework): one actor, told what to do over loopback.
// Everything on the wire (signatures, JSON-LD, deliveries, WebFinger) is the framework's, not ours.
import { createServer } from "node:http";
import { readFileSync } from "node:fs";
import { createFederation, generateCryptoKeyPair, InProcessMessageQueue, MemoryKvStore } from "@fedify/fedify";
import * as v from "@fedify/vocab";
import { Temporal } from "@js-temporal/polyfill";

const [, , host, port, controlPort] = process.argv;
const origin = `https://${host}`;
const name = "fay";
const seen = [];
const failures = [];
const followers = new Map();
const objects = new Map();
const follows = new Map();
const done = new Map();
let pairs = null;
let isLocked = false;
let counter = 0;

process.on("unhandledRejection", (error) => failures.push(String(error?.stack ?? error)));

const federation = createFederation({
  kv: new MemoryKvStore(),
  queue: new InProcessMessageQueue(),
  origin,
  allowPrivateAddress: true,
  onOutboxError: (error) => failures.push(String(error)),
});

federation
  .setActorDispatcher("/users/{identifier}", async (ctx, identifier) => {
    if (identifier !== name) return null;
    const keys = await ctx.getActorKeyPairs(identifier);
    return new v.Person({
      id: ctx.getActorUri(identifier),
      preferredUsername: identifier,
      name: "Fay of Fedify",
      summary: "<p>A peer.</p>",
      inbox: ctx.getInboxUri(identifier),
      outbox: ctx.getOutboxUri(identifier),
      followers: ctx.getFollowersUri(identifier),
      endpoints: new v.Endpoints({ sharedInbox: ctx.getInboxUri() }),
      url: ctx.getActorUri(identifier),
      manuallyApprovesFollowers: isLocked,
      publicKey: keys[0].cryptographicKey,
      assertionMethods: keys.map((key) => key.multikey),
    });
  })
  .setKeyPairsDispatcher(async () => {
    pairs ??= [await generateCryptoKeyPair("RSASSA-PKCS1-v1_5"), await generateCryptoKeyPair("Ed25519")];
    return pairs;
  });

federation.setFollowersDispatcher("/users/{identifier}/followers", async () => ({
  items: [...followers.values()].map((actor) => ({
    id: actor.id, inboxId: actor.inboxId, endpoints: actor.endpoints,
  })),
}));
federation.setOutboxDispatcher("/users/{identifier}/outbox", async () => ({ items: [] }));
federation.setNodeInfoDispatcher("/nodeinfo/2.1", async () => ({
  software: { name: "fedify-peer", version: { major: 1, minor: 0, patch: 0 } },
  protocols: ["activitypub"],
  usage: { users: { total: 1 }, localPosts: 0, localComments: 0 },
}));
for (const [type, path] of [["Note", "notes"], ["Question", "questions"]]) {
  federation.setObjectDispatcher(v[type], `/${path}/{id}`, (_, { id }) => objects.get(`${origin}/${path}/${id}`) ?? null);
}

const listener = federation.setInboxListeners("/users/{identifier}/inbox", "/inbox");
listener.on(v.Activity, async (ctx, activity) => {
  if (activity instanceof v.Follow) follows.set(activity.actorId.href, activity);
  seen.push(await activity.toJsonLd({ contextLoader: ctx.contextLoader }));
  if (activity instanceof v.Follow) {
    if (!isLocked) await accept(ctx, activity.actorId.href);
  } else if (activity instanceof v.Undo && (await activity.getObject(ctx)) instanceof v.Follow) {
    followers.delete(activity.actorId.href);
  }
});
listener.onError((_, error) => failures.push(String(error?.stack ?? error)));

async function accept(ctx, follower) {
  const follow = follows.get(follower);
  const actor = await follow.getActor(ctx);
  followers.set(follower, actor);
  await ctx.sendActivity({ identifier: name }, actor, new v.Accept({
    id: new URL(`${origin}/accepts/${++counter}`), actor: me(ctx), object: follow,
  }));
}

const me = (ctx) => ctx.getActorUri(name);
const loader = async (ctx) => await ctx.getDocumentLoader({ identifier: name });
const at = (path) => new URL(`${origin}/${path}/${++counter}`);

async function lookUp(ctx, what) {
  const found = await ctx.lookupObject(what, { documentLoader: await loader(ctx) });
  if (found == null) throw new Error(`cannot look up ${what}`);
  return found;
}

async function tell(ctx, actorId, activity) {
  done.set(activity.id.href, activity);
  await ctx.sendActivity({ identifier: name }, await lookUp(ctx, actorId), activity);
  return { id: activity.id.href };
}

async function tellAll(ctx, activity, more = []) {
  await ctx.sendActivity({ identifier: name }, "followers", activity, { preferSharedInbox: true });
  for (const one of more) await ctx.sendActivity({ identifier: name }, await lookUp(ctx, one), activity);
}

async function authorOf(ctx, address) {
  const object = await lookUp(ctx, address);
  return object.attributionId.href;
}

async function toObject(ctx, kind, args, done_path) {
  const author = await authorOf(ctx, args.post);
  const activity = new v[kind]({
    id: at(done_path), actor: me(ctx), object: new URL(args.post),
    tos: [v.PUBLIC_COLLECTION], ccs: [new URL(author), ctx.getFollowersUri(name)],
    ...(kind === "Announce" ? { published: Temporal.Now.instant() } : {}),
  });
  return await tell(ctx, author, activity);
}

const commands = {
  async find(ctx, { handle }) {
    const actor = await lookUp(ctx, handle);
    return { id: actor.id.href, type: actor.constructor.name, name: String(actor.preferredUsername) };
  },
  // What `fedify lookup` prints: the object, and with --traverse the items of a collection.
  async lookup(ctx, { what, traverse }) {
    const object = await lookUp(ctx, what);
    const items = [];
    if (traverse) {
      for await (const item of ctx.traverseCollection(object, { documentLoader: await loader(ctx) })) {
        items.push(item.id?.href ?? null);
      }
    }
    return { type: object.constructor.name, id: object.id?.href ?? null, items,
      json: await object.toJsonLd({ contextLoader: ctx.contextLoader }) };
  },
  follow: (ctx, { actor }) => tell(ctx, actor, new v.Follow({
    id: new URL(`${origin}/follows/${encodeURIComponent(actor)}`), actor: me(ctx), object: new URL(actor) })),
  unfollow: (ctx, { actor }) => tell(ctx, actor, new v.Undo({
    id: at("undos"), actor: me(ctx),
    object: new v.Follow({ id: new URL(`${origin}/follows/${encodeURIComponent(actor)}`), actor: me(ctx), object: new URL(actor) }) })),
  async lock(ctx, { on }) { isLocked = on; return {}; },
  async accept(ctx, { actor }) { await accept(ctx, actor); return {}; },
  async post(ctx, args) {
    const isPoll = Boolean(args.poll);
    const id = at(isPoll ? "questions" : "notes");
    const tags = args.mention ? [new v.Mention({ href: new URL(args.mention.actor), name: `@${args.mention.handle}` })] : [];
    const audience = args.mention ? [new URL(args.mention.actor)] : [];
    const values = {
      id, attribution: me(ctx), content: `<p>${args.text}</p>`, summary: args.cw, sensitive: Boolean(args.cw),
      tos: args.direct ? audience : [v.PUBLIC_COLLECTION],
      ccs: args.direct ? [] : [ctx.getFollowersUri(name), ...audience],
      tags, url: id, published: Temporal.Now.instant(),
      replyTarget: args.in_reply_to ? new URL(args.in_reply_to) : undefined,
      attachments: args.media ? [new v.Image({ url: new URL(`${origin}/picture.png`), mediaType: "image/png", name: args.media })] : [],
    };
    if (isPoll) {
      values.exclusiveOptions = args.poll.map((one) => new v.Note({ name: one, replies: new v.Collection({ totalItems: 0 }) }));
      values.endTime = Temporal.Now.instant().add({ hours: 1 });
    }
    const object = isPoll ? new v.Question(values) : new v.Note(values);
    objects.set(id.href, object);
    await tellAll(ctx, new v.Create({
      id: new URL(`${id.href}#create`), actor: me(ctx), object, tos: values.tos, ccs: values.ccs,
    }), args.mention ? [args.mention.actor] : []);
    return { id: id.href };
  },
  async edit(ctx, { post: id, text }) {
    const object = objects.get(id).clone({ content: `<p>${text}</p>`, updated: Temporal.Now.instant() });
    objects.set(id, object);
    await tellAll(ctx, new v.Update({
      id: new URL(`${id}#update-${++counter}`), actor: me(ctx), object, tos: [v.PUBLIC_COLLECTION], ccs: [ctx.getFollowersUri(name)] }));
    return {};
  },
  async delete(ctx, { post: id }) {
    objects.delete(id);
    await tellAll(ctx, new v.Delete({
      id: new URL(`${id}#delete`), actor: me(ctx), object: new v.Tombstone({ id: new URL(id) }), tos: [v.PUBLIC_COLLECTION] }));
    return {};
  },
  like: (ctx, args) => toObject(ctx, "Like", args, "likes"),
  boost: (ctx, args) => toObject(ctx, "Announce", args, "boosts"),
  async undo(ctx, { activity: id, post: object }) {
    return await tell(ctx, await authorOf(ctx, object), new v.Undo({
      id: at("undos"), actor: me(ctx), object: done.get(id), tos: [v.PUBLIC_COLLECTION] }));
  },
  async vote(ctx, { question, option }) {
    const author = await authorOf(ctx, question);
    const id = at("votes");
    return await tell(ctx, author, new v.Create({
      id: new URL(`${id.href}#create`), actor: me(ctx), tos: [new URL(author)],
      object: new v.Note({ id, attribution: me(ctx), name: option, replyTarget: new URL(question), tos: [new URL(author)] }) }));
  },
  async block(ctx, { actor }) {
    return await tell(ctx, actor, new v.Block({ id: at("blocks"), actor: me(ctx), object: new URL(actor), tos: [new URL(actor)] }));
  },
  async seen() { return { seen }; },
  async followers() { return { followers: [...followers.keys()] }; },
  async failures() { return { failures }; },
};

async function bodyOf(request) {
  const parts = [];
  for await (const part of request) parts.push(part);
  return Buffer.concat(parts);
}

const picture = readFileSync(new URL("picture.png", import.meta.url));

createServer(async (request, response) => {
  if (request.url === "/picture.png") {
    response.writeHead(200, { "content-type": "image/png" }).end(picture);
    return;
  }
  const body = await bodyOf(request);
  const answer = await federation.fetch(
    new Request(`${origin}${request.url}`, {
      method: request.method, headers: request.headers, body: body.length ? body : undefined }),
    { contextData: undefined });
  response.writeHead(answer.status, Object.fromEntries(answer.headers)).end(Buffer.from(await answer.arrayBuffer()));
}).listen(Number(port), "127.0.0.1");

createServer(async (request, response) => {
  const { do: command, ...args } = JSON.parse((await bodyOf(request)).toString());
  let status = 200;
  let answer;
  try {
    answer = await commands[command](federation.createContext(new URL(origin), undefined), args);
  } catch (error) {
    status = 500;
    answer = { error: String(error?.stack ?? error) };
  }
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(answer));
}).listen(Number(controlPort), "127.0.0.1", () => console.log("ready"));
