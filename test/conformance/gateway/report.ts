import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { outputFolder } from './programs.ts';

/** Where the suite writes its report. */
export const reportFile = path.join(outputFolder, 'report.yaml');

const page = 'docs/conformance.md';
const block = /```yaml\n[\s\S]*?```/;

/** Puts the suite's own report into the page that shows it. */
export function writeReport(): void {
  const report = readFileSync(reportFile, 'utf8').trimEnd();
  const text = readFileSync(page, 'utf8');
  if (!block.test(text)) throw new Error(`${page} has no place for the report`);
  writeFileSync(
    page,
    text.replace(block, () => `\`\`\`yaml\n${report}\n\`\`\``),
  );
}
