/** The sockets to subgraphs that one client's subscriptions need: one each, with that client's token. */
import { fromSubgraph, refusal, unavailable } from './errors.mjs';
import { answerOf, TOKEN_CODES } from './subgraph.mjs';

export class ClientSockets {
  #headers;
  #onTokenRefused;
  #sockets = new Map();

  /** @param {(code: number, reason: string) => void} onTokenRefused called when a subgraph takes the token no longer */
  constructor(headers, onTokenRefused = () => {}) {
    this.#headers = headers;
    this.#onTokenRefused = onTokenRefused;
  }

  subscribe(subgraph, payload) {
    return following(this.#socketTo(subgraph).iterate(payload), (error) => this.#ended(subgraph, error));
  }

  close() {
    for (const socket of this.#sockets.values()) socket.dispose();
    this.#sockets.clear();
  }

  #socketTo(subgraph) {
    let socket = this.#sockets.get(subgraph);
    if (!socket) this.#sockets.set(subgraph, (socket = subgraph.socket(this.#headers)));
    return socket;
  }

  /** The errors to send for what ended a subscription: the subgraph's refusal, or its socket's end. */
  #ended(subgraph, error) {
    if (Array.isArray(error)) return error.map(fromSubgraph);
    if (!TOKEN_CODES.has(error?.code))
      return [unavailable(subgraph.name, error?.reason || error?.message || error?.code)];
    this.#onTokenRefused(error.code, String(error.reason));
    return [refusal('UNAUTHENTICATED', 'The token is no longer good. Please connect again with another one.')];
  }
}

/**
 * What the subgraph sends, ended by errors as a last result.
 *
 * Not a generator: its `return` would wait for the next event of a subscription that may have none.
 */
function following(iterator, errorsOf) {
  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    next: () =>
      iterator.next().then(
        ({ value, done }) => (done ? { value, done } : { value: answerOf(value), done }),
        (error) => ({ value: { data: null, errors: errorsOf(error) }, done: false }),
      ),
    return: (value) => iterator.return(value),
    throw: (error) => iterator.throw(error),
  };
}
