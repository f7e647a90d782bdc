/** A supergraph made executable over its subgraphs, and who answers which operation. */
import { getStitchedSchemaFromSupergraphSdl } from '@graphql-tools/federation';
import { Kind, parse, print, validate, visit } from 'graphql';
import { Subgraph } from './subgraph.mjs';

export class Graph {
  #composed;
  #parts = [];
  #answeredBy = new WeakMap();

  /** @param {string} sdl the supergraph @param settings where subgraphs are, how long they may take */
  constructor(sdl, settings) {
    this.#composed = composedGraphs(sdl);
    this.schema = getStitchedSchemaFromSupergraphSdl({
      supergraphSdl: sdl,
      batch: true,
      onSubschemaConfig: (config) => this.#add(config, settings),
    });
  }

  /** The one subgraph that can answer all of a document by itself, if there is one. Remembered with the document. */
  answeredBy(document) {
    let answer = this.#answeredBy.get(document);
    if (answer === undefined) this.#answeredBy.set(document, (answer = this.#soleAnswerer(document) ?? null));
    return answer;
  }

  close() {
    for (const { subgraph } of this.#parts) subgraph.close();
  }

  #add(config, { subgraphs, times, limits }) {
    const name = config.name.toLowerCase();
    const { origin, pathname } = new URL(config.endpoint);
    const url = `${subgraphs[name] ?? origin}${pathname}`;
    const subgraph = new Subgraph({ name, url, timeout: times.subgraph, maxSockets: limits.subgraphSockets });
    config.executor = (request) => run(subgraph, request);
    this.#parts.push({ subgraph, schema: config.schema, whole: !this.#composed.has(config.name) });
  }

  #soleAnswerer(document) {
    if (asksTheGateway(document)) return undefined;
    return this.#parts.find(({ schema, whole }) => whole && answers(schema, document))?.subgraph;
  }
}

/** Sends one operation to one subgraph, in the name of the context's caller. */
export function run(subgraph, { document, variables, operationName, operationType, context }) {
  const { headers, sockets } = context.caller;
  const payload = { query: textOf(document), variables, operationName };
  return operationType === 'subscription' ? sockets.subscribe(subgraph, payload) : subgraph.execute(payload, headers);
}

const texts = new WeakMap();

function textOf(document) {
  let text = texts.get(document);
  if (!text) texts.set(document, (text = document.loc?.source.body ?? print(document)));
  return text;
}

/** Subgraphs with fields that need others' (`requires`) or are others' (`external`): their own schema does not tell. */
function composedGraphs(sdl) {
  const found = new Set();
  visit(parse(sdl, { noLocation: true }), {
    Directive({ name, arguments: given }) {
      if (name.value !== 'join__field') return;
      const values = Object.fromEntries(given.map((argument) => [argument.name.value, argument.value.value]));
      if (values.requires || values.external) found.add(values.graph);
    },
  });
  return found;
}

/** Validation alone lets pass what is asked of a root type that a schema has not. */
function answers(schema, document) {
  const operations = document.definitions.filter(({ kind }) => kind === Kind.OPERATION_DEFINITION);
  return operations.every(({ operation }) => schema.getRootType(operation)) && validate(schema, document).length === 0;
}

function asksTheGateway(document) {
  return document.definitions.some(({ selectionSet }) =>
    selectionSet?.selections.some(({ kind, name }) => kind === Kind.FIELD && name.value.startsWith('__')),
  );
}
