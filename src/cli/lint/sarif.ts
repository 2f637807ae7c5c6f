import { createHash } from 'node:crypto';
import { isAbsolute } from 'node:path';
import { pathToFileURL } from 'node:url';
import { codes, type ProblemCode, type Severity } from '../../model/codes.ts';
import { printSource } from '../../model/source.ts';
import { codePage } from '../print/code-page.ts';
import type { Finding, Findings } from './findings.ts';

const levels: Readonly<Record<Severity, string>> = { error: 'error', warning: 'warning', info: 'note' };

/** SARIF 2.1.0, which code scanning services and editors show. https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html */
export function lintSarif({ findings }: Findings, version: string): string {
  const used = [...new Set(findings.map(({ problem }) => problem.code))].sort();
  const log = {
    $schema: 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'naru', version, rules: used.map(ruleOf) } },
        columnKind: 'utf16CodeUnits',
        results: findings.map((finding) => resultOf(finding, used.indexOf(finding.problem.code))),
      },
    ],
  };
  return JSON.stringify(log, null, 2);
}

function ruleOf(code: ProblemCode) {
  const { severity, title } = codes[code];
  return {
    id: code,
    shortDescription: { text: title },
    help: { text: codePage(code) },
    defaultConfiguration: { level: levels[severity] },
  };
}

function resultOf({ problem, file, location }: Finding, ruleIndex: number) {
  const { code, severity, source, message, done, fix } = problem;
  const { field: _, ...object } = source;
  const region = location && {
    region: { startLine: location.line, startColumn: location.column, endColumn: location.column + location.width },
  };
  const physical = file === undefined ? {} : { physicalLocation: { artifactLocation: { uri: uriOf(file) }, ...region } };
  return {
    ruleId: code,
    ruleIndex,
    level: levels[severity],
    message: { text: [`${printSource(object)}: ${message}`, done, ...(fix === undefined ? [] : [fix])].join(' ') },
    locations: [{ ...physical, logicalLocations: [{ fullyQualifiedName: printSource(source), kind: 'object' }] }],
    // The same finding stays the same when lines above it come and go.
    partialFingerprints: {
      'naru/v1': createHash('sha256')
        .update(`${code} ${printSource(source)} ${message}`)
        .digest('hex')
        .slice(0, 32),
    },
  };
}

function uriOf(file: string): string {
  return isAbsolute(file) ? pathToFileURL(file).href : file.split(/[\\/]/).map(encodeURIComponent).join('/');
}
