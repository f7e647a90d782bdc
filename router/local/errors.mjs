/** What clients see of errors: a subgraph's as it coded them, the gateway's own refusals, anything else masked. */
import { randomUUID } from 'node:crypto';
import { GraphQLError, Kind } from 'graphql';
import { log } from './log.mjs';

const RETRY_AFTER_SECONDS = 1;

/** A GraphQL error of the gateway's own. */
export function refusal(code, message, extensions = {}) {
  return new GraphQLError(message, { extensions: { code, ...extensions } });
}

/** A subgraph gave no answer; why is for the log only. */
export function unavailable(subgraph, reason) {
  log.warning('subgraph_unavailable', { subgraph, reason: String(reason?.message ?? reason) });
  return refusal('UNAVAILABLE', 'Not available right now. Please try again.', { retryAfter: RETRY_AFTER_SECONDS });
}

/** An error as a subgraph sent it, without its places: they are in a document the client may never have seen. */
export function fromSubgraph({ message, path, extensions }) {
  return new GraphQLError(String(message), { path, extensions });
}

/** The error for the client: as it is where it has a code, else INTERNAL with an id that is in the log. */
export function masked(error) {
  if (error instanceof GraphQLError && error.extensions?.code) return error;
  if (isAboutTheQuery(error)) return coded(error, 'INVALID_INPUT');
  const id = randomUUID();
  const cause = error.originalError ?? error;
  log.error('internal_error', { error_id: id, path: error.path?.join('.'), reason: cause.stack ?? String(cause) });
  return new GraphQLError('Internal error', { path: error.path, extensions: { code: 'INTERNAL', id } });
}

/** Variables that don't fit, found before anything ran: such errors point into the query and not into the answer. */
function isAboutTheQuery(error) {
  if (!(error instanceof GraphQLError) || !error.nodes?.length || error.path) return false;
  // A type that refuses a variable's value is the cause of the error that points to the variable.
  return !error.originalError || error.nodes.every(({ kind }) => kind === Kind.VARIABLE_DEFINITION);
}

function coded(error, code) {
  const { nodes, source, positions } = error;
  return new GraphQLError(error.message, { nodes, source, positions, extensions: { code } });
}
