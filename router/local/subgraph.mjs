/** One subgraph as the gateway reaches it: queries and mutations over kept connections, subscriptions over sockets. */
import { Agent as HttpAgent, request as httpRequest } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';
import { fromSubgraph, unavailable } from './errors.mjs';

/** Shorter than any server keeps an idle connection, so that none is used in the moment it is closed. */
const IDLE_CONNECTION_MS = 4_000;
/** Answers longer than this are taken for a fault. */
const MAX_ANSWER_BYTES = 32 * 1024 * 1024;

/** Close codes that concern the client's token: the client is told them, to come back with another one. */
export const TOKEN_CODES = new Set([4401, 4403]);

function kept(Agent, maxSockets) {
  return new Agent({ keepAlive: true, maxSockets, timeout: IDLE_CONNECTION_MS, scheduling: 'lifo' });
}

export class Subgraph {
  #url;
  #agent;
  #send;
  #timeout;

  /** @param {{name: string, url: string, timeout: number, maxSockets: number}} options `timeout` in milliseconds */
  constructor({ name, url, timeout, maxSockets }) {
    this.name = name;
    this.#url = new URL(url);
    this.#timeout = timeout;
    const secure = this.#url.protocol === 'https:';
    this.#agent = kept(secure ? HttpsAgent : HttpAgent, maxSockets);
    this.#send = secure ? httpsRequest : httpRequest;
  }

  /** The answer to a query or a mutation; errors of its own where the subgraph gives none. */
  async execute(payload, headers) {
    try {
      return answerOf(JSON.parse(await this.#post(JSON.stringify(payload), headers)));
    } catch (error) {
      return { errors: [unavailable(this.name, error)] };
    }
  }

  /** A socket to the subgraph for one client, opened with the first subscription and closed with the last. */
  socket(headers) {
    const url = this.#url.href.replace(/^http/, 'ws');
    class SocketOfClient extends WebSocket {
      constructor(address, protocols) {
        const { authorization: _, ...onUpgrade } = headers;
        super(address, protocols, { headers: onUpgrade, perMessageDeflate: false, maxPayload: MAX_ANSWER_BYTES });
      }
    }
    return createClient({
      url,
      webSocketImpl: SocketOfClient,
      connectionParams: headers.authorization ? { Authorization: headers.authorization } : {},
      connectionAckWaitTimeout: this.#timeout,
      retryAttempts: 0,
    });
  }

  close() {
    this.#agent.destroy();
  }

  #post(body, headers) {
    return new Promise((resolve, reject) => {
      const request = this.#send(this.#url, {
        method: 'POST',
        agent: this.#agent,
        headers: {
          ...headers,
          'content-type': 'application/json',
          accept: 'application/graphql-response+json, application/json',
          'content-length': Buffer.byteLength(body),
        },
      });
      const deadline = setTimeout(() => request.destroy(new Error(`no answer in ${this.#timeout} ms`)), this.#timeout);
      request.once('close', () => clearTimeout(deadline));
      request.once('error', reject);
      request.once('response', (response) => textOf(response).then(resolve, reject));
      request.end(body);
    });
  }
}

async function textOf(response) {
  const chunks = [];
  let length = 0;
  for await (const chunk of response) {
    length += chunk.length;
    if (length > MAX_ANSWER_BYTES) throw new Error(`an answer of more than ${MAX_ANSWER_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

/** A subgraph's answer with its errors made GraphQL errors. Raises where it is not an answer to a GraphQL request. */
export function answerOf(body) {
  if (!body || typeof body !== 'object' || !('data' in body || Array.isArray(body.errors))) {
    throw new Error('the answer is not one to a GraphQL request');
  }
  return body.errors ? { ...body, errors: body.errors.map(fromSubgraph) } : body;
}
