import type { DescribedChange } from '../debug/describe-changes.ts';
import { objectKey } from '../kube/event.ts';
import { readPaths } from '../kube/folder/read-folder.ts';
import type { Locate } from '../kube/folder/locate.ts';
import { printSource, type Source } from '../model/source.ts';
import type { Build } from '../runtime/build.ts';
import type { ControllerSettings } from '../settings.ts';
import { buildOnce, madeAtStart } from './files/build-once.ts';
import { printChanges, printValue } from './print/print-changes.ts';
import { placeOfProblem, printProblem } from './print/print-problem.ts';
import { requirePath } from './files/require-path.ts';
import { UsageError } from './usage-error.ts';
import { effectOf } from './why/effect.ts';
import { type Origin, originOf } from './why/origin.ts';
import { absent, absentKey } from './why/reasons.ts';
import { type Setting, settingOf, settingsOfReference } from './why/settings-of.ts';

export interface WhySettings extends ControllerSettings {
  readonly filename: readonly string[];
  readonly output: 'text' | 'json';
}

/**
 * Says where a field of Envoy's comes from, or what an annotation or a key of the ConfigMap does. Found by trying: what would be
 * otherwise if the setting were not there. Exit code 1 where there is nothing to tell.
 */
export async function why(reference: string, field: string | undefined, settings: WhySettings): Promise<void> {
  for (const path of settings.filename) requirePath(path);
  const { events, locate } = await readPaths(settings.filename);
  const build = buildOnce(events, settings, { defaultCertificate: madeAtStart });
  const context = { settings, locate };
  const setting = settingOf(build, reference, field, settings);
  if (setting !== undefined) return whatItDoes(build, setting, context);
  const all = settingsOfReference(build, reference, settings);
  if (all === undefined) return whereFrom(build, reference, field, context);
  if (field === undefined) return whatAllDo(build, all, context);
  const [what, meaning] =
    reference === 'configmap' ? ['key', absentKey(field)] : ['annotation', absent(field.slice(field.indexOf('/') + 1))];
  if (meaning === undefined) throw new UsageError(`${reference} has no ${what} ${field}, and Naru knows none of this name.`);
  process.stdout.write(`${reference} has no ${what} ${field}. ${meaning}\n`);
  process.exitCode = 1;
}

interface Context {
  readonly settings: WhySettings;
  readonly locate: Locate;
}

/** From a setting to what it changes. */
function whatItDoes(build: Build, setting: Setting, { settings, locate }: Context): void {
  const { changes, problems, reasons } = effectOf(build, setting, settings);
  if (settings.output === 'json') process.stdout.write(`${JSON.stringify({ setting, changes, problems, reasons }, null, 2)}\n`);
  else {
    process.stdout.write(`${printSource(setting.source)}: ${JSON.stringify(setting.value)}${printPlace(setting.source, locate)}\n`);
    if (changes.length > 0) process.stdout.write('What it does, compared with being without it:\n');
    printChanges(changes, process.stdout);
    for (const problem of problems) printProblem(problem, placeOfProblem(problem, locate), process.stdout);
    if (changes.length === 0) process.stdout.write('It changes nothing: what Envoys get is the same without it.\n');
    for (const reason of reasons) process.stdout.write(`  ${reason}\n`);
  }
  if (changes.length === 0) process.exitCode = 1;
}

/** All settings of an object, each with what it does in a line. */
function whatAllDo(build: Build, all: readonly Setting[], { settings, locate }: Context): void {
  const effects = all.map((setting) => ({ setting, ...effectOf(build, setting, settings) }));
  if (settings.output === 'json') {
    process.stdout.write(`${JSON.stringify(effects, null, 2)}\n`);
    return;
  }
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
function whereFrom(build: Build, reference: string, field: string | undefined, { settings, locate }: Context): void {
  const origin = originOf(build, reference, field, settings);
  if (origin === undefined)
    throw new UsageError(
      `There is no ${reference}. Write it as in cluster/shop/api/80, host/shop.example.com, or ingress/shop/web with an annotation.`,
    );
  const { value, causes, eachAlone } = origin;
  if (settings.output === 'json') {
    process.stdout.write(`${JSON.stringify(origin, null, 2)}\n`);
    return;
  }
  process.stdout.write(`${field ?? reference} is ${printValue(value)}\n`);
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
