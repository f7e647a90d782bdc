/**
 * How far what is pushed is behind what is true, by this computer's clock alone.
 *
 * Now and then the graph is asked directly. What it answers was true when the question was sent or later; so the push
 * that first says as much came at most so long after it was true as after the question was sent.
 */

const EVERY_MS = 2_000;
const KEPT = 200;

export class Lag {
  #question;
  #told;
  #pushes = [];
  #samples = [];
  #open;
  #asking = false;
  #timer;

  /**
   * @param {() => Promise<number>} question answers the counter as it is, one that only grows
   * @param {(newest: number, median: number) => void} told
   */
  constructor(question, told) {
    this.#question = question;
    this.#told = told;
  }

  start() {
    this.#timer = setInterval(() => this.#sample(), EVERY_MS);
  }

  stop() {
    clearInterval(this.#timer);
  }

  pushed(at, count) {
    if (count < this.#pushes.at(-1)?.count) this.#pushes = []; // the gate was rebuilt, and does not know of all
    this.#pushes.push({ at, count });
    if (this.#pushes.length > KEPT) this.#pushes.shift();
    if (this.#open && count >= this.#open.count) this.#note(at - this.#open.sentAt);
  }

  async #sample() {
    if (document.hidden || this.#asking) return;
    this.#asking = true;
    const sentAt = performance.now();
    // That nobody answers is for the connection to tell.
    const count = await this.#question().catch(() => undefined);
    this.#asking = false;
    if (count === undefined) return;
    const seen = this.#pushes.find((push) => push.count >= count);
    if (!seen) this.#open = { sentAt, count };
    else if (seen.at > sentAt) this.#note(seen.at - sentAt); // where it was known before, nothing has moved
  }

  #note(lag) {
    this.#open = undefined;
    this.#samples.push(lag);
    if (this.#samples.length > KEPT) this.#samples.shift();
    const sorted = this.#samples.toSorted((one, other) => one - other);
    this.#told(lag, sorted[sorted.length >> 1]);
  }
}
