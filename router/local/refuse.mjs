/** An answer that is a refusal, in the form every GraphQL client reads. */
export function refuse(response, status, code, message, details = {}) {
  const retry = details.retryAfter ? { 'retry-after': String(details.retryAfter) } : {};
  response.writeHead(status, { 'content-type': 'application/json', ...retry });
  response.end(JSON.stringify({ errors: [{ message, extensions: { code, ...details } }] }));
}
