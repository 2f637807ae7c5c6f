import { explain, type Explanation, isSomebodys } from '../explain/explain.ts';
import type { ExplainedRequest } from '../explain/request.ts';
import { listedMessages, type MessageReader, ResourceReader } from '../explain/resource-reader.ts';
import { readRequest } from '../explain/read-request.ts';
import { objectKey } from '../kube/event.ts';
import { partOf } from '../runtime/own-fleets.ts';
import { readPaths } from '../kube/folder/read-folder.ts';
import type { Locate } from '../kube/folder/locate.ts';
import { parseSource } from '../model/source.ts';
import { unservedIngresses } from '../runtime/unserved-ingresses.ts';
import type { ControllerSettings } from '../settings.ts';
import { endWith } from './end-with.ts';
import { buildOnce, madeAtStart } from './files/build-once.ts';
import { type DecidedBy, decidedBy } from './explain/decided-by.ts';
import type { Verification } from './explain/ask-envoy.ts';
import { printExplanation, printVerification } from './explain/print.ts';
import type { PlaceOf } from './explain/print-forward.ts';
import { readResources } from './get/read-resources.ts';
import { ask } from './live/ask.ts';
import type { Asked } from './live/replica.ts';
import { type DataOutput, printData } from './print/print-data.ts';
import { requirePath } from './files/require-path.ts';
import { UsageError } from './usage-error.ts';

export interface ExplainSettings extends ControllerSettings, Asked {
  /** Absent: a running Naru is asked. */
  readonly filename?: readonly string[];
  readonly header: readonly string[];
  readonly verify?: boolean;
  readonly output: 'text' | DataOutput;
}

/**
 * Says what a request gets and why, as an Envoy would decide. Exit code 1 where nobody's object is for it; with `verify` an Envoy is
 * asked, too, and 1 says that it does not agree.
 */
export async function explainRequest(method: string, url: string, settings: ExplainSettings): Promise<void> {
  const { header, output, verify } = settings;
  const request = readRequest(method, url, header);
  if ('wrong' in request) throw new UsageError(request.wrong);
  const { explanation, place, reader, decided } =
    settings.filename === undefined
      ? await askFor(method, url, settings)
      : await explainFiles(request, { ...settings, filename: settings.filename });
  const verified = verify === true ? await verifyBy(explanation, request, reader) : undefined;
  if (output !== 'text') {
    const data = { ...explanation, ...(decided && { decidedBy: Object.fromEntries(decided) }), ...(verified && { verified }) };
    await printData(data, output, process.stdout);
  } else {
    printExplanation(explanation, request, { place, decided }, process.stdout);
    if (verify === true) printVerification(verified, process.stdout);
  }
  if (!isSomebodys(explanation) || verified?.agrees === false) endWith(1);
}

async function verifyBy(explanation: Explanation, request: ExplainedRequest, reader: Found['reader']): Promise<Verification | undefined> {
  const { askEnvoy } = await import('./explain/ask-envoy.ts');
  return askEnvoy(explanation, request, await reader());
}

async function explainFiles(
  request: ExplainedRequest,
  { filename, ...settings }: ExplainSettings & { readonly filename: readonly string[] },
): Promise<Found> {
  for (const path of filename) requirePath(path);
  const { events, locate } = await readPaths(filename);
  const build = buildOnce(events, settings, { defaultCertificate: madeAtStart });
  const { current } = build;
  if (current === undefined) throw new Error('nothing was built');
  const { resources } = partOf(current, settings.fleet);
  const reader = () => Promise.resolve(new ResourceReader(resources));
  const known = { problems: () => build.problems(), unserved: (hostname: string) => unservedIngresses(build, hostname) };
  const explanation = explain(resources, request, known);
  return { explanation, place: placeBy(locate), reader, decided: decidedBy(build, explanation, settings) };
}

interface Found {
  readonly explanation: Explanation;
  readonly place: PlaceOf;
  /** Absent of a running Naru, which tries nothing for it. */
  readonly decided?: DecidedBy | undefined;
  /** What it was found by. */
  readonly reader: () => Promise<MessageReader>;
}

async function askFor(method: string, url: string, settings: ExplainSettings): Promise<Found> {
  const { server, fleet, header } = settings;
  const query = new URLSearchParams({ method, url, fleet });
  for (const one of header) query.append('header', one);
  const { explanation } = await ask<{ readonly explanation: Explanation }>(server[0], `/debug/explain?${query.toString()}`);
  const reader = async () => listedMessages((await readResources(['listeners', 'scopes', 'extensions'], settings)).resources);
  return { explanation, place: () => undefined, reader };
}

function placeBy(locate: Locate): PlaceOf {
  return (text) => {
    const source = parseSource(text);
    if (source === undefined) return undefined;
    const found = locate(source.kind, objectKey(source.namespace, source.name), source.field);
    return found && `${found.file}:${found.line}`;
  };
}
