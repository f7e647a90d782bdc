#!/usr/bin/env node
/**
 * Composes subgraph schemas into the supergraphs that every gateway serves.
 *
 *   node router/compose.mjs                         both faces, written to router/
 *   node router/compose.mjs --check                 both faces, compared with what is committed
 *   node router/compose.mjs FILE.yaml OUT.graphql   another list of subgraphs
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { composeServices } from '@theguild/federation-composition';
import { parse } from 'graphql';
import { parse as parseYaml } from 'yaml';

const ROOT = resolve(import.meta.dirname, '..');
const FACES = [
  ['supergraph.yaml', 'router/supergraph.graphql'],
  ['supergraph.admin.yaml', 'router/supergraph.admin.graphql'],
].map(([list, supergraph]) => ({ list: resolve(ROOT, list), supergraph: resolve(ROOT, supergraph) }));

class CompositionFailure extends Error {}

function read(file, otherwise) {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new CompositionFailure(`${otherwise}: ${error.message}`);
  }
}

function subgraphOf(name, { routing_url: url, schema }, folder) {
  if (!url || !schema?.file) throw new CompositionFailure(`${name}: needs routing_url and schema.file`);
  const file = resolve(folder, schema.file);
  const sdl = read(file, `${name}: its schema is not printed`);
  try {
    return { name, url, typeDefs: parse(sdl) };
  } catch (error) {
    throw new CompositionFailure(`${name}: ${relative(ROOT, file)} is no GraphQL: ${error.message}`);
  }
}

function complaint({ message, extensions }) {
  const subgraph = extensions?.serviceName ?? extensions?.subgraphName;
  return `  ${subgraph && !message.includes(subgraph) ? `${subgraph}: ` : ''}${message} (${extensions?.code ?? 'no code'})`;
}

/** The supergraph of a list of subgraphs, as SDL. */
function compose(list) {
  const { subgraphs } = parseYaml(read(list, 'no list of subgraphs')) ?? {};
  const services = Object.entries(subgraphs ?? {}).map(([name, entry]) => subgraphOf(name, entry, dirname(list)));
  if (!services.length) throw new CompositionFailure(`${relative(ROOT, list)} lists no subgraph`);
  const result = composeServices(services);
  if (result.errors?.length) {
    throw new CompositionFailure(
      `${relative(ROOT, list)} does not compose:\n${result.errors.map(complaint).join('\n')}`,
    );
  }
  return `${result.supergraphSdl.trim()}\n`;
}

function write({ list, supergraph }) {
  writeFileSync(supergraph, compose(list));
  console.log(`composed ${relative(ROOT, supergraph)}`);
}

function check({ list, supergraph }) {
  const name = relative(ROOT, supergraph);
  if (read(supergraph, `${name} is not composed`) !== compose(list)) {
    throw new CompositionFailure(`${name} is stale: run \`make schema\` and commit it`);
  }
  console.log(`${name} is up to date`);
}

function main() {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: { check: { type: 'boolean' } } });
  if (positionals.length !== 0 && positionals.length !== 2) {
    throw new CompositionFailure('give both FILE.yaml and OUT.graphql, or neither');
  }
  const [list, supergraph] = positionals.map((path) => resolve(path));
  const faces = list ? [{ list, supergraph }] : FACES;
  faces.forEach(values.check ? check : write);
}

try {
  main();
} catch (error) {
  if (!(error instanceof CompositionFailure)) throw error;
  console.error(error.message);
  process.exit(1);
}
