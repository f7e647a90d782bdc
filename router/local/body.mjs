/** Bodies of requests, no longer than they may be. */
import { refuse } from './refuse.mjs';

/** The body as text; undefined where it is longer than `maxBytes`. */
export async function bodyOf(request, maxBytes) {
  if (Number(request.headers['content-length']) > maxBytes) return undefined;
  return new Promise((resolve, reject) => {
    const chunks = [];
    const keep = (chunk) => chunks.push(chunk);
    request.on('data', keep);
    whenLongerThan(maxBytes, request, () => {
      request.off('data', keep);
      resolve(undefined);
    });
    request.once('error', reject);
    request.once('end', () => resolve(Buffer.concat(chunks).toString()));
  });
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
  refuse(response, 413, 'PAYLOAD_TOO_LARGE', `A request may be ${maxBytes} bytes long at most.`);
  request.resume();
}
