/** One face that Apollo Router and Hive Router answer: the one requests, the other what lasts. */
import { Proxy } from './proxy.mjs';

export class RoutedFace {
  #requests;
  #subscriptions;
  #maxBytes;

  constructor({ apollo, hive, path }, { times, limits }) {
    this.#maxBytes = limits.bodyBytes;
    this.#requests = new Proxy(apollo, times.router);
    // Hive Router serves every face on one path; Apollo Router is told its face's.
    this.#subscriptions = hive ? new Proxy(hive, times.router, (url) => url.replace(path, '/graphql')) : this.#requests;
  }

  request(request, response) {
    const lasting = (request.headers.accept ?? '').includes('text/event-stream');
    const options = { lasting, maxBytes: this.#maxBytes, reuse: true };
    (lasting ? this.#subscriptions : this.#requests).request(request, response, options);
  }

  upgrade(request, socket, head) {
    this.#subscriptions.upgrade(request, socket, head);
  }

  close() {
    this.#requests.close();
    this.#subscriptions.close();
  }
}
