import { type Certificate, defaultCertificateKey } from '../../model/certificate.ts';
import type { Problem } from '../../model/problem.ts';
import type { OnFailure, Read } from '../../store/derived-table.ts';
import { type Derive, deriving } from '../../store/deriving.ts';
import { IndexTable } from '../../store/index-table.ts';
import { OnlyRow } from '../../store/only-row.ts';
import type { FollowingTable, Key, Table } from '../../store/table.ts';
import type { World } from '../../store/world.ts';
import { findDefaultCertificate } from './certificate-default.ts';
import type { CertificateRow } from './certificate.ts';
import { checkValidity } from './certificate-validity.ts';
import { chooseClients, type HostClientsRow } from './client-certificates.ts';
import { controller } from '../config/tables.ts';
import { chooseCertificate, type HostCertificateRow, secretsOf } from './host-certificate.ts';
import type { HostRole } from '../host-role.ts';
import { tlsPolicyOf } from './host-tls-policy.ts';
import type { IngressRow } from '../ingress-row.ts';
import type { IngressOptions } from '../options.ts';
import { readServedCertificate, stapleProblems } from './stapling.ts';

interface Reported {
  readonly problems: readonly Problem[];
}

export interface CertificateSources {
  readonly ingresses: Table<IngressRow>;
  /** By hostname. */
  readonly roles: Table<HostRole>;
  readonly options: IngressOptions;
  /** See `ConfigTables`. */
  readonly stapling: Table<boolean>;
  readonly onFailure: OnFailure;
}

/** Which certificate is shown for what, as tables that follow Ingresses and Secrets. */
export class CertificateTables {
  readonly tables: readonly FollowingTable<unknown>[];
  readonly certificates: Table<Certificate>;
  readonly hostClients: Table<HostClientsRow>;
  readonly hostCertificates: Table<HostCertificateRow>;
  readonly defaultCertificates: Table<Certificate>;
  readonly reporting: readonly Table<Reported>[];
  readonly #derive: Derive;

  constructor(world: World, { ingresses, roles, options, stapling, onFailure }: CertificateSources) {
    this.#derive = deriving(onFailure);
    const secretRefs = new IndexTable('secretRefs', ingresses, secretsOf);
    const served = (key: Key, read: Read) =>
      readServedCertificate(key, read.get(world.objects.Secret, key), read.get(stapling, controller) === true);
    const secrets = this.#derive('secrets', secretRefs, (_, read, key): CertificateRow => served(key, read));
    const hostClients = this.#derive('hostClients', roles, ({ rows }, read, hostname) =>
      chooseClients(hostname, rows, (key) => read.get(world.objects.Secret, key)),
    );
    const hostCertificates = this.#derive('hostCertificates', roles, ({ type, rows }, read, hostname): HostCertificateRow | undefined => {
      const found = chooseCertificate(hostname, rows, (key) => read.get(secrets, key));
      // Another name of a host has TLS only by a certificate that is for it, too.
      const chosen = type === 'own' || found?.certificate !== undefined ? found : undefined;
      const policy = tlsPolicyOf(hostname, rows, read.get(hostClients, hostname)?.clients);
      return policy === undefined ? chosen : { ...(chosen ?? { unasked: true, problems: [] }), policy };
    });
    const certificates = this.#derive('certificates', secrets, (row): Certificate | undefined => (row.ok ? row.certificate : undefined));
    const validity = this.#derive('certificate validity', hostCertificates, ({ certificate: key, source }, read): Reported | undefined => {
      const now = read.get(world.clock, 'now');
      const certificate = key === undefined ? undefined : read.get(certificates, key);
      if (now === undefined || certificate === undefined || source === undefined) return undefined;
      const problems = checkValidity(certificate, source, now);
      return problems.length === 0 ? undefined : { problems };
    });
    const now = (read: Read) => () => read.get(world.clock, 'now');
    const staples = this.#derive('staples', secrets, (row, read): Reported | undefined => stapleProblems(row, now(read)));
    const onlyDefault = new OnlyRow(defaultCertificateKey);
    const defaultCertificate = this.#derive('defaultCertificate', onlyDefault, (_, read) =>
      findDefaultCertificate(options.defaultCertificate, (key) => served(key, read)),
    );
    const defaultCertificates = this.#derive('defaultCertificates', defaultCertificate, (row): Certificate | undefined => row.certificate);
    const defaultStaple = this.#derive('default staple', defaultCertificates, (certificate, read): Reported | undefined =>
      stapleProblems({ ok: true, certificate, problems: [] }, now(read)),
    );

    this.certificates = certificates;
    this.hostClients = hostClients;
    this.hostCertificates = hostCertificates;
    this.defaultCertificates = defaultCertificates;
    this.reporting = [hostClients, hostCertificates, validity, staples, defaultCertificate, defaultStaple];
    this.tables = [
      ...[secretRefs, secrets, hostClients, hostCertificates, certificates, validity, staples],
      ...[onlyDefault, defaultCertificate, defaultCertificates, defaultStaple],
    ];
  }
}
