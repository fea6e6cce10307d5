import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';

import { databaseFileIn } from '../../store/open-store.ts';
import { isServed } from '../../store/look-at-database.ts';
import { SettingsError } from '../cli-error.ts';
import { readSettings } from '../read-settings.ts';
import type { Terminal } from '../terminal.ts';
import { checkDatabase, checkDataFolder } from './check-data.ts';
import { checkEngines } from './check-engines.ts';
import { checkAdvertised, checkHttpExposure, checkSecrets } from './check-exposure.ts';
import {
  checkClock,
  checkNode,
  checkTimeZones,
  checkUdpBuffer,
  largestUdpBuffer,
  type ClockSample,
} from './check-machine.ts';
import { checkPorts } from './check-ports.ts';
import { checkServer } from './check-server.ts';
import { fail, ok, type Finding } from './finding.ts';

/** Long enough to see a clock that is being set again and again. */
const BETWEEN_SAMPLES_MS = 200;

/** Looks at everything that a set-up needs. Where the settings are wrong, at the machine alone. */
export async function examine(terminal: Terminal): Promise<readonly Finding[]> {
  const first = sampleClock();
  await sleep(BETWEEN_SAMPLES_MS);
  const machine = [
    checkNode(process.version),
    checkClock(first, sampleClock()),
    checkTimeZones(new Date().getUTCFullYear()),
    checkUdpBuffer(largestUdpBuffer()),
  ];
  try {
    return [...machine, ...(await examineSetUp(terminal))];
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    return [
      ...machine,
      ...error.problems.map(({ setting, source, message }) =>
        fail('settings', `${setting} ${message}`, `Correct it: it was set in ${source}.`),
      ),
    ];
  }
}

async function examineSetUp(terminal: Terminal): Promise<readonly Finding[]> {
  const config = readSettings(terminal);
  const { TOLLGATE_DATA_DIR: dataDir } = config;
  const data = await checkDataFolder(dataDir);
  const served = isServedQuietly(dataDir);
  return [
    ok('settings', 'can be used'),
    ...data,
    ...checkDatabase(dataDir, served, Date.now()),
    ...(await checkPorts(config, served)),
    await checkAdvertised(config),
    ...(await checkEngines(config)),
    ...checkSecrets(config),
    checkHttpExposure(config),
    await checkServer(config, served),
  ];
}

/** A folder that can't be looked into is served by nobody that we could tell; the check of the folder says why. */
function isServedQuietly(dataDir: string): boolean {
  try {
    return isServed(databaseFileIn(dataDir));
  } catch {
    return false;
  }
}

function sampleClock(): ClockSample {
  return { wallMs: Date.now(), monotonicMs: performance.now() };
}
