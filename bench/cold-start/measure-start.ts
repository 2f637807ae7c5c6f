// One start in a process of its own: the plan comes as a message from the parent, and the result goes back as one.
import { measure, type Plan } from './measure.ts';

process.on('disconnect', () => process.exit());
process.once('message', (plan: Plan) => {
  void measure(plan).then((measured) => process.send?.(measured, () => process.disconnect()));
});
