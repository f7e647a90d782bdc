/** What one subgraph refers to and another does not know is null, which routers do not call an error. */
import { log } from './log.mjs';

/** An answer without the errors of what was unknown; where nothing is left of it, they are all there is to tell. */
export function withoutUnknown(result) {
  if (!result.errors || !result.data) return result;
  const { errors, ...answer } = result;
  const unknown = errors.filter(isOfUnknown);
  if (!unknown.length) return result;
  log.warning('entity_unknown', { path: unknown[0].path.join('.'), times: unknown.length });
  const told = errors.filter((error) => !unknown.includes(error));
  return told.length ? { ...answer, errors: told } : answer;
}

/** Stitching makes all fields of an unknown entity null, those that never are too; errors of subgraphs have codes. */
function isOfUnknown({ message, path, extensions }) {
  return path && !extensions?.code && message.startsWith('Cannot return null for non-nullable field');
}
