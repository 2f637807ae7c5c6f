export function scanDescriptors(path: string): Map<string, Buffer>;
export function descriptorSet(files: ReadonlyMap<string, Uint8Array>): Buffer;
export function filesOf(set: Buffer): Map<string, Buffer>;
export function sha256(bytes: Uint8Array | string): string;
