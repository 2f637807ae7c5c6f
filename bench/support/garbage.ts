import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Collects garbage, twice, since buffers are freed only after the objects that held them. */
export async function collectGarbage(): Promise<void> {
  for (let turn = 0; turn < 2; turn++) {
    collect();
    await new Promise((resolve) => void setImmediate(resolve));
  }
}
