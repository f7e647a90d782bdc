/** The GraphiQL page of a face: complete in itself, with example operations and a place for the token. */
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';

const EXAMPLES = { public: 'examples.graphql', admin: 'examples.admin.graphql' };
const TITLES = { public: 'Overthere', admin: 'Overthere back office' };
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
      headers: JSON.stringify({ Authorization: '' }, null, 2),
      subscriptionsProtocol: 'SSE',
      shouldPersistHeaders: false,
    });
    return promisify(gzip)(page.trimStart());
  }
}

/** One tab for each operation of the face's file of examples. */
function examplesOf({ name }) {
  const text = readFileSync(new URL(EXAMPLES[name], import.meta.url), 'utf8');
  return text.split(/^---$/m).map((query) => ({ query: query.trim() }));
}
