// How many messages may be sent now: the server hangs up on those who send too many.

export class Allowance {
  readonly #rate: number;
  readonly #burst: number;
  #left: number;
  #at = performance.now();

  /** So many messages a second, and some more at once. */
  constructor(rate: number, burst: number) {
    this.#rate = rate;
    this.#burst = this.#left = burst;
  }

  /** Take one off; false if there is none. */
  spend(): boolean {
    const now = performance.now();
    this.#left = Math.min(this.#burst, this.#left + (this.#rate * (now - this.#at)) / 1000);
    this.#at = now;
    if (this.#left < 1) return false;
    this.#left -= 1;
    return true;
  }
}
