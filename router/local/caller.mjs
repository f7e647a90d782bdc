/** Who asks, as far as subgraphs are told: the client's token, its address and its trace, and nothing else. */
import { randomUUID } from 'node:crypto';
import { ClientSockets } from './sockets.mjs';

const TRACE = /^[\da-f]{2}-[\da-f]{32}-[\da-f]{16}-[\da-f]{2}$/;

/** One client, for as long as its request or its socket lasts. */
export class Caller {
  /**
   * @param {(name: string) => string | null | undefined} said reads a header the client sent, by lower-case name
   * @param {string} address where it connects from
   * @param {(code: number, reason: string) => void} [onTokenRefused] called when a subgraph takes the token no longer
   */
  constructor(said, address, onTokenRefused) {
    this.headers = headersFor(said, address);
    this.sockets = new ClientSockets(this.headers, onTokenRefused);
  }

  leave() {
    this.sockets.close();
  }
}

function headersFor(said, address) {
  const trace = said('traceparent');
  const known = trace && TRACE.test(trace);
  const headers = { 'x-forwarded-for': address, traceparent: known ? trace : newTrace() };
  const state = known && said('tracestate');
  const token = said('authorization');
  if (state) headers.tracestate = state;
  if (token) headers.authorization = token;
  return headers;
}

function newTrace() {
  const digits = () => randomUUID().replaceAll('-', '');
  return `00-${digits()}-${digits().slice(0, 16)}-01`;
}

/** Reads what `connection_init` brought the way headers are read: names without regard to case, strings only. */
export function parameterReader(parameters) {
  const found = new Map(Object.entries(parameters ?? {}).map(([name, value]) => [name.toLowerCase(), value]));
  return (name) => (typeof found.get(name) === 'string' ? found.get(name) : undefined);
}
