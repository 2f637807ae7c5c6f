import { Observable } from 'rxjs';
import type { Problem } from '../model/problem.ts';
import type { KubeEvent } from './event.ts';
import { FolderContents } from './folder/contents.ts';
import { type Locate, locator } from './folder/locate.ts';
import { synced } from './folder/read-folder.ts';
import { type FolderTiming, FolderWatcher } from './folder/watcher.ts';

export type { Locate } from './folder/locate.ts';
export { type FolderReading, readFolder } from './folder/read-folder.ts';

export type FolderOptions = Partial<FolderTiming>;

/**
 * A folder of YAML and JSON files in the place of a cluster. Objects are read as `kubectl apply` would send them and as
 * an API server would let them in; what is wrong with a file or an object is a `problems` event, and the last version
 * that was right stays active.
 */
export class Folder {
  readonly #path: string;
  readonly #timing: FolderTiming;
  #locate: Locate = () => undefined;

  constructor(path: string, { settleMs = 30, pollMs = 2000 }: FolderOptions = {}) {
    this.#path = path;
    this.#timing = { settleMs, pollMs };
  }

  /** Everything that is there, `synced` of each kind, and then what changes. Fails when there is no such folder. */
  events(): Observable<KubeEvent> {
    return new Observable((subscriber) => {
      const contents = new FolderContents();
      this.#locate = locator(contents);
      const send = (events: readonly KubeEvent[]): void => events.forEach((event) => subscriber.next(event));
      const watcher = new FolderWatcher({
        root: this.#path,
        timing: this.#timing,
        onChanges: (changes) => send(contents.update(changes)),
        onTrouble: (sentence) => subscriber.next({ type: 'problems', origin: '.', problems: troubles(this.#path, sentence) }),
      });
      subscriber.add(() => watcher.close());
      try {
        watcher.start(() => send(synced()));
      } catch (error) {
        subscriber.error(error);
      }
    });
  }

  /** Where a field stands now: for messages that show the line. */
  locate(...place: Parameters<Locate>): ReturnType<Locate> {
    return this.#locate(...place);
  }
}

function troubles(path: string, sentence: string | undefined): readonly Problem[] {
  if (sentence === undefined) return [];
  const source = { kind: 'Folder', namespace: '', name: path };
  return [{ code: 'NR101', severity: 'error', source, message: sentence, done: 'What it held last stays active.' }];
}
