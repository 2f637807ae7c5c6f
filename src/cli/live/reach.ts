import type { Command } from 'commander';
import { endWith } from '../end-with.ts';
import { UsageError } from '../usage-error.ts';
import { askForText } from './ask-server.ts';
import { forward, type Forwarded, type WhereNaruRuns } from './forward-ports.ts';
import type { Replica } from './replica.ts';
import { UnreachableError } from './unreachable-error.ts';

interface LiveOptions extends WhereNaruRuns {
  readonly server: readonly Replica[];
  readonly replica?: string;
}

/** Flags that name a cluster: who gives one means the Naru in it. */
const ofCluster = ['kubeconfig', 'context', 'naruNamespace'] as const;

/**
 * Finds the replicas of Naru that a verb asks: those of `--server`, or else, for a plug-in of kubectl and whoever names a cluster, the pods of
 * that cluster, to which kubectl forwards ports until `close` is called.
 */
export async function reach(command: Command, isPlugin: boolean): Promise<{ readonly close: () => void }> {
  const options = command.opts<LiveOptions>();
  const inCluster = isPlugin || ofCluster.some((name) => options[name] !== undefined);
  const forwarded = inCluster && command.getOptionValueSource('server') === 'default' ? await orTrouble(forward(options)) : undefined;
  const close = (): void => forwarded?.close?.();
  try {
    const replicas = meant(forwarded?.replicas ?? options.server, options.replica);
    command.setOptionValue('server', replicas.length > 1 ? await leaderFirst(replicas) : replicas);
  } catch (error) {
    close();
    throw error;
  }
  return { close };
}

/** A verb that has more to tell than what Naru says can do so. */
function orTrouble(forwarded: Promise<Forwarded>): Promise<Pick<Forwarded, 'replicas'> & Partial<Forwarded>> {
  return forwarded.catch((error: unknown) => {
    if (!(error instanceof UnreachableError)) throw error;
    return { replicas: [{ name: 'the cluster', url: '', trouble: error }] };
  });
}

function meant(replicas: readonly Replica[], wanted: string | undefined): readonly Replica[] {
  if (wanted === undefined || replicas[0]?.trouble !== undefined) return replicas;
  const found = replicas.filter(({ name }) => name === wanted);
  if (found.length === 0) throw new UsageError(`There is no replica ${wanted}. There are ${replicas.map(({ name }) => name).join(', ')}.`);
  return found;
}

/** Without those that do not answer, of which it tells. */
async function leaderFirst(replicas: readonly Replica[]): Promise<readonly Replica[]> {
  const asked = await Promise.all(
    replicas.map(async (replica) => {
      try {
        return { ...replica, leader: /^naru_leader 1$/m.test(await askForText(replica, '/metrics')) };
      } catch (error) {
        if (!(error instanceof UnreachableError)) throw error;
        process.stderr.write(`Naru at ${replica.name} does not answer: ${error.reason}. What follows is without it.\n`);
        endWith(3);
        return [];
      }
    }),
  );
  const answering = asked.flat();
  if (answering.length === 0) return replicas;
  return answering.toSorted((a, b) => Number(b.leader) - Number(a.leader));
}
