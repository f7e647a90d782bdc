/** What the environment says about the entrance and the gateways, with defaults for one machine. */
import { resolve } from 'node:path';

const ROUTER = resolve(import.meta.dirname, '..');
const FLAGS = { 1: true, true: true, 0: false, false: false };

export class SettingsError extends Error {}

function number(env, name, fallback) {
  const value = Number(env[name] || fallback);
  if (!Number.isInteger(value) || value < 0)
    throw new SettingsError(`${name} must be a whole number, not ${env[name]}`);
  return value;
}

function flag(env, name) {
  const value = FLAGS[env[name] || '0'];
  if (value === undefined) throw new SettingsError(`${name} must be 1 or 0, not ${env[name]}`);
  return value;
}

function address(env, name, fallback) {
  const value = env[name] || fallback;
  if (value && !/^https?:\/\//.test(value))
    throw new SettingsError(`${name} must begin with http:// or https://, not ${value}`);
  return value?.replace(/\/+$/, '');
}

/** The two graphs: where clients find them, what they are composed to, and the routers that answer instead, if any. */
function faces(env) {
  return [
    {
      name: 'public',
      path: '/graphql',
      supergraph: resolve(env.SUPERGRAPH || `${ROUTER}/supergraph.graphql`),
      apollo: address(env, 'APOLLO_URL'),
      hive: address(env, 'HIVE_URL'),
    },
    {
      name: 'admin',
      path: '/admin/graphql',
      supergraph: resolve(env.ADMIN_SUPERGRAPH || `${ROUTER}/supergraph.admin.graphql`),
      apollo: address(env, 'APOLLO_ADMIN_URL'),
      hive: address(env, 'HIVE_ADMIN_URL'),
    },
  ];
}

export function settingsFrom(env) {
  return {
    host: env.HOST || '127.0.0.1',
    port: number(env, 'PORT', 4000),
    graphiql: flag(env, 'GRAPHIQL'),
    /** The folder of the page at `/rush/`; without it there is none. */
    rushPage: env.RUSH_PAGE && resolve(env.RUSH_PAGE),
    /** Set where a proxy in front says where clients are; without it, what they say of their address is dropped. */
    behindProxy: flag(env, 'BEHIND_PROXY'),
    corsOrigins: (env.CORS_ORIGINS || '*').split(',').map((origin) => origin.trim()),
    faces: faces(env),
    /** Base addresses; the paths stand in the supergraphs. */
    subgraphs: {
      account: address(env, 'ACCOUNT_URL', 'http://127.0.0.1:4101'),
      accommodation: address(env, 'ACCOMMODATION_URL', 'http://127.0.0.1:4102'),
      booking: address(env, 'BOOKING_URL', 'http://127.0.0.1:4103'),
      payment: address(env, 'PAYMENT_URL', 'http://127.0.0.1:4104'),
      loyalty: address(env, 'LOYALTY_URL', 'http://127.0.0.1:4105'),
    },
    limits: {
      connections: number(env, 'MAX_CONNECTIONS', 20_000),
      bodyBytes: number(env, 'MAX_BODY_BYTES', 1_048_576),
      messageBytes: number(env, 'MAX_MESSAGE_BYTES', 65_536),
      operationsPerSocket: number(env, 'MAX_OPERATIONS_PER_SOCKET', 30),
      tokens: number(env, 'MAX_TOKENS', 4_000),
      depth: number(env, 'MAX_DEPTH', 15),
      fields: number(env, 'MAX_FIELDS', 1_000),
      aliases: number(env, 'MAX_ALIASES', 60),
      directives: number(env, 'MAX_DIRECTIVES', 60),
      items: number(env, 'MAX_ITEMS', 1_000),
      sourceLength: number(env, 'MAX_QUERY_LENGTH', 20_000),
      subgraphSockets: number(env, 'MAX_SUBGRAPH_CONNECTIONS', 256),
    },
    /** Milliseconds. */
    times: {
      subgraph: number(env, 'SUBGRAPH_TIMEOUT_MS', 15_000),
      router: number(env, 'ROUTER_TIMEOUT_MS', 30_000),
      ping: number(env, 'SOCKET_PING_MS', 15_000),
      idle: number(env, 'SOCKET_IDLE_MS', 300_000),
      init: number(env, 'SOCKET_INIT_MS', 5_000),
      stop: number(env, 'STOP_TIMEOUT_MS', 8_000),
    },
  };
}
