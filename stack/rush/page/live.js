/** A subscription that stays: over graphql-transport-ws, opened again by itself whenever it is cut. */
import { SessionOver } from './session.js';

const PROTOCOL = 'graphql-transport-ws';
const PING_MS = 5_000;
const SILENCE_MS = 8_000;
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 10_000;
const TOKEN_REFUSED = new Set([4401, 4403]);
/** What asking again does not change. */
const FINAL = new Set(['NOT_FOUND', 'INVALID_INPUT', 'FORBIDDEN']);

export class Live {
  #address;
  #operation;
  #session;
  #on;
  #socket;
  #timers = [];
  #failures = 0;
  #tokenRefused = false;
  #isFirst;
  #heardAt = 0;

  /**
   * @param {object} on what is told: `data(data, isFirst)` (first of its connection), `roundTrip(ms)`, `lost(retryAt)`,
   *   `refused(code)`, `over()`
   */
  constructor({ path, query, variables, session, on }) {
    this.#address = `${location.origin.replace(/^http/, 'ws')}${path}`;
    this.#operation = { query, variables };
    this.#session = session;
    this.#on = on;
  }

  async open() {
    this.#drop();
    const socket = (this.#socket = {}); // stands for the attempt until there is a socket
    let token;
    try {
      token = await this.#session.token(this.#tokenRefused);
    } catch (error) {
      if (this.#socket !== socket) return;
      return error instanceof SessionOver ? this.#end(() => this.#on.over()) : this.#again();
    }
    if (this.#socket === socket) this.#connect(token);
  }

  /** Tries at once what would be tried later. */
  hurry() {
    if (this.#socket === undefined && this.#timers.length) this.open();
  }

  close() {
    this.#drop();
  }

  #connect(token) {
    const socket = (this.#socket = new WebSocket(this.#address, PROTOCOL));
    this.#isFirst = true;
    this.#expectWord();
    socket.onopen = () => send(socket, { type: 'connection_init', payload: { Authorization: `Bearer ${token}` } });
    socket.onmessage = ({ data }) => this.#hear(socket, JSON.parse(data));
    socket.onclose = ({ code }) => this.#lost(TOKEN_REFUSED.has(code));
  }

  #hear(socket, message) {
    this.#heardAt = performance.now();
    if (message.type === 'connection_ack') this.#subscribe(socket);
    else if (message.type === 'next') this.#next(message.payload);
    else if (message.type === 'error') this.#refused(message.payload[0]);
    else if (message.type === 'complete') this.#lost();
    else if (message.type === 'ping') send(socket, { type: 'pong' });
  }

  #subscribe(socket) {
    send(socket, { type: 'subscribe', id: '1', payload: this.#operation });
    this.#ping(socket);
    this.#every(PING_MS, () => this.#ping(socket));
  }

  #ping(socket) {
    const sentAt = this.#expectWord();
    const answered = ({ data }) => {
      if (JSON.parse(data).type !== 'pong') return;
      socket.removeEventListener('message', answered);
      this.#on.roundTrip(performance.now() - sentAt);
    };
    socket.addEventListener('message', answered);
    send(socket, { type: 'ping' });
  }

  /** From now on somebody has to say something, within a while. */
  #expectWord() {
    const since = performance.now();
    const timer = setTimeout(() => this.#heardAt >= since || this.#lost(), SILENCE_MS);
    this.#timers.push(() => clearTimeout(timer));
    return since;
  }

  #next({ data, errors }) {
    if (errors?.length) return this.#refused(errors[0]);
    this.#failures = 0;
    this.#tokenRefused = false;
    this.#on.data(data, this.#isFirst);
    this.#isFirst = false;
  }

  #refused({ extensions = {} }) {
    if (FINAL.has(extensions.code)) this.#end(() => this.#on.refused(extensions.code));
    // Routers say it so where the subgraph has closed the socket on them: the token may have run out.
    else this.#lost(extensions.code === 'UNAUTHENTICATED' || String(extensions.code).startsWith('SUBGRAPH_WEBSOCKET_'));
  }

  #lost(tokenRefused = false) {
    this.#tokenRefused ||= tokenRefused;
    this.#again();
  }

  /** A token that was refused is renewed at once; all else waits longer each time, and not all pages equally long. */
  #again() {
    this.#drop();
    const wait = Math.min(FIRST_WAIT_MS * 2 ** this.#failures, LONGEST_WAIT_MS) * (0.5 + Math.random() / 2);
    const delay = this.#tokenRefused && !this.#failures ? 0 : wait;
    this.#failures += 1;
    if (delay) this.#on.lost(Date.now() + delay);
    const timer = setTimeout(() => this.open(), delay);
    this.#timers.push(() => clearTimeout(timer));
  }

  #end(tell) {
    this.#drop();
    tell();
  }

  #every(ms, deed) {
    const timer = setInterval(deed, ms);
    this.#timers.push(() => clearInterval(timer));
  }

  #drop() {
    for (const stop of this.#timers.splice(0)) stop();
    const socket = this.#socket;
    this.#socket = undefined;
    if (!(socket instanceof WebSocket)) return;
    socket.onmessage = socket.onclose = socket.onopen = null;
    socket.close(1000);
  }
}

function send(socket, message) {
  if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message));
}
