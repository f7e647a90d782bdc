/** One face of the graph, served over HTTP, Server-Sent Events and WebSocket. */
import { readFileSync } from 'node:fs';
import { createYoga } from 'graphql-yoga';
import { hasReadableParameters, jsonOf } from './body.mjs';
import { Caller } from './caller.mjs';
import { masked } from './errors.mjs';
import { Graph } from './graph.mjs';
import { operations } from './operations.mjs';
import { refusalOf } from './refuse.mjs';
import { SocketServer } from './socket_server.mjs';

/** Refusals are not kept: rubbish must not push out what is asked for again and again. */
const NOTHING_KEPT = { get: () => undefined, set: () => undefined };

/** Yoga tells who takes no JSON by a status alone. */
const NOT_ACCEPTABLE = {
  onResponse({ response, setResponse, fetchAPI }) {
    if (response.status !== 406) return;
    const told = refusalOf('NOT_ACCEPTABLE', 'Answers are application/json or application/graphql-response+json.');
    setResponse(fetchAPI.Response.json(told, { status: 406 }));
  },
};

export class Gateway {
  #graph;
  #yoga;
  #sockets;
  #maxBytes;
  #callers = new Set();

  constructor(face, settings) {
    this.#maxBytes = settings.limits.bodyBytes;
    this.#graph = new Graph(readFileSync(face.supergraph, 'utf8'), settings);
    this.#yoga = createYoga({
      schema: this.#graph.schema,
      graphqlEndpoint: face.path,
      plugins: [operations(this.#graph, settings), NOT_ACCEPTABLE],
      maskedErrors: { maskError: masked },
      parserAndValidationCache: { errorCache: NOTHING_KEPT },
      maxRequestBodySize: false,
      cors: { origin: settings.corsOrigins, credentials: false },
      logging: false,
      graphiql: false,
      landingPage: false,
      multipart: false,
    });
    this.#sockets = new SocketServer(this.#yoga.getEnveloped, settings);
  }

  /** Answers a request. Its `x-forwarded-for` is what the entrance found, not what the client said. */
  async request(request, response) {
    const caller = new Caller((name) => request.headers[name], request.headers['x-forwarded-for']);
    this.#callers.add(caller);
    response.once('close', () => {
      this.#callers.delete(caller);
      caller.leave();
    });
    if (request.method === 'POST') {
      // Yoga would read the body as a stream, and leave one that is too large in the middle, its connection with it.
      const body = await jsonOf(request, response, this.#maxBytes);
      if (!body) return;
      request.body = body;
    } else if (!hasReadableParameters(request, response)) return;
    await this.#yoga(request, response, { caller });
  }

  upgrade(request, socket, head) {
    this.#sockets.upgrade(request, socket, head);
  }

  /** Ends every subscription, then lets go of the subgraphs. */
  close() {
    this.#sockets.close();
    for (const caller of this.#callers) caller.leave();
    this.#graph.close();
  }
}
