import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import { experimental, type ServerCredentials } from '@grpc/grpc-js';

/** Paths of PEM files. */
export interface TlsFiles {
  readonly certificate: string;
  readonly privateKey: string;
  /** Who signs the certificates of Envoys. */
  readonly clientCa: string;
}

interface Contents {
  readonly certificate: Buffer;
  readonly privateKey: Buffer;
  readonly clientCa: Buffer;
}

/** Files of a Secret in a pod are replaced one link at a time, and there is no notice that holds on every file system: they are read. */
const usualIntervalMs = 5_000;

/**
 * Reads the files, which must be there and fit together.
 *
 * @throws Error with a sentence that names the file.
 */
export function readTlsFiles(files: TlsFiles): Contents {
  const [certificate, privateKey, clientCa] = [read(files.certificate), read(files.privateKey), read(files.clientCa)];
  try {
    createSecureContext({ cert: certificate, key: privateKey, ca: clientCa });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`${files.certificate}, ${files.privateKey} and ${files.clientCa} do not make a TLS server: ${reason}`, {
      cause: error,
    });
  }
  return { certificate, privateKey, clientCa };
}

function read(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new Error(`cannot read ${path}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

/**
 * Gives new connections what the files hold now. As long as they do not fit together, as in the middle of being replaced,
 * connections get what they held before.
 */
export class WatchedTlsFiles implements experimental.CertificateProvider {
  readonly #files: TlsFiles;
  readonly #log: (line: string) => void;
  readonly #intervalMs: number;
  readonly #authorityListeners = new Set<experimental.CaCertificateUpdateListener>();
  readonly #identityListeners = new Set<experimental.IdentityCertificateUpdateListener>();
  #contents: Contents;
  #complaint: string | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(files: TlsFiles, log: (line: string) => void, intervalMs = usualIntervalMs) {
    this.#files = files;
    this.#log = log;
    this.#intervalMs = intervalMs;
    this.#contents = readTlsFiles(files);
  }

  /** For a server that demands a certificate of every client. */
  credentials(): ServerCredentials {
    return experimental.createCertificateProviderServerCredentials(this, this, true);
  }

  addCaCertificateListener(listener: experimental.CaCertificateUpdateListener): void {
    this.#authorityListeners.add(listener);
    // A listener is not ready to be called before this call returns.
    process.nextTick(() => listener({ caCertificate: this.#contents.clientCa }));
    this.#watch();
  }

  addIdentityCertificateListener(listener: experimental.IdentityCertificateUpdateListener): void {
    this.#identityListeners.add(listener);
    process.nextTick(() => listener(this.#contents));
    this.#watch();
  }

  removeCaCertificateListener(listener: experimental.CaCertificateUpdateListener): void {
    this.#authorityListeners.delete(listener);
    this.#rest();
  }

  removeIdentityCertificateListener(listener: experimental.IdentityCertificateUpdateListener): void {
    this.#identityListeners.delete(listener);
    this.#rest();
  }

  #watch(): void {
    this.#timer ??= setInterval(() => this.#look(), this.#intervalMs).unref();
  }

  #rest(): void {
    if (this.#authorityListeners.size + this.#identityListeners.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #look(): void {
    try {
      const contents = readTlsFiles(this.#files);
      this.#complaint = undefined;
      if (equal(contents, this.#contents)) return;
      this.#contents = contents;
    } catch (error) {
      const complaint = error instanceof Error ? error.message : String(error);
      if (complaint !== this.#complaint) this.#log(`TLS of ADS stays as it was: ${complaint}`);
      this.#complaint = complaint;
      return;
    }
    this.#log('TLS of ADS: the files have changed and count for new connections');
    for (const listener of this.#authorityListeners) listener({ caCertificate: this.#contents.clientCa });
    for (const listener of this.#identityListeners) listener(this.#contents);
  }
}

function equal(a: Contents, b: Contents): boolean {
  return a.certificate.equals(b.certificate) && a.privateKey.equals(b.privateKey) && a.clientCa.equals(b.clientCa);
}
