import { styleText } from 'node:util';
import type { Section } from './check/finding.ts';
import { checkKubernetes, type KubernetesSettings } from './check/kubernetes.ts';
import { endWith } from './end-with.ts';
import { checkLive } from './check/live.ts';
import type { ReadSettings } from './get/read-resources.ts';
import { printCount } from './print/count.ts';
import { printData } from './print/print-data.ts';

export interface CheckSettings extends KubernetesSettings, Omit<ReadSettings, keyof KubernetesSettings> {
  /** Only what must hold before Naru runs. */
  readonly pre?: boolean;
  readonly output: 'text' | 'json' | 'yaml';
}

const colours = { ok: 'green', warn: 'yellow', FAIL: 'red', skip: 'dim' } as const;

/** Looks at everything that must hold. Exit code 1 where something does not. */
export async function check(settings: CheckSettings): Promise<void> {
  const kubernetes: Section = { title: 'kubernetes', findings: await checkKubernetes(settings) };
  const sections = [kubernetes, ...(settings.pre === true ? [] : await checkLive(settings))];
  const findings = sections.flatMap((section) => section.findings);
  const count = (state: string): number => findings.filter((finding) => finding.state === state).length;
  if (count('FAIL') > 0) endWith(1);
  if (settings.output !== 'text') return printData(sections, settings.output, process.stdout);
  for (const { title, findings: found } of sections) {
    process.stdout.write(`${title}\n`);
    for (const { state, text, hint } of found)
      process.stdout.write(
        `  ${styleText(colours[state], state.padEnd(4), { stream: process.stdout })} ${text}${hint === undefined ? '' : `   run: ${hint}`}\n`,
      );
  }
  process.stdout.write(`${count('FAIL')} failed, ${printCount(count('warn'), 'warning')}.\n`);
  return undefined;
}
