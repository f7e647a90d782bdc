/** Whether everything a client needs answers. */

const PATIENCE_MS = 2_000;

/** What must answer, by name: every subgraph, and the routers where there are some. */
function addresses({ subgraphs, faces }) {
  const ready = Object.entries(subgraphs).map(([name, base]) => [name, `${base}/readyz`]);
  for (const { name, apollo, hive } of faces) {
    if (apollo) ready.push([`apollo router (${name})`, `${apollo}/health?ready`]);
    if (hive) ready.push([`hive router (${name})`, `${hive}/readiness`]);
  }
  return ready;
}

async function complaint([name, url]) {
  try {
    const { ok, status } = await fetch(url, { signal: AbortSignal.timeout(PATIENCE_MS) });
    return ok ? undefined : [name, `answers ${status}`];
  } catch (error) {
    return [name, error.cause?.code ?? error.message];
  }
}

/** What is not ready yet, and why; empty when all is. */
export async function notReady(settings) {
  const complaints = await Promise.all(addresses(settings).map(complaint));
  return Object.fromEntries(complaints.filter(Boolean));
}
