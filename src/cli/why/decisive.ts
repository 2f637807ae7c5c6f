/** From here on single settings are not tried one by one. */
const few = 64;

/** The settings that decide something. */
export interface Decisive<T> {
  readonly settings: readonly T[];
  /** Each alone would do: it is otherwise only without all of them. */
  readonly eachAlone: boolean;
}

/**
 * Finds among settings those that decide, where `isOtherwise` says whether it is otherwise without some of them: each without which it is, or
 * else as few as it takes. Of more than some dozens it finds the fewest by halves, and the first that will do.
 */
export function decisiveAmong<T>(all: readonly T[], isOtherwise: (without: readonly T[]) => boolean): Decisive<T> {
  if (all.length <= few) {
    const single = all.filter((one) => isOtherwise([one]));
    if (single.length > 0) return { settings: single, eachAlone: false };
  }
  if (all.length === 0 || !isOtherwise(all)) return { settings: [], eachAlone: false };
  const settings = fewest(all, [], isOtherwise);
  return { settings, eachAlone: settings.length > 1 };
}

/** As few of `among` as must go, besides `gone`, that it is otherwise (QuickXplain). It is otherwise without all of them. */
function fewest<T>(among: readonly T[], gone: readonly T[], isOtherwise: (without: readonly T[]) => boolean): readonly T[] {
  if (gone.length > 0 && isOtherwise(gone)) return [];
  if (among.length === 1) return among;
  const middle = Math.ceil(among.length / 2);
  const [first, second] = [among.slice(0, middle), among.slice(middle)];
  const ofSecond = fewest(second, [...gone, ...first], isOtherwise);
  return [...fewest(first, [...gone, ...ofSecond], isOtherwise), ...ofSecond];
}
