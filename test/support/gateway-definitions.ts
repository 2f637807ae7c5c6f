import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { gatewayDefinitions } from '../../scripts/gateway-api.mjs';
import type { ControlPlane } from './control-plane.ts';
import { eventually } from './eventually.ts';

interface Definition {
  readonly metadata: { readonly name: string };
}

interface Served {
  readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
}

const path = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';

/** Installs the kinds of the Gateway API, as its release has them, and waits until they are served. */
export async function installGatewayApi(control: ControlPlane, channel: 'standard' | 'experimental'): Promise<readonly string[]> {
  const folder = gatewayDefinitions(channel);
  const files = readdirSync(folder).filter((file) => file.startsWith('gateway.networking.k8s.io_') && !file.includes('_vap_'));
  const definitions = files.map((file) => parse(readFileSync(join(folder, file), 'utf8')) as Definition);
  await Promise.all(definitions.map((definition) => control.call('POST', path, definition)));
  for (const { metadata } of definitions)
    await eventually(`${metadata.name} is served`, async () => {
      const { status } = (await control.call('GET', `${path}/${metadata.name}`)) as Served;
      return status?.conditions?.some(({ type, status: holds }) => type === 'Established' && holds === 'True') === true ? true : undefined;
    });
  return definitions.map(({ metadata }) => metadata.name);
}

export async function removeGatewayApi(control: ControlPlane, names: readonly string[]): Promise<void> {
  await Promise.all(names.map((name) => control.call('DELETE', `${path}/${name}`)));
}
