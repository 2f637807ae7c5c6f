import type { Problem } from '../../model/problem.ts';
import { withoutRepetition } from '../lists/problems.ts';
import type { FoundObject, ObjectName } from '../../kube/get-object.ts';

/** An object as `/debug/objects` of one Naru says it. */
export interface ShownObject {
  readonly digest: string;
  readonly from: 'folder' | 'cluster';
  readonly state: 'not served' | 'refused' | 'waiting' | 'accepted';
  readonly version: number | null;
  readonly held: boolean;
  readonly refusal: { readonly proxy: string; readonly message: string; readonly replacedBy: string } | null;
  readonly problems: readonly Problem[];
  readonly envoys: readonly ShownEnvoy[];
}

interface ShownEnvoy {
  readonly id: string;
  readonly acceptedVersion: number;
  readonly behind: boolean;
  readonly refuses: readonly { readonly type: string; readonly version: number; readonly message: string }[];
  readonly unanswered: readonly string[];
}

/** What one Naru says of the object; undefined where it does not know it. */
export interface Answer {
  readonly server: string;
  readonly object?: ShownObject;
}

export interface Verdict {
  /** `failed`: waiting longer would not help. */
  readonly outcome: 'accepted' | 'failed' | 'waiting';
  readonly exitCode: 0 | 1 | 4;
  /** Why it is so, or what is still waited for: sentences. */
  readonly lines: readonly string[];
}

/** What is wrong with it, by what each says. */
export function problemsOf(answers: readonly Answer[]): readonly Problem[] {
  return withoutRepetition(answers.flatMap(({ object }) => object?.problems ?? []));
}

/** How things stand, by what each Naru says and what the API server has. */
export function judge(target: ObjectName, answers: readonly Answer[], wanted: FoundObject): Verdict {
  const id = `${target.kind} ${target.namespace}/${target.name}`;
  if (wanted.type === 'absent') return { outcome: 'failed', exitCode: 1, lines: [`There is no ${id} in the cluster.`] };
  if (wanted.type === 'unreadable') return { outcome: 'failed', exitCode: 1, lines: [`${id} is not served: ${wanted.message}`] };
  const verdicts = answers.map((answer) => judgeOne(id, answer, wanted));
  const failed = verdicts.find(({ outcome }) => outcome === 'failed');
  if (failed !== undefined) return failed;
  const waiting = verdicts.filter(({ outcome }) => outcome === 'waiting');
  if (waiting.length > 0) return { outcome: 'waiting', exitCode: 1, lines: waiting.flatMap(({ lines }) => lines) };
  const objects = answers.flatMap(({ object }) => object ?? []);
  const envoys = objects.flatMap((object) => object.envoys);
  if (envoys.length === 0) return { outcome: 'waiting', exitCode: 1, lines: ['No Envoy is connected.'] };
  const errors = problemsOf(answers).filter(({ severity }) => severity === 'error');
  const versions = [...new Set(objects.map(({ version }) => `v${version}`))].join(', ');
  const accepted = `${id} is accepted by ${envoys.length === 1 ? 'the one Envoy' : `all ${envoys.length} Envoys`} (${versions}).`;
  return { outcome: 'accepted', exitCode: errors.length > 0 ? 1 : 0, lines: [accepted] };
}

function judgeOne(id: string, { server, object }: Answer, wanted: FoundObject): Verdict {
  if (object === undefined) return { outcome: 'waiting', exitCode: 1, lines: [`Naru at ${server} does not know ${id}.`] };
  if (wanted.type === 'found' && object.digest !== wanted.digest)
    return { outcome: 'waiting', exitCode: 1, lines: [`Naru at ${server} has not read the newest version of ${id}.`] };
  switch (object.state) {
    case 'accepted':
      return { outcome: 'accepted', exitCode: 0, lines: [] };
    case 'not served':
      return { outcome: 'failed', exitCode: 1, lines: [`${id} is not served by this controller: its class, or parent, is another one's.`] };
    case 'refused':
      return { outcome: 'failed', exitCode: 4, lines: describeRefusal(id, object) };
    case 'waiting':
      // One of several replicas may have no Envoy: then it has nothing to say.
      if (object.envoys.length === 0) return { outcome: 'accepted', exitCode: 0, lines: [] };
      return { outcome: 'waiting', exitCode: 1, lines: describeLag(id, object) };
  }
}

function describeRefusal(id: string, { refusal }: ShownObject): readonly string[] {
  if (refusal === null) return [`${id} is refused.`];
  return [`NR701 Envoy ${refusal.proxy} refuses what ${id} became: ${refusal.message}`, refusal.replacedBy];
}

function describeLag(id: string, { envoys, version, held }: ShownObject): readonly string[] {
  const behind = envoys.filter((one) => one.behind);
  if (behind.length === 0 && held) return [`${id} is held back: an Envoy refused something, and what it was is being looked for.`];
  return behind.map(({ id: envoy, acceptedVersion, refuses, unanswered }) => {
    const at = acceptedVersion === 0 ? 'has accepted nothing yet' : `runs v${acceptedVersion}`;
    return `Envoy ${envoy} ${at}; ${id} is in v${version}. ${reason(refuses, unanswered)}`;
  });
}

function reason(refuses: ShownEnvoy['refuses'], unanswered: readonly string[]): string {
  const [refused] = refuses;
  if (refused !== undefined) return `It refuses ${refused.type} of v${refused.version}: ${refused.message}`;
  if (unanswered.length > 0) return `It has not answered yet what it was sent of ${unanswered.join(', ')}.`;
  return 'It was not sent it yet: another Envoy tries it first, or it has not asked for all of it.';
}
