/** Numbers and times as people read them. */

export function asNumber(value) {
  return Math.round(value).toLocaleString('en');
}

/** 7 ms, 320 ms, 1.4 s, 12 s. */
export function asDuration(ms) {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  return ms < 10_000 ? `${(ms / 1_000).toFixed(1)} s` : asCountdown(ms);
}

/** 12 s, 4:05, 1:02:03, 3 days. */
export function asCountdown(ms) {
  const seconds = Math.max(0, Math.floor(ms / 1_000));
  if (seconds < 60) return `${seconds} s`;
  if (seconds >= 2 * 86_400) return `${Math.floor(seconds / 86_400)} days`;
  const parts = [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60, seconds % 60];
  if (!parts[0]) parts.shift();
  return parts.map((part, at) => (at ? String(part).padStart(2, '0') : part)).join(':');
}
