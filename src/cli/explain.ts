import { explain, type Explanation } from '../explain/explain.ts';
import { readRequest } from '../explain/read-request.ts';
import { objectKey } from '../kube/event.ts';
import { readPaths } from '../kube/folder/read-folder.ts';
import type { Locate } from '../kube/folder/locate.ts';
import { parseSource } from '../model/source.ts';
import type { ControllerSettings } from '../settings.ts';
import { askServer } from './ask-server.ts';
import { buildOnce, madeAtStart } from './build-once.ts';
import { type PlaceOf, printExplanation } from './explain/print.ts';
import { requirePath } from './require-path.ts';
import { UsageError } from './usage-error.ts';

export interface ExplainSettings extends ControllerSettings {
  /** Absent: a running Naru is asked. */
  readonly filename?: readonly string[];
  readonly server: string;
  readonly header: readonly string[];
  readonly output: 'text' | 'json';
}

/** Says what a request gets and why, as an Envoy would decide. Exit code 1 where nobody's object is for it. */
export async function explainRequest(method: string, url: string, settings: ExplainSettings): Promise<void> {
  const { header, output } = settings;
  const request = readRequest(method, url, header);
  if ('wrong' in request) throw new UsageError(request.wrong);
  const { explanation, place } =
    settings.filename === undefined ? await askFor(method, url, settings) : await explainFiles(settings.filename);
  if (output === 'json') process.stdout.write(`${JSON.stringify(explanation, null, 2)}\n`);
  else printExplanation(explanation, request, place, process.stdout);
  if (!explanation.tried.some(({ objection }) => objection === undefined)) process.exitCode = 1;

  async function explainFiles(paths: readonly string[]): Promise<Found> {
    for (const path of paths) requirePath(path);
    const { events, locate } = await readPaths(paths);
    const { current } = buildOnce(events, settings, { defaultCertificate: madeAtStart });
    if (current === undefined || 'wrong' in request) throw new Error('nothing was built');
    return { explanation: explain(current.resources, request), place: placeBy(locate) };
  }
}

interface Found {
  readonly explanation: Explanation;
  readonly place: PlaceOf;
}

async function askFor(method: string, url: string, { server, fleet, header }: ExplainSettings): Promise<Found> {
  const query = new URLSearchParams({ method, url, fleet });
  for (const one of header) query.append('header', one);
  const { status, body } = await askServer(server, `/debug/explain?${query.toString()}`);
  if (status !== 200) throw new UsageError((body as { readonly error: string }).error);
  return { explanation: (body as { readonly explanation: Explanation }).explanation, place: () => undefined };
}

function placeBy(locate: Locate): PlaceOf {
  return (text) => {
    const source = parseSource(text);
    if (source === undefined) return undefined;
    const found = locate(source.kind, objectKey(source.namespace, source.name), source.field);
    return found && `${found.file}:${found.line}`;
  };
}
