/** What is on the page: each function shows one thing, all of it as text. */
import { draw } from './chart.js';
import { asCountdown, asDuration, asNumber } from './words.js';

const STATUS = { SCHEDULED: 'Scheduled', OPEN: 'Open', SOLD_OUT: 'Sold out', ENDED: 'Ended', CLOSED: 'Closed' };
const CONNECTION = { connecting: 'Connecting', live: 'Live', lost: 'Offline' };

export const $ = (id) => document.getElementById(id);

function say(id, text) {
  if ($(id).textContent !== text) $(id).textContent = text;
}

/** One of `door`, `waiting`, `missing`, `board`. */
export function show(which) {
  for (const id of ['door', 'waiting', 'missing', 'board']) $(id).hidden = id !== which;
  $('sign-out').hidden = which === 'door';
  if (which === 'door' || which === 'missing') $('connection').hidden = $('alert').hidden = true;
  if (which !== 'board') $('outage').hidden = true;
}

export function showRefusal(text) {
  say('refusal', text);
  $('refusal').hidden = !text;
}

export function showMissing(why) {
  say('missing-why', why);
  show('missing');
}

export function showConnection(state, retryAt) {
  $('connection').hidden = false;
  $('connection').dataset.state = state;
  say('connection', CONNECTION[state]);
  $('board').toggleAttribute('data-stale', state === 'lost');
  $('alert').hidden = state !== 'lost';
  if (state === 'lost') {
    const seconds = Math.max(0, Math.ceil((retryAt - Date.now()) / 1_000));
    say('alert', `The connection is lost: what you see stands still. Trying again ${seconds ? `in ${seconds} s` : 'now'}.`);
  }
}

export function showEvent({ name, coupon, status, stock }) {
  document.title = `${name} – ${STATUS[status]}`;
  say('name', name);
  say('coupon', coupon?.name ?? '');
  say('status', STATUS[status] ?? status);
  $('status').dataset.status = status;
  showStock(stock);
}

function showStock({ quantity, accepted, recorded, inFlight, deadLettered, remaining, ...gate }) {
  say('won', asNumber(accepted));
  say('left', quantity === null ? '∞' : asNumber(remaining));
  say('of', quantity === null ? 'no limit' : `of ${asNumber(quantity)}`);
  showAsked(gate, accepted);
  say('recorded', asNumber(recorded));
  say('in-flight', asNumber(inFlight));
  $('dead').hidden = !deadLettered;
  say('dead', ` · ${asNumber(deadLettered)} dead-lettered`);
  const whole = quantity ?? Math.max(accepted, 1);
  $('bar-won').style.width = `${(100 * accepted) / whole}%`;
  $('bar-recorded').style.width = `${(100 * recorded) / whole}%`;
  $('bar').setAttribute('aria-valuemax', String(whole));
  $('bar').setAttribute('aria-valuenow', String(accepted));
}

/** A gate that was rebuilt may not know how often those before it refused somebody; one that is lost says nothing. */
function showAsked({ asked, generation, unavailableSince }, accepted) {
  const told = (count) => (unavailableSince ? '–' : `${generation > 1 ? '≥ ' : ''}${asNumber(count)}`);
  say('asked', told(asked));
  say('asked-refused', told(Math.max(0, asked - accepted)));
}

/** Since when people get no answer from the gate, if so. */
export function showOutage(since, now) {
  $('outage').hidden = !since;
  if (!since) return;
  const lasted = asCountdown(now - Date.parse(since));
  say('outage', `The gate is away or being rebuilt, for ${lasted} now: whoever asks is told UNAVAILABLE, and to ask again.`);
}

export function showMoment({ status, opensAt, closesAt }, now, soldOutAfter) {
  const sold = soldOutAfter === undefined ? '' : `in ${asDuration(soldOutAfter)}`;
  const texts = {
    SCHEDULED: now < opensAt ? `opens in ${asCountdown(opensAt - now)}` : 'opens now',
    OPEN: `closes in ${asCountdown(closesAt - now)}`,
    SOLD_OUT: sold,
    ENDED: `at ${new Date(closesAt).toLocaleString()}`,
    CLOSED: 'by an administrator',
  };
  say('moment', texts[status] ?? '');
}

/** As they were at `end`, which was `ago` milliseconds ago. */
export function showRates(asked, won, end, ago) {
  say('asked-rate', asNumber(asked.perSecond(end)));
  say('won-rate', asNumber(won.perSecond(end)));
  say('asked-peak', asNumber(asked.peak));
  say('won-peak', asNumber(won.peak));
  draw($('chart'), [{ rate: asked, colour: '--asked' }, { rate: won, colour: '--won' }], end, ago);
}

export function showRoundTrip(ms) {
  say('round-trip', asDuration(ms));
}

export function showLag(newest, median) {
  say('lag', `≤ ${asDuration(newest)}`);
  say('lag-median', `≤ ${asDuration(median)}`);
}

export function showLastChange(ms, pushes) {
  say('last-change', ms < 1_000 ? 'now' : `${asCountdown(ms)} ago`);
  say('pushes', asNumber(pushes));
}
