import type { DescribedChange } from '../debug/describe-changes.ts';
import { objectKey } from '../kube/event.ts';
import { readPaths } from '../kube/folder/read-folder.ts';
import type { Locate } from '../kube/folder/locate.ts';
import { printSource, type Source } from '../model/source.ts';
import type { ControllerSettings } from '../settings.ts';
import { endWith } from './end-with.ts';
import { buildOnce, madeAtStart } from './files/build-once.ts';
import { ask } from './live/ask.ts';
import type { Asked } from './live/replica.ts';
import { printChanges, printValue } from './print/print-changes.ts';
import { placeOfProblem, printProblem } from './print/print-problem.ts';
import { type DataOutput, printData } from './print/print-data.ts';
import { requirePath } from './files/require-path.ts';
import { UsageError } from './usage-error.ts';
import { answerWhy, type SettingEffect, type WhyAnswer } from './why/answer.ts';
import type { Origin } from './why/origin.ts';

export interface WhySettings extends ControllerSettings, Asked {
  /** Absent: a running Naru is asked. */
  readonly filename?: readonly string[];
  readonly output: 'text' | DataOutput;
}

/**
 * Says where a field of Envoy's comes from, or what an annotation or a key of the ConfigMap does. Found by trying: what would be
 * otherwise if the setting were not there. Exit code 1 where there is nothing to tell.
 */
export async function why(reference: string, field: string | undefined, settings: WhySettings): Promise<void> {
  const { answer, locate } =
    settings.filename === undefined
      ? await askServerWhy(reference, field, settings)
      : await whyOfFiles(reference, field, { ...settings, filename: settings.filename });
  if (answer.about === 'nothing') throw new UsageError(answer.answer);
  if (answer.about === 'absent') process.stdout.write(`${answer.answer}\n`);
  else if (settings.output !== 'text') await printData(answer.answer, settings.output, process.stdout);
  else if (answer.about === 'setting') printEffect(answer.answer, locate);
  else if (answer.about === 'settings') printEffects(answer.answer, locate);
  else printOrigin(field ?? reference, answer.answer, locate);
  if (answer.about === 'absent' || (answer.about === 'setting' && answer.answer.changes.length === 0)) endWith(1);
}

interface Found {
  readonly answer: WhyAnswer;
  readonly locate: Locate;
}

async function whyOfFiles(
  reference: string,
  field: string | undefined,
  { filename, ...settings }: WhySettings & { readonly filename: readonly string[] },
): Promise<Found> {
  for (const path of filename) requirePath(path);
  const { events, locate } = await readPaths(filename);
  const build = buildOnce(events, settings, { defaultCertificate: madeAtStart });
  return { answer: answerWhy(build, reference, field, settings), locate };
}

async function askServerWhy(reference: string, field: string | undefined, { server }: WhySettings): Promise<Found> {
  const query = new URLSearchParams({ ref: reference, ...(field === undefined ? {} : { field }) });
  const answer = await ask<WhyAnswer>(server[0], `/debug/why?${query.toString()}`);
  return { answer, locate: () => undefined };
}

/** From a setting to what it changes. */
function printEffect({ setting, changes, problems, reasons }: SettingEffect, locate: Locate): void {
  process.stdout.write(`${printSource(setting.source)}: ${JSON.stringify(setting.value)}${printPlace(setting.source, locate)}\n`);
  if (changes.length > 0) process.stdout.write('What it does, compared with being without it:\n');
  printChanges(changes, process.stdout);
  for (const problem of problems) printProblem(problem, placeOfProblem(problem, locate), process.stdout);
  if (changes.length === 0) process.stdout.write('It changes nothing: what Envoys get is the same without it.\n');
  for (const reason of reasons) process.stdout.write(`  ${reason}\n`);
}

/** All settings of an object, each with what it does in a line. */
function printEffects(effects: readonly SettingEffect[], locate: Locate): void {
  for (const { setting, changes, problems, reasons } of effects) {
    process.stdout.write(`${setting.name}: ${JSON.stringify(setting.value)}${printPlace(setting.source, locate)}\n`);
    const fields = changes.flatMap((change) => (change.fields.length === 0 ? [change.verb] : change.fields.map(({ path }) => path)));
    const [first, ...others] = fields.map((path) => path.replace(/^.*\.(?=\w+\.\w+$)/, ''));
    if (first !== undefined)
      process.stdout.write(
        `  changes ${changes.map(nameOfChange).join(', ')}: ${first}${others.length === 0 ? '' : ` and ${others.length} more`}\n`,
      );
    else process.stdout.write(`  changes nothing${reasons.length === 0 ? '' : `: ${reasons.join(' ')}`}\n`);
    for (const { code, severity, message } of problems) process.stdout.write(`  ${code} ${severity}  ${message}\n`);
  }
}

function nameOfChange({ type, name }: DescribedChange): string {
  return `${type === 'endpoints' ? 'endpoints of' : type.replace(/s$/, '')} ${name}`;
}

/** From a field of Envoy's to the settings that decide it. */
function printOrigin(name: string, origin: Origin, locate: Locate): void {
  const { value, causes, eachAlone } = origin;
  process.stdout.write(`${name} is ${printValue(value)}\n`);
  for (const { setting, without, over } of causes) {
    process.stdout.write(`  ${printSource(setting.source)}: ${JSON.stringify(setting.value)}${printPlace(setting.source, locate)}\n`);
    if (over !== undefined) process.stdout.write(`    goes before the key ${over.name} of the ConfigMap (${over.value ?? 'unset'})\n`);
    if (!eachAlone) process.stdout.write(`    without it: ${printValue(without)}\n`);
  }
  if (eachAlone) process.stdout.write(`    each alone makes it so; without all of them: ${printValue(causes[0]?.without)}\n`);
  if (causes.length === 0) printDefault(origin, locate);
}

function printDefault({ sources, possible }: Origin, locate: Locate): void {
  const follows = sources.length === 0 ? '.' : ', or follows from';
  process.stdout.write(`  No annotation and no key of the ConfigMap decides it: it is a default${follows}\n`);
  for (const source of sources.slice(0, 10)) process.stdout.write(`  ${printSource(source)}${printPlace(source, locate)}\n`);
  for (const { name, said, key } of possible) {
    const written = said === undefined ? '' : ` It says ${JSON.stringify(said.value)}${printPlace(said.source, locate)}, as by default.`;
    process.stdout.write(
      `  The annotation ${name} can decide it${key === undefined ? '' : `, and so can the key ${key.name}`}.${written}\n`,
    );
  }
}

function printPlace({ kind, namespace, name, field }: Source, locate: Locate): string {
  const place = locate(kind, objectKey(namespace, name), field);
  return place === undefined ? '' : `   ${place.file}:${place.line}`;
}
