/** The board of one event: keeps what was pushed and shows it, ten times a second. */
import { ask } from './graph.js';
import { Lag } from './lag.js';
import { Live } from './live.js';
import { Rate } from './rate.js';
import * as view from './view.js';

const PATH = '/admin/graphql';
const WATCH = `subscription Watch($id: ID!) {
  couponEvent(id: $id) {
    id name status opensAt closesAt
    coupon { name }
    stock { quantity asked accepted recorded inFlight deadLettered remaining generation unavailableSince }
  }
}`;
const ASKED = 'query Asked($id: ID!) { couponEvent(id: $id) { stock { asked unavailableSince } } }';
const FRAME_MS = 100;
/** The chart stands still this long after the last change, so that who comes back still sees the rush. */
const LINGER_MS = 15_000;

export class Board {
  #live;
  #timer;
  #event;
  #connection = ['connecting'];
  #asked = new Rate();
  #won = new Rate();
  #lag;
  #pushes = 0;
  #awaySince;
  #changedAt;
  #openedAt;
  #soldOutAfter;

  /** @param {{ refused: (code: string) => void, over: () => void }} on how it can end by itself */
  constructor(eventId, session, on) {
    const own = {
      data: ({ couponEvent }, isFirst) => this.#take(couponEvent, isFirst),
      roundTrip: view.showRoundTrip,
      lost: (retryAt) => this.#connected('lost', retryAt),
    };
    const variables = { id: eventId };
    this.#live = new Live({ path: PATH, query: WATCH, variables, session, on: { ...own, ...on } });
    this.#lag = new Lag(async () => {
      const { stock } = (await ask(PATH, ASKED, variables, await session.token())).couponEvent;
      this.#noteAway(stock.unavailableSince);
      return stock.unavailableSince ? undefined : stock.asked;
    }, view.showLag);
  }

  open() {
    view.showConnection('connecting');
    this.#live.open();
    this.#lag.start();
    this.#timer = setInterval(() => this.#show(), FRAME_MS);
  }

  /** The session has a new token, which the socket does not know yet. */
  renew() {
    this.#live.open();
  }

  hurry() {
    this.#live.hurry();
  }

  close() {
    clearInterval(this.#timer);
    this.#lag.stop();
    this.#live.close();
  }

  #connected(...connection) {
    this.#connection = connection;
    view.showConnection(...connection);
  }

  #take(event, isFirst) {
    const now = performance.now();
    const before = isFirst ? undefined : this.#event;
    if (isFirst) this.#connected('live');
    this.#event = { ...event, opensAt: Date.parse(event.opensAt), closesAt: Date.parse(event.closesAt) };
    this.#pushes += 1;
    this.#changedAt = now;
    this.#won.add(now, event.stock.accepted, !isFirst);
    // A gate that is lost can't say how often it was asked.
    if (!event.stock.unavailableSince) this.#noteAsked(now, event.stock.asked, isFirst);
    this.#timeTheSale(event.status, before?.status, now);
    view.show('board');
    view.showEvent(event);
    this.#show();
  }

  /** While the server of the gate is away nothing is pushed; whoever asks directly is told, each time as of now. */
  #noteAway(since) {
    this.#awaySince = since && (this.#awaySince ?? since);
  }

  #noteAsked(now, asked, isFirst) {
    this.#asked.add(now, asked, !isFirst);
    if (!isFirst) this.#lag.pushed(now, asked);
  }

  #timeTheSale(status, before, now) {
    if (status === 'OPEN' && before === 'SCHEDULED') this.#openedAt = now;
    if (status === 'SOLD_OUT' && before !== 'SOLD_OUT' && this.#openedAt) this.#soldOutAfter = now - this.#openedAt;
  }

  #show() {
    const [state, retryAt] = this.#connection;
    if (state === 'lost') view.showConnection(state, retryAt);
    if (!this.#event || document.hidden) return;
    const now = performance.now();
    view.showMoment(this.#event, Date.now(), this.#soldOutAfter);
    view.showOutage(this.#event.stock.unavailableSince ?? this.#awaySince, Date.now());
    const end = Math.min(now, this.#changedAt + LINGER_MS);
    view.showRates(this.#asked, this.#won, end, now - end);
    view.showLastChange(now - this.#changedAt, this.#pushes);
  }
}
