import type { Certificate } from '../../model/certificate.ts';
import { problem, type Problem } from '../../model/problem.ts';
import type { Source } from '../../model/source.ts';

/** As long before the end as ingress-nginx warns: createServers in its internal/ingress/controller/controller.go. */
const soonMs = 240 * 3_600_000;

/** What clients will object to. The certificate is served all the same, as by ingress-nginx: no other would be better. */
export function checkValidity({ key, notBefore, notAfter }: Certificate, source: Source, nowMs: number): readonly Problem[] {
  const [begins, ends] = [Date.parse(notBefore), Date.parse(notAfter)];
  const done = 'It is served all the same, and clients refuse it.';
  const subject = `The certificate of Secret ${key}`;
  if (ends <= nowMs) {
    const fix = 'Put a new one into the Secret; it is live at once. If cert-manager should have done so, look at its Certificate.';
    return [problem('NR404', source, { message: `${subject} expired on ${notAfter}.`, done, fix })];
  }
  if (begins > nowMs) {
    const fix = 'Put one into the Secret that is valid now, or set the clock of the machine that made it.';
    return [problem('NR404', source, { message: `${subject} is valid from ${notBefore} on only.`, done, fix })];
  }
  if (ends > nowMs + soonMs) return [];
  const message = `${subject} expires on ${notAfter}.`;
  const fix = 'Put a new one into the Secret before that; it is live at once.';
  return [problem('NR405', source, { message, done: 'Until then nothing is wrong.', fix })];
}
