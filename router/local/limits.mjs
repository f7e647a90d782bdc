/** How much one document may ask for, measured before it is validated. The codes are those of the subgraphs. */
import { GraphQLError, Kind, parse, visit } from 'graphql';
import { refusal } from './errors.mjs';

const BAD_REQUEST = { http: { status: 400, spec: true } };

/** A parser that refuses what is too long, too deep or too wide. */
export function parserWithin(limits) {
  return (source, options) => {
    const text = typeof source === 'string' ? source : source.body;
    if (text.length > limits.sourceLength)
      throw tooLong(`A query may be ${limits.sourceLength} characters long at most.`);
    const document = parsed(source, { ...options, maxTokens: limits.tokens });
    ensureExtent(document, limits);
    ensureCounts(document, limits);
    return document;
  };
}

function parsed(source, options) {
  try {
    return parse(source, options);
  } catch (error) {
    // The parser descends with each level, and a stack ends before tokens are counted.
    if (error instanceof RangeError) throw refusal('QUERY_TOO_DEEP', 'A query may not be that deep.', BAD_REQUEST);
    if (!(error instanceof GraphQLError)) throw error;
    if (error.message.includes('Parsing aborted'))
      throw tooLong(`A query may hold ${options.maxTokens} tokens at most.`);
    Object.assign(error.extensions, { code: 'GRAPHQL_PARSE_FAILED', ...BAD_REQUEST });
    throw error;
  }
}

/** Fragments count as often as they are spread; each is measured once. */
function ensureExtent(document, limits) {
  const fragments = new Map();
  for (const node of document.definitions) {
    if (node.kind === Kind.FRAGMENT_DEFINITION) fragments.set(node.name.value, { node });
  }
  for (const node of document.definitions) {
    const { depth, fields, aliases } = extentOf(node.selectionSet, fragments);
    if (depth > limits.depth)
      throw refusal('QUERY_TOO_DEEP', `A query may be ${limits.depth} levels deep at most.`, BAD_REQUEST);
    if (fields > limits.fields) throw tooWide(`An operation may select ${limits.fields} fields at most.`);
    if (aliases > limits.aliases) throw tooWide(`An operation may hold ${limits.aliases} aliases at most.`);
  }
}

/** Each directive and each value of a list costs validation something, wherever it stands. */
function ensureCounts(document, limits) {
  let directives = 0;
  let longest = 0;
  visit(document, {
    Directive: () => void (directives += 1),
    ListValue: ({ values }) => void (longest = Math.max(longest, values.length)),
  });
  if (directives > limits.directives)
    throw refusal('TOO_MANY_DIRECTIVES', `A document may hold ${limits.directives} directives at most.`, BAD_REQUEST);
  if (longest > limits.items)
    throw refusal('TOO_MANY_ITEMS', `A list may hold ${limits.items} items at most.`, BAD_REQUEST);
}

function extentOf(selectionSet, fragments) {
  const sum = { depth: 0, fields: 0, aliases: 0 };
  for (const selection of selectionSet?.selections ?? []) {
    const { depth, fields, aliases } = extentOfSelection(selection, fragments);
    sum.depth = Math.max(sum.depth, depth);
    sum.fields += fields;
    sum.aliases += aliases;
  }
  return sum;
}

function extentOfSelection(selection, fragments) {
  if (selection.kind === Kind.FRAGMENT_SPREAD) return extentOfFragment(fragments.get(selection.name.value), fragments);
  if (selection.kind === Kind.INLINE_FRAGMENT) return extentOf(selection.selectionSet, fragments);
  const own = { depth: 1, fields: 1, aliases: selection.alias ? 1 : 0 };
  // Introspection is deep by nature and costs the gateway alone.
  if (selection.name.value.startsWith('__')) return own;
  const { depth, fields, aliases } = extentOf(selection.selectionSet, fragments);
  return { depth: depth + 1, fields: fields + 1, aliases: aliases + own.aliases };
}

function extentOfFragment(fragment, fragments) {
  if (!fragment) return { depth: 0, fields: 0, aliases: 0 };
  if (!fragment.extent) {
    // One that spreads itself counts as nothing here: validation refuses it.
    fragment.extent = { depth: 0, fields: 0, aliases: 0 };
    fragment.extent = extentOf(fragment.node.selectionSet, fragments);
  }
  return fragment.extent;
}

function tooLong(message) {
  return refusal('QUERY_TOO_LONG', message, BAD_REQUEST);
}

function tooWide(message) {
  return refusal('QUERY_TOO_WIDE', message, BAD_REQUEST);
}
