#!/usr/bin/env node
/**
 * Does to a GraphQL server over WebSocket all that graphql-transport-ws forbids, and says with which code it was sent
 * away; the client of `graphql-ws` is let in, and told what it was refused for.
 *
 *   node router/socket_audit.mjs ws://127.0.0.1:4000/graphql [SUBSCRIPTION [TOKEN]]
 *
 * SUBSCRIPTION is one that runs until it is ended, for TOKEN or for anybody.
 */
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';

const PROTOCOL = 'graphql-transport-ws';
const PATIENCE = 20_000;
const [url, subscription, token] = process.argv.slice(2);

const headers = (bearer) => (bearer ? { Authorization: `Bearer ${bearer}` } : {});
const init = { type: 'connection_init', payload: headers(token) };
const subscribe = (query, id = '1') => ({ type: 'subscribe', id, payload: { query } });

/** What is said on a socket of its own, and the code it must end with. */
const refused = [
  ['no JSON', 4400, ['{']],
  ['a list', 4400, ['[]']],
  ['no type', 4400, [{ id: '1' }]],
  ['an unknown type', 4400, [init, { type: 'start', id: '1', payload: {} }]],
  ['no id', 4400, [init, { type: 'subscribe', payload: { query: '{ __typename }' } }]],
  ['an empty id', 4400, [init, subscribe('{ __typename }', '')]],
  ['no query', 4400, [init, { type: 'subscribe', id: '1', payload: {} }]],
  ['a batch', 4400, [init, { type: 'subscribe', id: '1', payload: [{ query: '{ __typename }' }] }]],
  ['nothing initialised', 4401, [subscribe('{ __typename }')]],
  ['nothing said', 4408, []],
  ['initialised twice', 4429, [init, init]],
  ['too much said', 1009, [init, { type: 'ping', payload: { padding: 'x'.repeat(300_000) } }]],
];
if (subscription) refused.push(['an id in use', 4409, [init, subscribe(subscription), subscribe(subscription)]]);

function ended(said, protocols = [PROTOCOL]) {
  return new Promise((resolve) => {
    const socket = new WebSocket(url, protocols);
    const late = setTimeout(() => socket.terminate(), PATIENCE);
    socket.on('open', () => {
      for (const each of said) socket.send(typeof each === 'string' ? each : JSON.stringify(each));
    });
    socket.on('error', () => {});
    socket.on('close', (code) => {
      clearTimeout(late);
      resolve(code);
    });
  });
}

/** What the client of `graphql-ws` gets for a question: its answer, or the code its socket was closed with. */
function asked(query, bearer) {
  const client = createClient({ url, connectionParams: headers(bearer), webSocketImpl: WebSocket, retryAttempts: 0 });
  return new Promise((resolve) => {
    let last;
    client.subscribe(
      { query },
      { next: ({ data }) => (last = data), error: ({ code }) => resolve(code), complete: () => resolve(last) },
    );
  }).finally(() => client.dispose());
}

const wrong = [];
const expect = (what, expected, got) => got === expected || wrong.push(`${what}: ${got}, not ${expected}`);
await Promise.all([
  ...refused.map(async ([what, code, said]) => expect(what, code, await ended(said))),
  ended([], []).then((code) => expect('no protocol', 4406, code)),
  asked('{ __typename }', token).then((data) => expect('a question', 'Query', data?.__typename)),
  asked(subscription ?? '{ __typename }', 'nonsense').then((code) => expect('a bad token', 4403, code)),
]);
console.log(`${url} ends ${refused.length + 3 - wrong.length} of ${refused.length + 3} as it should`);
for (const each of wrong) console.log(`  ${each}`);
process.exitCode = wrong.length ? 1 : 0;
