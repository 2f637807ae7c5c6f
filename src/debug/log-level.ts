import type { Context } from 'hono';
import { json, problem } from './answer.ts';
import { printTime } from './describe-fleet.ts';
import type { LogLevel, LogLevels } from './view.ts';

/** From much to little. */
export const logLevels = ['debug', 'info', 'warn', 'error'] as const;

const longest = 86_400;

/** How much each component logs. */
export function readLevels(c: Context, levels: LogLevels | undefined): Response {
  return levels === undefined ? noLog(c) : json(c, { levels: levels.list().map(describeLevel) });
}

/** As in `PUT /debug/log-level?level=debug&component=kube&seconds=600`. */
export function changeLevel(c: Context, levels: LogLevels | undefined): Response {
  if (levels === undefined) return noLog(c);
  const { level: wanted, component, seconds } = c.req.query();
  const level = logLevels.find((one) => one === wanted);
  if (level === undefined) return problem(c, 400, `level=${wanted ?? ''} is no level: write ${logLevels.join(', ')}.`);
  const components = levels.list().map((one) => one.component);
  if (component !== undefined && !components.includes(component))
    return problem(c, 400, `There is no component ${component}; there are ${components.join(', ')}.`);
  if (seconds !== undefined && !(/^[1-9]\d{0,4}$/.test(seconds) && Number(seconds) <= longest))
    return problem(c, 400, `seconds=${seconds} is no whole number from 1 to ${longest}.`);
  levels.set({ level, component, ...(seconds === undefined ? {} : { seconds: Number(seconds) }) });
  return readLevels(c, levels);
}

function describeLevel({ component, level, until }: LogLevel) {
  return { component, level, until: until === undefined ? null : printTime(until) };
}

function noLog(c: Context): Response {
  return problem(c, 404, 'This Naru writes no log: only naru serve does.');
}
