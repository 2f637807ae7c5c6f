import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { outputFolder } from './programs.ts';

/** Whose Envoys serve the Gateways: those of all, or some for each. */
export type Infrastructure = 'shared' | 'own';

/** Where the suite writes its report. */
export const reportFile = path.join(outputFolder, 'report.yaml');

const page = 'docs/conformance.md';
/** The page has a block for each, in this order. */
const blocks: readonly Infrastructure[] = ['shared', 'own'];
const block = /```yaml\n[\s\S]*?```/g;

/** Puts the suite's own report into the page that shows it. */
export function writeReport(infrastructure: Infrastructure): void {
  const report = readFileSync(reportFile, 'utf8').trimEnd();
  const text = readFileSync(page, 'utf8');
  if ([...text.matchAll(block)].length !== blocks.length) throw new Error(`${page} has not a place for each report`);
  let index = 0;
  writeFileSync(
    page,
    text.replace(block, (old) => (blocks[index++] === infrastructure ? `\`\`\`yaml\n${report}\n\`\`\`` : old)),
  );
}
