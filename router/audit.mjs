#!/usr/bin/env node
/**
 * Asks GraphQL servers all that "GraphQL over HTTP" demands and recommends, and says what they don't do.
 *
 *   node router/audit.mjs http://127.0.0.1:4000/graphql …
 */
import { auditServer } from 'graphql-http';

let failed = false;
for (const url of process.argv.slice(2)) {
  const results = await auditServer({ url });
  const failures = results.filter(({ status }) => status !== 'ok');
  failed ||= failures.length > 0 || results.length === 0;
  console.log(`${url} passes ${results.length - failures.length} of ${results.length}`);
  for (const { id, name, reason } of failures) console.log(`  ${id} ${name}: ${reason}`);
}
process.exitCode = failed ? 1 : 0;
