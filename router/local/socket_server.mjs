/** GraphQL over WebSocket (graphql-transport-ws) for one face. */
import { useServer } from 'graphql-ws/use/ws';
import { WebSocketServer } from 'ws';
import { Caller, parameterReader } from './caller.mjs';
import { masked, refusal } from './errors.mjs';
import { sound } from './json.mjs';

export class SocketServer {
  #server;
  #enveloped;
  #operations;
  #idle;

  /** @param enveloped gives the functions that read and run an operation in a context */
  constructor(enveloped, { limits, times }) {
    this.#enveloped = enveloped;
    this.#operations = limits.operationsPerSocket;
    this.#idle = times.idle;
    this.#server = new WebSocketServer({ noServer: true, maxPayload: limits.messageBytes, perMessageDeflate: false });
    const protocol = {
      isProd: true,
      jsonMessageReviver: sound,
      connectionInitWaitTimeout: times.init,
      onConnect: (context) => this.#arrived(context),
      onSubscribe: (context, _id, payload) => this.#asked(context, payload),
      onComplete: (context) => this.#active(context),
      onClose: (context) => this.#left(context),
      onError: (_context, _id, _payload, errors) => errors.map((error) => withoutStatus(masked(error))),
      execute: (args) => args.execute(args),
      subscribe: (args) => args.subscribe(args),
    };
    useServer(protocol, this.#server, times.ping);
  }

  upgrade(request, socket, head) {
    this.#server.handleUpgrade(request, socket, head, (client) => this.#server.emit('connection', client, request));
  }

  close() {
    for (const client of this.#server.clients) client.close(1001, 'Going away');
  }

  #arrived(context) {
    const { socket, request } = context.extra;
    const initially = parameterReader(context.connectionParams);
    const said = (name) => initially(name) ?? request.headers[name];
    context.extra.caller = new Caller(said, request.headers['x-forwarded-for'], (code, reason) =>
      socket.close(code, reason),
    );
    this.#active(context);
  }

  async #asked(context, { query, variables, operationName }) {
    this.#active(context);
    try {
      this.#ensureRoom(context);
      const { schema, parse, validate, execute, subscribe, contextFactory } = this.#enveloped({
        caller: context.extra.caller,
      });
      const document = parse(query);
      const errors = validate(schema, document);
      if (errors.length) return errors;
      const contextValue = await contextFactory();
      return { schema, document, operationName, variableValues: variables, contextValue, execute, subscribe };
    } catch (error) {
      return [masked(error)];
    }
  }

  #ensureRoom(context) {
    if (Object.keys(context.subscriptions).length <= this.#operations) return;
    throw refusal('TOO_MANY_OPERATIONS', `A connection may run ${this.#operations} operations at once.`);
  }

  /** Puts off the end of a socket on which nothing runs. One that is busy then is looked at when it next completes. */
  #active(context) {
    const { extra } = context;
    clearTimeout(extra.idle);
    // Operations that its end has ended complete after it.
    if (extra.socket.readyState !== extra.socket.OPEN) return;
    extra.idle = setTimeout(() => {
      if (!Object.keys(context.subscriptions).length) extra.socket.close(1000, 'Nothing was asked for a while');
    }, this.#idle);
  }

  #left({ extra }) {
    clearTimeout(extra.idle);
    extra.caller?.leave();
  }
}

/** An error as the client reads it: what HTTP would do with it concerns HTTP. */
function withoutStatus(error) {
  const { extensions, ...rest } = error.toJSON();
  const { http: _, ...told } = extensions ?? {};
  return { ...rest, extensions: told };
}
