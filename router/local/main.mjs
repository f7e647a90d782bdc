#!/usr/bin/env node
/** Starts the entrance as the environment says (`settings.mjs`), and stops it on SIGTERM or SIGINT. */
import { Entrance } from './entrance.mjs';
import { log } from './log.mjs';
import { SettingsError, settingsFrom } from './settings.mjs';

async function main() {
  const settings = settingsFrom(process.env);
  const entrance = new Entrance(settings);
  const { address, port } = await entrance.listen();
  log.info('listening', { address, port });
  const signal = await new Promise((resolve) => ['SIGTERM', 'SIGINT'].forEach((name) => process.once(name, resolve)));
  log.info('stopping', { signal });
  await entrance.stop();
  log.info('stopped');
}

// What libraries complain of goes where everything else does.
console.error = console.warn = (message, error) => log.error('library_error', { message, reason: error?.stack });

try {
  await main();
} catch (error) {
  log.error('failed', { reason: error instanceof SettingsError || error.code ? error.message : error.stack });
  process.exitCode = 1;
}
