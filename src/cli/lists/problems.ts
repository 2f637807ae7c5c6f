import type { Problem } from '../../model/problem.ts';
import { askAll } from '../live/ask.ts';
import type { Asked } from '../live/replica.ts';

/** Those that any replica knows: of what an Envoy refuses only the one knows that it is connected to. */
export async function readProblems(asked: Asked): Promise<readonly Problem[]> {
  const answers = await askAll<{ readonly problems: readonly Problem[] }>(asked, '/debug/problems');
  return withoutRepetition(answers.flatMap(({ body }) => body.problems));
}

export function withoutRepetition(problems: readonly Problem[]): readonly Problem[] {
  return [...new Map(problems.map((problem) => [JSON.stringify(problem), problem])).values()];
}
