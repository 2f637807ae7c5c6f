import * as z from 'zod';

/**
 * What the standard allows of the properties that Naru writes; others are refused.
 * https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/sarif-v2.1.0-errata01-os-complete.html
 */
const message = z.strictObject({ text: z.string().min(1) });
const level = z.enum(['none', 'note', 'warning', 'error']);
const region = z.strictObject({ startLine: z.int().min(1), startColumn: z.int().min(1), endColumn: z.int().min(1) });
const rule = z.strictObject({
  id: z.string(),
  shortDescription: message,
  help: message,
  defaultConfiguration: z.strictObject({ level }),
});
const location = z.strictObject({
  physicalLocation: z
    .strictObject({ artifactLocation: z.strictObject({ uri: z.string().regex(/^[^\s\\]+$/) }), region: region.optional() })
    .optional(),
  logicalLocations: z.array(z.strictObject({ fullyQualifiedName: z.string(), kind: z.string() })),
});
const result = z.strictObject({
  ruleId: z.string(),
  ruleIndex: z.int().min(0),
  level,
  message,
  locations: z.array(location),
  partialFingerprints: z.record(z.string(), z.string()),
});
const driver = z.strictObject({ name: z.string(), version: z.string(), rules: z.array(rule) });
const run = z.strictObject({
  tool: z.strictObject({ driver }),
  columnKind: z.enum(['utf16CodeUnits', 'unicodeCodePoints']),
  results: z.array(result),
});

export const sarifLog = z.strictObject({ $schema: z.url(), version: z.literal('2.1.0'), runs: z.array(run) });
