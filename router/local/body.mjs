/** What requests bring: bodies no longer than they may be, and parameters in the address. */
import { read, sound } from './json.mjs';
import { refuse } from './refuse.mjs';

const JSON_TYPE = /^application\/json\s*(;|$)/i;
const CHARSET = /;\s*charset\s*=\s*"?([^";\s]*)/i;

/** The JSON object a request brings; undefined where it brings none, which is then refused already. */
export async function jsonOf(request, response, maxBytes) {
  // Forms and plain text can be sent by any page without asking leave first; JSON can't.
  if (!isJson(request.headers['content-type'])) {
    return void refuse(response, 415, 'UNSUPPORTED_MEDIA_TYPE', 'Send the operation as application/json.');
  }
  if (Number(request.headers['content-length']) > maxBytes) return void refuseAsTooLarge(request, response, maxBytes);
  const bytes = await bytesOf(request, maxBytes);
  if (!bytes) return void refuseAsTooLarge(request, response, maxBytes);
  const value = parsed(bytes);
  if (!value) refuse(response, 400, 'BAD_REQUEST', 'The body must be a JSON object with a `query`.');
  return value;
}

/** Whether the variables and extensions in an address are JSON; refused already where they are not. */
export function hasReadableParameters(request, response) {
  const given = new URL(request.url, 'http://localhost').searchParams;
  try {
    for (const name of ['variables', 'extensions']) if (given.get(name)) JSON.parse(given.get(name), sound);
    return true;
  } catch {
    refuse(response, 400, 'BAD_REQUEST', '`variables` and `extensions` must be JSON.');
    return false;
  }
}

function isJson(type = '') {
  const [, charset = 'utf-8'] = CHARSET.exec(type) ?? [];
  return JSON_TYPE.test(type) && charset.toLowerCase() === 'utf-8';
}

/** The body; undefined where it is longer than it may be. */
function bytesOf(request, maxBytes) {
  return new Promise((resolve, reject) => {
    const chunks = [];
    const keep = (chunk) => chunks.push(chunk);
    request.on('data', keep);
    whenLongerThan(maxBytes, request, () => {
      request.off('data', keep);
      resolve(undefined);
    });
    request.once('error', reject);
    request.once('end', () => resolve(Buffer.concat(chunks)));
  });
}

/** The JSON object that bytes say, if it is one that holds anything. */
function parsed(bytes) {
  try {
    const value = read(bytes);
    return value && typeof value === 'object' && Object.keys(value).length ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Calls `then` once more than `maxBytes` have come. */
export function whenLongerThan(maxBytes, request, then) {
  let bytes = 0;
  const count = (chunk) => {
    bytes += chunk.length;
    if (bytes <= maxBytes) return;
    request.off('data', count);
    then();
  };
  request.on('data', count);
}

/** The rest is read and thrown away: a client that still sends does not hear a refusal on a connection cut off. */
export function refuseAsTooLarge(request, response, maxBytes) {
  refuse(response, 413, 'BODY_TOO_LARGE', `A request may be ${maxBytes} bytes long at most.`);
  request.resume();
}
