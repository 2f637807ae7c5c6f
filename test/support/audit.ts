import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ControlPlane } from './control-plane.ts';

/** Something that was asked of an API server, as `patch networking.k8s.io/ingresses/status`. */
export interface Asked {
  readonly what: string;
  readonly code: number | undefined;
}

interface AuditEvent {
  readonly verb: string;
  readonly objectRef?: { readonly apiGroup?: string; readonly resource: string; readonly subresource?: string };
  readonly responseStatus?: { readonly code: number };
}

/** Another API server of a control plane, which writes down what somebody asks for. */
export class Audit {
  /** For the same user as the one that it was made of, at this server. */
  readonly kubeconfig: string;
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
    this.kubeconfig = join(folder, 'kubeconfig');
  }

  /** `kubeconfig`: of the user, at the first server. */
  static async of(control: ControlPlane, user: string, kubeconfig: string): Promise<Audit> {
    const folder = mkdtempSync(join(tmpdir(), 'naru-audit-'));
    const rules = [{ level: 'Metadata', users: [user], omitStages: ['RequestReceived'] }, { level: 'None' }];
    writeFileSync(join(folder, 'policy.yaml'), JSON.stringify({ apiVersion: 'audit.k8s.io/v1', kind: 'Policy', rules }));
    const flags = [`--audit-policy-file=${join(folder, 'policy.yaml')}`, `--audit-log-path=${join(folder, 'audit.log')}`];
    const { server } = await control.addServer(...flags);
    const audit = new Audit(folder);
    writeFileSync(audit.kubeconfig, readFileSync(kubeconfig, 'utf8').replaceAll(control.server, server), { mode: 0o600 });
    return audit;
  }

  /** All that has been asked so far. */
  asked(): readonly Asked[] {
    return readFileSync(join(this.#folder, 'audit.log'), 'utf8').trim().split('\n').map(readEvent);
  }

  forget(): void {
    rmSync(this.#folder, { recursive: true });
  }
}

function readEvent(line: string): Asked {
  const { verb, objectRef, responseStatus } = JSON.parse(line) as AuditEvent;
  const { apiGroup = '', resource = '', subresource } = objectRef ?? {};
  return { what: `${verb} ${apiGroup}/${resource}${subresource === undefined ? '' : `/${subresource}`}`, code: responseStatus?.code };
}
