import { Session, type Profiler } from 'node:inspector/promises';

/** A function and the share of the profiled CPU time (0 to 1) that went into it. */
export interface Hot {
  readonly where: string;
  /** In itself, with what the engine does for it. */
  readonly self: number;
  /** With everything that it calls. */
  readonly total: number;
}

/** Runs something under V8's sampling profiler and gives back where the time went, most first. */
export class CpuProfiler {
  readonly #session = new Session();

  async start(): Promise<void> {
    this.#session.connect();
    await this.#session.post('Profiler.enable');
    await this.#session.post('Profiler.setSamplingInterval', { interval: 200 });
    await this.#session.post('Profiler.start');
  }

  async stop(): Promise<readonly Hot[]> {
    const { profile } = await this.#session.post('Profiler.stop');
    this.#session.disconnect();
    return hottest(profile);
  }
}

type Node = Profiler.ProfileNode;

function hottest(profile: Profiler.Profile): readonly Hot[] {
  const nodes = new Map(profile.nodes.map((node) => [node.id, node]));
  const own = new Map<number, number>();
  let all = 0;
  profile.samples?.forEach((id, index) => {
    const node = nodes.get(id);
    // Neither waiting nor the profiler's own start and end is work of what is measured.
    if (node === undefined || node.callFrame.functionName === '(idle)' || node.callFrame.url === 'node:inspector') return;
    const took = profile.timeDeltas?.[index] ?? 0;
    own.set(id, (own.get(id) ?? 0) + took);
    all += took;
  });
  const sums = new Map<string, { self: number; total: number }>();
  const visit = (node: Node, above: ReadonlySet<string>): number => {
    const where = name(node);
    const self = own.get(node.id) ?? 0;
    const inside = new Set([...above, where]);
    const total = (node.children ?? []).reduce((sum, id) => sum + visitId(id, inside), self);
    const sum = sums.get(where) ?? { self: 0, total: 0 };
    // A function that calls itself again counts once.
    sums.set(where, { self: sum.self + self, total: sum.total + (above.has(where) ? 0 : total) });
    return total;
  };
  const visitId = (id: number, above: ReadonlySet<string>): number => {
    const node = nodes.get(id);
    return node === undefined ? 0 : visit(node, above);
  };
  const [root] = profile.nodes;
  if (root !== undefined) visit(root, new Set());
  return [...sums].map(([where, { self, total }]) => ({ where, self: self / all, total: total / all })).sort((a, b) => b.self - a.self);
}

function name({ callFrame }: Node): string {
  const { functionName, url, lineNumber } = callFrame;
  // Of a package its name and file, of Naru the path within the repository.
  const file = url.includes('/node_modules/')
    ? url.replace(/^.*\/node_modules\//, '')
    : url.replace(/^.*?\/(?=src\/|bench\/[a-z-]+[./])/, '');
  return `${functionName || '(anonymous)'}${file === '' ? '' : ` ${file}:${lineNumber + 1}`}`;
}
