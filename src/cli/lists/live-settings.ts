import type { Asked } from '../live/replica.ts';
import type { ListOutput } from './print-list.ts';

/** Settings of the verbs that list what a running Naru knows. */
export interface LiveSettings extends Asked {
  readonly output: ListOutput;
  /** Go on, and print what changes. */
  readonly watch?: boolean;
}
