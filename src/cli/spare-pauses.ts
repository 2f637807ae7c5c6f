import { setFlagsFromString } from 'node:v8';

/**
 * V8 begins with a space of 1 MB for young objects, and while a verb starts it is emptied again and again though almost nothing in it is
 * garbage. It may grow at once; what is left of that soon ends with the process. It is not emptied when nothing is left to do, either.
 */
export function sparePauses(): void {
  setFlagsFromString('--semi-space-growth-factor=16');
  setFlagsFromString('--no-minor-gc-task');
}
