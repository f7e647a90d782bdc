/** Refusals over HTTP, in the form every GraphQL client reads. */
export function refusalOf(code, message, details = {}) {
  return { errors: [{ message, extensions: { code, ...details } }] };
}

export function refuse(response, status, code, message, details = {}) {
  const retry = details.retryAfter ? { 'retry-after': String(details.retryAfter) } : {};
  response.writeHead(status, { 'content-type': 'application/json', ...retry });
  response.end(JSON.stringify(refusalOf(code, message, details)));
}

/** What could not be read as a request has no response to write to. */
export function refuseUnread(error, socket) {
  if (error.code === 'ECONNRESET' || !socket.writable) return socket.destroy();
  const [status, code, message] =
    error.code === 'HPE_HEADER_OVERFLOW'
      ? ['431 Request Header Fields Too Large', 'HEADERS_TOO_LARGE', 'The address and the headers are too long.']
      : ['400 Bad Request', 'BAD_REQUEST', 'This is no HTTP request.'];
  const body = JSON.stringify(refusalOf(code, message));
  const headers = `Content-Type: application/json\r\nContent-Length: ${body.length}\r\nConnection: close`;
  socket.end(`HTTP/1.1 ${status}\r\n${headers}\r\n\r\n${body}`);
}
