/** The page on which a rush is watched: whole in itself, and allowed to talk to this server alone. */
import { readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { refuse } from './refuse.mjs';

const PAGE = 'index.html';
const TYPES = { '.html': 'text/html', '.css': 'text/css', '.js': 'text/javascript' };
/** No form is ever sent: a password must not get into an address, not even where the script failed. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  'img-src data:',
  "form-action 'none'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

export class RushPage {
  #files;

  /** @param {string} folder all that the page consists of */
  constructor(folder) {
    const names = readdirSync(folder).filter((name) => TYPES[extname(name)]);
    this.#files = new Map(names.map((name) => [name, readFileSync(join(folder, name))]));
  }

  /** Answers `/rush/<event>` with the page, and `/rush/<file>` with a file of it. */
  request(request, response, path) {
    const asked = path.slice('/rush/'.length);
    if (!asked || asked.includes('/') || !['GET', 'HEAD'].includes(request.method))
      return refuse(response, 404, 'NOT_FOUND', 'Nothing is here.');
    const name = this.#files.has(asked) ? asked : PAGE;
    const body = this.#files.get(name);
    response.writeHead(200, {
      'content-type': `${TYPES[extname(name)]}; charset=utf-8`,
      'content-length': body.length,
      'content-security-policy': POLICY,
      'cache-control': 'no-cache',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
    });
    response.end(request.method === 'HEAD' ? undefined : body);
  }
}
