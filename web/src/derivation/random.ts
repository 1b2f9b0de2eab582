/**
 * The seeded generator of .NET (`new Random(seed)`, which .NET keeps for ever): Knuth's subtractive generator, The Art of Computer
 * Programming, volume 2, section 3.2.2. With it a page draws the same samples as tonne.
 */
export class SeededRandom {
  private readonly state = new Int32Array(56);
  private next = 0;
  private nextPlus = 21;

  constructor(seed: number) {
    const state = this.state;
    let last = (161803398 - (seed === -2147483648 ? 2147483647 : Math.abs(seed))) | 0;
    state[55] = last;
    let value = 1;
    let at = 0;
    for (let i = 1; i < 55; i++) {
      at += 21;
      if (at >= 55) at -= 55;
      state[at] = value;
      value = (last - value) | 0;
      if (value < 0) value = (value + 2147483647) | 0;
      last = state[at]!;
    }
    for (let round = 1; round < 5; round++) {
      for (let i = 1; i < 56; i++) {
        let other = i + 30;
        if (other >= 55) other -= 55;
        let mixed = (state[i]! - state[1 + other]!) | 0;
        if (mixed < 0) mixed = (mixed + 2147483647) | 0;
        state[i] = mixed;
      }
    }
  }

  /** A number from 0 up to but not including 1. */
  nextDouble(): number {
    if (++this.next >= 56) this.next = 1;
    if (++this.nextPlus >= 56) this.nextPlus = 1;
    let value = (this.state[this.next]! - this.state[this.nextPlus]!) | 0;
    if (value === 2147483647) value--;
    if (value < 0) value = (value + 2147483647) | 0;
    this.state[this.next] = value;
    return value * (1 / 2147483647);
  }

  /** Orders values at random, in place. */
  shuffle(values: Uint16Array): void {
    const count = values.length;
    for (let i = 0; i < count - 1; i++) {
      const other = Math.trunc(this.nextDouble() * (count - i)) + i;
      const value = values[i]!;
      values[i] = values[other]!;
      values[other] = value;
    }
  }
}
