/** Passes requests and WebSocket upgrades on to another server, streaming both ways. */
import { Agent as HttpAgent, request as httpRequest } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { refuseAsTooLarge, whenLongerThan } from './body.mjs';
import { log } from './log.mjs';
import { refuse } from './refuse.mjs';

const HOP_BY_HOP = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);
const SAFE = new Set(['GET', 'HEAD', 'OPTIONS']);
const IDLE_CONNECTION_MS = 4_000;

export class Proxy {
  #base;
  #agent;
  #send;
  #timeout;
  #renamed;

  /**
   * @param {string} base where to
   * @param {number} timeout milliseconds without a byte, for requests
   * @param {(url: string) => string} renamed what a path is called there
   */
  constructor(base, timeout, renamed = (url) => url) {
    this.#base = new URL(base);
    this.#timeout = timeout;
    this.#renamed = renamed;
    const secure = this.#base.protocol === 'https:';
    const options = { keepAlive: true, timeout: IDLE_CONNECTION_MS, scheduling: 'lifo' };
    this.#agent = secure ? new HttpsAgent(options) : new HttpAgent(options);
    this.#send = secure ? httpsRequest : httpRequest;
  }

  /**
   * Passes a request on.
   *
   * `lasting` answers (Server-Sent Events) may be silent for as long as they like; a body of more than `maxBytes`
   * is refused. A used connection may be closed in the moment of the request: what can't be sent once more goes over
   * one only where `reuse` says so.
   */
  request(request, response, { lasting = false, maxBytes = Infinity, reuse = isRepeatable(request) } = {}) {
    if (Number(request.headers['content-length']) > maxBytes) return refuseAsTooLarge(request, response, maxBytes);
    const timeout = lasting ? 0 : this.#timeout;
    const upstream = this.#exchange(request, response, timeout, reuse && this.#agent);
    whenLongerThan(maxBytes, request, () => {
      request.unpipe();
      refuseAsTooLarge(request, response, maxBytes);
      upstream.destroy();
    });
    request.pipe(upstream);
  }

  /** Opens a request whose answer goes to the client. A repeatable one is sent anew if a used connection was closed. */
  #exchange(request, response, timeout, agent) {
    const upstream = this.#open(request, { ...passedOn(request.headers), ...framing(request.headers) }, agent);
    upstream.setTimeout(timeout, () => upstream.destroy(new Error('no answer in time')));
    upstream.once('error', (error) => {
      const closedMeanwhile = upstream.reusedSocket && error.code === 'ECONNRESET' && !response.headersSent;
      if (!closedMeanwhile || response.destroyed || !isRepeatable(request)) this.#failed(request, response, error);
      else this.#exchange(request, response, timeout, false).end();
    });
    upstream.once('response', (answer) => {
      response.writeHead(answer.statusCode, passedOn(answer.headers));
      response.flushHeaders();
      answer.once('error', () => response.destroy());
      answer.pipe(response);
    });
    response.once('close', () => upstream.destroy());
    return upstream;
  }

  upgrade(request, socket, head) {
    const headers = { ...passedOn(request.headers), connection: 'Upgrade', upgrade: 'websocket' };
    const upstream = this.#open(request, headers, false);
    upstream.once('error', (error) => this.#refused(socket, error));
    upstream.once('response', (answer) => {
      socket.end(`HTTP/1.1 ${answer.statusCode} ${answer.statusMessage}\r\nConnection: close\r\n\r\n`);
      answer.resume();
    });
    upstream.once('upgrade', (answer, other, otherHead) => {
      socket.write(`HTTP/1.1 101 Switching Protocols\r\n${lines(answer.rawHeaders)}\r\n`);
      join(socket, other);
      if (otherHead.length) socket.write(otherHead);
      if (head.length) other.write(head);
    });
    upstream.end();
  }

  close() {
    this.#agent.destroy();
  }

  /** The path goes on letter by letter: made a URL, `/photos/../metrics` would become another. */
  #open(request, headers, agent) {
    const { hostname, port, host } = this.#base;
    return this.#send({
      hostname: hostname.replace(/^\[|\]$/g, ''),
      port,
      path: this.#renamed(request.url),
      method: request.method,
      agent,
      headers: { ...headers, host: request.headers.host ?? host },
    });
  }

  #failed(request, response, error) {
    request.resume();
    if (response.writableEnded) return;
    if (response.headersSent || response.destroyed) return void response.destroy();
    log.warning('upstream_unavailable', { upstream: this.#base.origin, reason: error.message });
    refuse(response, 503, 'UNAVAILABLE', 'Not available right now. Please try again.', { retryAfter: 1 });
  }

  #refused(socket, error) {
    log.warning('upstream_unavailable', { upstream: this.#base.origin, reason: error.message });
    socket.end('HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nConnection: close\r\n\r\n');
  }
}

/** Whether a request changes nothing and brings no body, which would be gone after the first time. */
function isRepeatable({ method, headers }) {
  return SAFE.has(method) && !headers['transfer-encoding'] && !Number(headers['content-length']);
}

function passedOn(headers) {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !HOP_BY_HOP.has(name)));
}

/** How the body is delimited must survive being passed on. */
function framing(headers) {
  return headers['transfer-encoding'] ? { 'transfer-encoding': 'chunked' } : {};
}

function lines(rawHeaders) {
  let text = '';
  for (let at = 0; at < rawHeaders.length; at += 2) text += `${rawHeaders[at]}: ${rawHeaders[at + 1]}\r\n`;
  return text;
}

/** Two sockets that live and die together. */
function join(one, other) {
  for (const [from, to] of [
    [one, other],
    [other, one],
  ]) {
    from.setTimeout(0);
    from.setNoDelay(true);
    from.once('error', () => to.destroy());
    from.once('close', () => to.destroy());
    from.pipe(to);
  }
}
