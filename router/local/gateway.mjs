/** One face of the graph, served over HTTP, Server-Sent Events and WebSocket. */
import { readFileSync } from 'node:fs';
import { getOperationAST, NoSchemaIntrospectionCustomRule, validate } from 'graphql';
import { createYoga } from 'graphql-yoga';
import { bodyOf, refuseAsTooLarge } from './body.mjs';
import { Caller } from './caller.mjs';
import { masked } from './errors.mjs';
import { Graph, run } from './graph.mjs';
import { parserWithin } from './limits.mjs';
import { refuse } from './refuse.mjs';
import { SocketServer } from './socket_server.mjs';

const JSON_TYPE = /^application\/json\s*(;|$)/i;

/** Refusals are not kept: rubbish must not push out what is asked for again and again. */
const NOTHING_KEPT = { get: () => undefined, set: () => undefined };

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
      plugins: [operations(this.#graph, settings)],
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
      const body = await this.#bodyOf(request, response);
      if (!body) return;
      request.body = body;
    }
    await this.#yoga(request, response, { caller });
  }

  /** What was asked; undefined where that was refused already. */
  async #bodyOf(request, response) {
    // Forms and plain text can be sent by any page without asking leave first; JSON can't.
    if (!JSON_TYPE.test(request.headers['content-type'])) {
      return void refuse(response, 415, 'UNSUPPORTED_MEDIA_TYPE', 'Send the operation as application/json.');
    }
    const text = await bodyOf(request, this.#maxBytes);
    if (text === undefined) return void refuseAsTooLarge(request, response, this.#maxBytes);
    const body = parsed(text);
    if (!body) refuse(response, 400, 'BAD_REQUEST', 'The body must be a JSON object with a `query`.');
    return body;
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

/** How operations are read, judged and run: an operation of one subgraph goes to it as it came. */
function operations(graph, { limits, graphiql }) {
  const parse = parserWithin(limits);
  const runAs = (args) => {
    const subgraph = graph.answeredBy(args.document);
    if (!subgraph) return undefined;
    const { operation } = getOperationAST(args.document, args.operationName);
    return () => run(subgraph, requestOf(args, operation));
  };
  return {
    onParse: ({ setParseFn }) => setParseFn(parse),
    onValidate({ addValidationRule, setValidationFn }) {
      if (graphiql) return;
      addValidationRule(NoSchemaIntrospectionCustomRule);
      setValidationFn((schema, document, rules) => validate(schema, document, rules, { hideSuggestions: true }));
    },
    onExecute({ args, setExecuteFn }) {
      const alone = runAs(args);
      if (alone) setExecuteFn(alone);
    },
    onSubscribe({ args, setSubscribeFn }) {
      const alone = runAs(args);
      if (alone) setSubscribeFn(alone);
    },
  };
}

/** The JSON object in a text, if it is one that holds anything. */
function parsed(text) {
  try {
    const value = JSON.parse(text);
    return value && typeof value === 'object' && Object.keys(value).length ? value : undefined;
  } catch {
    return undefined;
  }
}

function requestOf({ document, variableValues, operationName, contextValue }, operationType) {
  return { document, variables: variableValues, operationName, operationType, context: contextValue };
}
