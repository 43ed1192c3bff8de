// People with their apps, as `python -m bench --only users` has them, for k6:
//
//     k6 run -e BASE_URL=https://social.example -e NAMES=member1,member2 -e PASSWORD=... bench/k6/users.js
//
// Each of NAMES needs the same PASSWORD, and the server ECHO_RATE_LIMITS__ENABLED=false or k6's address in none
// of its limits. STAGE_SECONDS (25), SPIKE_SECONDS (180) and SCENARIO (stages, spike, day, all) may be set.
// PICTURE names the file that is posted. Nothing here is a test of somebody else's server.

import http from 'k6/http';
import encoding from 'k6/encoding';
import { check, sleep } from 'k6';
import { parseHTML } from 'k6/html';
import { Trend, Rate } from 'k6/metrics';

const BASE = (__ENV.BASE_URL || 'http://localhost:3000').replace(/\/$/, '');
const NAMES = (__ENV.NAMES || 'member1').split(',');
const PASSWORD = __ENV.PASSWORD || 'a password that everybody has';
const STAGE = Number(__ENV.STAGE_SECONDS || 25);
const SPIKE = Number(__ENV.SPIKE_SECONDS || 180);
const WANTED = __ENV.SCENARIO || 'all';
const REDIRECT = 'https://app.test/back';
const POSTS_EVERY = 10;

// One dot of grey, for those who name no picture.
const DOT = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg==';
const picture = __ENV.PICTURE
  ? { bytes: open(__ENV.PICTURE, 'b'), name: 'a.jpg', type: 'image/jpeg' }
  : { bytes: encoding.b64decode(DOT), name: 'a.png', type: 'image/png' };

const took = {};
for (const kind of ['login', 'feed', 'profile', 'upload', 'wait', 'post']) {
  took[kind] = new Trend(`echo_${kind}`, true);
}
const success = new Rate('echo_success');

function stages() {
  let start = 0;
  const found = {};
  for (const people of [100, 150, 250, 500]) {
    found[`people_${people}`] = {
      executor: 'constant-vus', vus: people, duration: `${STAGE}s`, startTime: `${start}s`, exec: 'live',
      gracefulStop: '10s', tags: { people: String(people) },
    };
    start += STAGE + 15;
  }
  return [found, start];
}

function scenarios() {
  const [found, start] = stages();
  const spike = {
    executor: 'ramping-vus', exec: 'live', startTime: `${WANTED === 'all' ? start : 0}s`,
    stages: [
      { duration: '5s', target: 500 },
      { duration: `${SPIKE}s`, target: 500 },
      { duration: '5s', target: 0 },
    ],
    tags: { people: 'spike' },
  };
  const day = {
    executor: 'constant-vus', vus: 24, duration: `${STAGE}s`, exec: 'day',
    startTime: `${WANTED === 'all' ? start + SPIKE + 30 : 0}s`, tags: { people: 'day' },
  };
  return { stages: found, spike: { spike }, day: { day }, all: { ...found, spike, day } }[WANTED];
}

export const options = {
  scenarios: scenarios(),
  summaryTrendStats: ['avg', 'med', 'p(95)', 'p(99)', 'max'],
  thresholds: { echo_success: ['rate>0.999'] },
};

export function setup() {
  const app = http.post(`${BASE}/api/v1/apps`, {
    client_name: 'k6', redirect_uris: REDIRECT, scopes: 'read write',
  }).json();
  const looked = http.get(`${BASE}/api/v1/accounts/lookup?acct=${NAMES[0]}`).json();
  return { id: app.client_id, secret: app.client_secret, accounts: [looked.id] };
}

function timed(kind, answer) {
  took[kind].add(answer.timings.duration);
  const fine = answer.status >= 200 && answer.status < 400;
  success.add(fine);
  check(answer, { [kind]: () => fine });
  return answer;
}

function fields(page, action) {
  const found = {};
  parseHTML(page.body).find(`form[action="${action}"]`).first().find('input').each((_, input) => {
    found[input.getAttribute('name')] = input.getAttribute('value') || '';
  });
  return found;
}

// What an app and a browser do together; the app's address is not called.
function logIn(app) {
  const name = NAMES[(__VU - 1) % NAMES.length];
  const question = `/oauth/authorize?client_id=${encodeURIComponent(app.id)}&response_type=code`
    + `&redirect_uri=${encodeURIComponent(REDIRECT)}&scope=read%20write`;
  const still = { redirects: 0 };
  const page = timed('login', http.get(`${BASE}/login?next=${encodeURIComponent(question)}`));
  const form = { ...fields(page, '/login'), name, password: PASSWORD };
  timed('login', http.post(`${BASE}/login`, form, still));
  const consent = timed('login', http.get(BASE + question, still));
  const answer = timed('login', http.post(`${BASE}/oauth/authorize`, fields(consent, '/oauth/authorize'), still));
  const code = /[?&]code=([^&]+)/.exec(answer.headers.Location || '');
  const told = timed('login', http.post(`${BASE}/oauth/token`, {
    grant_type: 'authorization_code', code: code ? decodeURIComponent(code[1]) : '', redirect_uri: REDIRECT,
    client_id: app.id, client_secret: app.secret,
  }));
  return told.status === 200 ? told.json('access_token') : '';
}

let token = '';
let steps = 0;

function ready(app) {
  if (!token) token = logIn(app);
  steps += 1;
  return { headers: { Authorization: `Bearer ${token}` } };
}

function feed(params) {
  timed('feed', http.get(`${BASE}/api/v1/timelines/home`, params));
}

function profile(params, app) {
  const id = app.accounts[steps % app.accounts.length];
  timed('profile', http.get(`${BASE}/api/v1/accounts/${id}`, params));
  timed('profile', http.get(`${BASE}/api/v1/accounts/${id}/statuses`, params));
}

function publish(params, media) {
  const body = JSON.stringify({ status: `said by k6, ${__VU} ${steps} #benchmark`, media_ids: media });
  const headers = { ...params.headers, 'Content-Type': 'application/json' };
  timed('post', http.post(`${BASE}/api/v1/statuses`, body, { headers }));
}

function postPicture(params) {
  const file = http.file(picture.bytes, picture.name, picture.type);
  const answer = timed('upload', http.post(`${BASE}/api/v2/media`, { file }, params));
  if (answer.status !== 200 && answer.status !== 202) return;
  const id = answer.json('id');
  let { status } = answer;
  while (status === 202 || status === 206) { // an app that is told to wait looks again
    sleep(1);
    status = timed('wait', http.get(`${BASE}/api/v1/media/${id}`, params)).status;
  }
  if (status === 200) publish(params, [id]);
}

export function live(app) {
  const params = ready(app);
  if (steps % POSTS_EVERY === 0) postPicture(params);
  else if (steps % 3 === 0) profile(params, app);
  else feed(params);
  sleep(0.5 + Math.random());
}

// Ten reads to a write, without a pause.
export function day(app) {
  const params = ready(app);
  if (steps % 11 === 0) publish(params, []);
  else if (steps % 4 === 0) profile(params, app);
  else feed(params);
}
