/** Tells at most once in `everyMs`: what goes wrong with each request would fill a log. */
export function seldom(everyMs: number, tell: (sentence: string) => void): (sentence: string) => void {
  let last = -Infinity;
  return (sentence) => {
    if (performance.now() - last < everyMs) return;
    last = performance.now();
    tell(sentence);
  };
}
