/** The GraphiQL page of a face: complete in itself, with example operations and a place for the token. */
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';

const EXAMPLES = { public: 'examples.graphql', admin: 'examples.admin.graphql' };
const TITLES = { public: 'Overthere', admin: 'Back office' };
/** Monaco runs its workers from blobs and compiles nothing at run time. */
const POLICY = [
  "default-src 'none'",
  "script-src 'unsafe-inline' blob:",
  'worker-src blob:',
  "style-src 'unsafe-inline'",
  'img-src data:',
  'font-src data:',
  "connect-src 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

export function asksForPage(request) {
  return request.method === 'GET' && (request.headers.accept ?? '').includes('text/html');
}

export class GraphiQLPage {
  #face;
  #compressed;

  constructor(face) {
    this.#face = face;
  }

  async send(response) {
    this.#compressed ??= this.#render();
    const page = await this.#compressed;
    response.writeHead(200, {
      'content-type': 'text/html; charset=utf-8',
      'content-encoding': 'gzip',
      'content-length': page.length,
      'content-security-policy': POLICY,
      'cache-control': 'no-cache',
    });
    response.end(page);
  }

  /** Made when it is first asked for: the editor alone is 9 MB. */
  async #render() {
    const { renderGraphiQL } = await import('@graphql-yoga/render-graphiql');
    const page = renderGraphiQL({
      title: TITLES[this.#face.name],
      defaultTabs: examplesOf(this.#face),
      method: 'POST',
      subscriptionsProtocol: 'SSE',
      shouldPersistHeaders: false,
    });
    return promisify(gzip)(page.trimStart().replace('<head>', () => `<head>${beside('token_bar.html')}`));
  }
}

/** One tab for each operation of the face's file of examples, with days that are still to come. */
function examplesOf({ name }) {
  const days = { TODAY: inDays(0), CHECK_IN: inDays(30), CHECK_OUT: inDays(32) };
  return beside(EXAMPLES[name])
    .replaceAll(/TODAY|CHECK_IN|CHECK_OUT/g, (word) => days[word])
    .split(/^---$/m)
    .map((query) => ({ query: query.trim() }));
}

function inDays(days) {
  return new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
}

function beside(file) {
  return readFileSync(new URL(file, import.meta.url), 'utf8');
}
