/** A question to the graph over HTTP. */

const PATIENCE_MS = 20_000;

/** What the graph refused, with its code. */
export class Refusal extends Error {
  constructor({ message, extensions = {} }) {
    super(message);
    this.code = extensions.code ?? 'UNKNOWN';
    this.retryAfter = extensions.retryAfter;
  }
}

/** The data; a Refusal where the graph said no, any other error where nobody answered. */
export async function ask(path, query, variables, token) {
  const headers = { 'content-type': 'application/json', accept: 'application/json' };
  if (token) headers.authorization = `Bearer ${token}`;
  const response = await fetch(path, {
    method: 'POST',
    headers,
    body: JSON.stringify({ query, variables }),
    credentials: 'omit',
    cache: 'no-store',
    signal: AbortSignal.timeout(PATIENCE_MS),
  });
  const { data, errors } = await response.json();
  if (errors?.length) throw new Refusal(errors[0]);
  return data;
}
