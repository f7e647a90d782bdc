/** The one address clients know: the graphs, what else subgraphs serve to the world, and whether all is ready. */
import { createServer } from 'node:http';
import { Gateway } from './gateway.mjs';
import { asksForPage, GraphiQLPage } from './graphiql.mjs';
import { log } from './log.mjs';
import { Proxy } from './proxy.mjs';
import { notReady } from './readiness.mjs';
import { refuse, refuseUnread } from './refuse.mjs';
import { RoutedFace } from './routed_face.mjs';
import { RushPage } from './rush_page.mjs';

/** Plain HTTP that clients and payment providers need, by the subgraph that serves it. */
const SERVED_BY = {
  '/webhooks/': 'payment',
  '/checkout/': 'payment',
  '/photos/': 'accommodation',
  '/uploads/': 'accommodation',
  '/.well-known/jwks.json': 'account',
  '/account/': 'account',
};

export class Entrance {
  #settings;
  #server;
  #faces;
  #pages;
  #rush;
  #proxies;

  constructor(settings) {
    this.#settings = settings;
    this.#faces = new Map(settings.faces.map((face) => [face.path, faceOf(face, settings)]));
    this.#pages = new Map(settings.graphiql ? settings.faces.map((face) => [face.path, new GraphiQLPage(face)]) : []);
    this.#rush = settings.rushPage && new RushPage(settings.rushPage);
    this.#proxies = new Map(
      Object.entries(settings.subgraphs).map(([name, base]) => [name, new Proxy(base, settings.times.router)]),
    );
    this.#server = createServer({ keepAliveTimeout: 65_000, requestTimeout: settings.times.router });
    this.#server.maxConnections = settings.limits.connections;
    this.#server.on('request', (request, response) =>
      this.#request(request, response).catch((error) => failed(response, error)),
    );
    this.#server.on('clientError', refuseUnread);
    this.#server.on('upgrade', (request, socket, head) => this.#upgrade(request, socket, head));
  }

  listen() {
    const { host, port } = this.#settings;
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen({ host, port, backlog: 4_096 }, () => resolve(this.#server.address()));
    });
  }

  /** Takes nobody in any more, ends subscriptions, lets requests finish. */
  async stop() {
    const stopped = new Promise((resolve) => this.#server.close(resolve));
    for (const face of this.#faces.values()) face.close();
    const sweeping = setInterval(() => this.#server.closeIdleConnections(), 50);
    const impatience = setTimeout(() => this.#server.closeAllConnections(), this.#settings.times.stop);
    await stopped;
    clearInterval(sweeping);
    clearTimeout(impatience);
    for (const proxy of this.#proxies.values()) proxy.close();
  }

  async #request(request, response) {
    this.#locate(request);
    const path = pathOf(request);
    const face = this.#faces.get(path);
    const page = this.#pages.get(path);
    if (page && asksForPage(request)) return page.send(response);
    if (face) return face.request(request, response);
    if (path === '/healthz') return answer(response, 200, { status: 'alive' });
    if (path === '/readyz') return this.#ready(response);
    if (this.#rush && path.startsWith('/rush/')) return this.#rush.request(request, response, path);
    const proxy = this.#servedBy(path);
    if (proxy) return proxy.request(request, response);
    return refuse(response, 404, 'NOT_FOUND', 'Nothing is here.');
  }

  #upgrade(request, socket, head) {
    socket.on('error', () => socket.destroy());
    this.#locate(request);
    const face = this.#faces.get(pathOf(request));
    if (face) return face.upgrade(request, socket, head);
    socket.end('HTTP/1.1 404 Not Found\r\nConnection: close\r\n\r\n');
  }

  async #ready(response) {
    const missing = await notReady(this.#settings);
    const ready = !Object.keys(missing).length;
    answer(response, ready ? 200 : 503, ready ? { status: 'ready' } : { status: 'not ready', missing });
  }

  #servedBy(path) {
    const prefix = Object.keys(SERVED_BY).find((each) => (each.endsWith('/') ? path.startsWith(each) : path === each));
    return prefix && this.#proxies.get(SERVED_BY[prefix]);
  }

  /** Says where the client is. Its own word for it counts only behind a proxy that is trusted to have set it. */
  #locate(request) {
    const told = this.#settings.behindProxy && request.headers['x-forwarded-for'];
    const address = request.socket.remoteAddress ?? '';
    request.headers['x-forwarded-for'] = told ? `${told}, ${address}` : address;
  }
}

function faceOf(face, settings) {
  return face.apollo ? new RoutedFace(face, settings) : new Gateway(face, settings);
}

function pathOf(request) {
  return request.url.split('?', 1)[0];
}

function answer(response, status, body) {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}

function failed(response, error) {
  if (response.destroyed) return; // the client is gone, which is no fault of ours
  log.error('request_failed', { reason: error.stack });
  if (response.headersSent) response.destroy();
  else refuse(response, 500, 'INTERNAL', 'Internal error');
}
