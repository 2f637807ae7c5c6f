import { Testbed } from '../ads/testbed/testbed.ts';
import type { TestbedSettings } from '../settings.ts';
import { stopSignal } from './servers/stop-signal.ts';

/** Serves xDS with whatever a test suite puts into it, on this machine only, until it is asked to stop. */
export async function adsTestbed(settings: TestbedSettings): Promise<void> {
  const stopped = stopSignal();
  const testbed = new Testbed({ ...settings, log: (line) => process.stderr.write(`${line}\n`) });
  try {
    const { xds, control } = await testbed.start();
    process.stdout.write(`xds     ${xds}\ncontrol ${control}\n`);
    await stopped;
  } finally {
    await testbed.stop();
  }
}
