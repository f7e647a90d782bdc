/** One face of the graph, served over HTTP, Server-Sent Events and WebSocket. */
import { readFileSync } from 'node:fs';
import { getOperationAST, NoSchemaIntrospectionCustomRule, validate } from 'graphql';
import { createYoga } from 'graphql-yoga';
import { Caller } from './caller.mjs';
import { masked } from './errors.mjs';
import { Graph, run } from './graph.mjs';
import { parserWithin } from './limits.mjs';
import { SocketServer } from './socket_server.mjs';

/** Refusals are not kept: rubbish must not push out what is asked for again and again. */
const NOTHING_KEPT = { get: () => undefined, set: () => undefined };

export class Gateway {
  #graph;
  #yoga;
  #sockets;
  #callers = new Set();

  constructor(face, settings) {
    this.#graph = new Graph(readFileSync(face.supergraph, 'utf8'), settings);
    this.#yoga = createYoga({
      schema: this.#graph.schema,
      graphqlEndpoint: face.path,
      plugins: [operations(this.#graph, settings)],
      maskedErrors: { maskError: masked },
      parserAndValidationCache: { errorCache: NOTHING_KEPT },
      maxRequestBodySize: settings.limits.bodyBytes,
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
    // Only the end of a body of unknown length tells where the next request begins, and a refusal comes before it.
    if (request.headers['transfer-encoding']) response.shouldKeepAlive = false;
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
    onRequestParse({ request, setRequestParser }) {
      // Forms and plain text can be sent by any page without asking; JSON can't.
      if (request.method === 'POST' && !isJson(request.headers.get('content-type'))) setRequestParser(undefined);
    },
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

function isJson(type) {
  return /^application\/json\s*(;|$)/i.test(type ?? '');
}

function requestOf({ document, variableValues, operationName, contextValue }, operationType) {
  return { document, variables: variableValues, operationName, operationType, context: contextValue };
}
