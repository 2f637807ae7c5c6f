import { type Model, readModel } from '../../protos/model.mjs';
import { filesOf } from '../../protos/scan.mjs';
import { messageDescriptors } from '../../src/proto/gen/descriptors.ts';

/** What the generated descriptors declare. */
export function generatedModel(): Model {
  return readModel(filesOf(Buffer.from(messageDescriptors, 'base64')));
}
