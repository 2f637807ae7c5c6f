// Naru's side of the comparison: fleet, snapshots and ADS server as the control plane wires them, over resources made
// by Naru's own renderers. Driven by lines at standard input, as the Go server is; see server-process.ts.
import { createInterface } from 'node:readline';
import { Fleet } from '../../src/ads/fleet.ts';
import { AdsServer } from '../../src/ads/server.ts';
import type { Resource, TypeName } from '../../src/snapshot/resource.ts';
import { Snapshots } from '../../src/snapshot/snapshots.ts';
import { collectGarbage } from '../support/garbage.ts';
import { CpuProfiler } from '../support/profiler.ts';
import { fleetName } from './requests.ts';
import { firstResources, loadAssignment, RouteTable } from './world.ts';

const fleet = new Fleet(fleetName);
const snapshots = new Snapshots(fleetName);
const routes = new RouteTable();
let profiler: CpuProfiler | undefined;

function publish(resources: readonly Resource[]): void {
  const byType = new Map<TypeName, Map<string, Resource>>();
  for (const resource of resources) {
    const ofType = byType.get(resource.type) ?? new Map<string, Resource>();
    byType.set(resource.type, ofType.set(resource.name, resource));
  }
  const snapshot = snapshots.next(byType, { cause: 'benchmark', time: Date.now(), summarise: () => '' });
  if (snapshot !== undefined) fleet.publish(snapshot);
}

/** The answer to a line. */
async function obey(command: string, argument: number): Promise<string> {
  switch (command) {
    case 'endpoints':
      publish([loadAssignment(argument, 1)]);
      return 'done';
    case 'routes':
      publish([routes.change(argument, 1)]);
      return 'done';
    case 'memory': {
      await collectGarbage();
      const { heapUsed, external } = process.memoryUsage();
      return String(heapUsed + external);
    }
    case 'profile':
      profiler = new CpuProfiler();
      await profiler.start();
      return 'done';
    case 'hottest':
      return JSON.stringify((await profiler?.stop())?.slice(0, 200) ?? []);
    default:
      throw new Error(`unknown command ${command}`);
  }
}

publish(firstResources(routes));
// All streams come from one address, and there is a limit to that.
const options = {
  fleets: [fleet],
  host: '127.0.0.1',
  port: 0,
  limits: { streamsPerAddress: 10_000 },
  log: (line: string) => console.error(line),
};
const server = new AdsServer(options);
// The control plane counts answers in its metrics.
const answers = { count: 0 };
server.acknowledgements.subscribe(() => answers.count++);
const { port } = await server.start();
console.log(port);

for await (const line of createInterface({ input: process.stdin })) {
  const [command = '', argument] = line.split(' ');
  console.log(await obey(command, Number(argument)));
}
// Standard input has ended: whoever started this is done with it, or gone.
process.exit(0);
