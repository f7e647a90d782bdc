/** Lines of JSON on stdout. Nothing a client sent is ever logged, so no token can be. */

function write(level, event, details = {}) {
  process.stdout.write(`${JSON.stringify({ timestamp: new Date().toISOString(), level, event, ...details })}\n`);
}

export const log = {
  info: (event, details) => write('info', event, details),
  warning: (event, details) => write('warning', event, details),
  error: (event, details) => write('error', event, details),
};
