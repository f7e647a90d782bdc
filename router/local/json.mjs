/** JSON that goes on to subgraphs as it came. */

const DEEPEST = 500;
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The value that bytes in UTF-8 say. Throws where they say none, or one that could not be written again. */
export function read(bytes) {
  return JSON.parse(utf8.decode(bytes), sound);
}

/** A reviver: `1e999` is read as infinite and would be written as null, and what is too deep not at all. */
export function sound(key, value) {
  if (key === '' && !isSound(value, DEEPEST)) throw new SyntaxError('This can be read, and not be written again.');
  return value;
}

function isSound(value, levels) {
  if (typeof value === 'number') return Number.isFinite(value);
  if (!value || typeof value !== 'object') return true;
  return levels > 0 && Object.values(value).every((each) => isSound(each, levels - 1));
}
