/** A file within an archive. */
export interface ArchivedFile {
  readonly name: string;
  readonly contents: Buffer;
}

const block = 512;

/** An archive as `tar` reads it. Names have at most 100 bytes. https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html#tag_20_94_13_06 */
export function tar(files: readonly ArchivedFile[], modified: Date): Buffer {
  const parts = files.flatMap(({ name, contents }) => {
    const padding = Buffer.alloc((block - (contents.length % block)) % block);
    return [header(name, contents.length, modified), contents, padding];
  });
  return Buffer.concat([...parts, Buffer.alloc(2 * block)]);
}

function header(name: string, size: number, modified: Date): Buffer {
  const bytes = Buffer.alloc(block);
  const octal = (value: number, at: number, width: number): void => {
    bytes.write(`${value.toString(8).padStart(width - 1, '0')}\0`, at);
  };
  bytes.write(name, 0, 100);
  octal(0o644, 100, 8);
  octal(0, 108, 8);
  octal(0, 116, 8);
  octal(size, 124, 12);
  octal(Math.floor(modified.getTime() / 1000), 136, 12);
  bytes.write('        ', 148);
  bytes.write('0', 156);
  bytes.write('ustar\0', 257);
  bytes.write('00', 263);
  octal(
    bytes.reduce((sum, byte) => sum + byte, 0),
    148,
    7,
  );
  return bytes;
}
