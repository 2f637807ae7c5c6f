import type { WriteStream } from 'node:tty';
import { styleText } from 'node:util';

/** A row of an explanation; without a label it goes on with the one above. */
export function writeRow(stream: WriteStream, label: string, text: string): void {
  stream.write(`${styleText('bold', label.padEnd(8), { stream })} ${text}\n`);
}
