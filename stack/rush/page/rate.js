/** How fast a counter grows, from the totals one is told now and then. Times are milliseconds of one clock. */

const SPREAD_MS = 1_000;
const KEPT_MS = 70_000;

export class Rate {
  #points = [];
  peak = 0;

  /**
   * A new total. Growth is said as it comes, so it is none older than a second that is told now; where nobody was
   * listening it is spread over all that time.
   */
  add(at, total, listening) {
    const last = this.#points.at(-1);
    if (last && listening && at - last.at > SPREAD_MS) this.#points.push({ at: at - SPREAD_MS, total: last.total });
    this.#points.push({ at, total });
    while (this.#points.length > 2 && this.#points[1].at < at - KEPT_MS) this.#points.shift();
    this.peak = Math.max(this.peak, this.perSecond(at));
  }

  /** Over the `within` milliseconds before that moment. */
  perSecond(at, within = 1_000) {
    return Math.max(0, (this.#totalAt(at) - this.#totalAt(at - within)) / (within / 1_000));
  }

  #totalAt(at) {
    const after = this.#points.findIndex((point) => point.at > at);
    if (after < 0) return this.#points.at(-1)?.total ?? 0;
    if (after === 0) return this.#points[0].total;
    const [one, other] = [this.#points[after - 1], this.#points[after]];
    return one.total + ((other.total - one.total) * (at - one.at)) / (other.at - one.at);
  }
}
