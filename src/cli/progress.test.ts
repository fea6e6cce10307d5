import { expect, test } from 'vitest';

import { memoryScreen } from '../../test/support/memory-terminal.ts';
import { Progress } from './progress.ts';

function progressOn(screen: ReturnType<typeof memoryScreen>) {
  const clock = { ms: 0 };
  return { clock, progress: new Progress(screen, () => clock.ms) };
}

test('a log gets a line every few seconds, and none of short work', () => {
  const screen = memoryScreen();
  const { clock, progress } = progressOn(screen);
  clock.ms = 4_999;
  progress.update('Checking CDRs', 250, 1_000);
  progress.begin('Adding up the ledger');
  expect(screen.text()).toBe('');
  clock.ms = 5_000;
  progress.update('Checking CDRs', 500, 1_000);
  clock.ms = 5_100;
  progress.update('Checking CDRs', 750, 1_000);
  progress.clear();
  expect(screen.text()).toBe('Checking CDRs: 500 of 1000, 50 %\n');
});

test('a terminal gets one line, drawn over and taken away at the end', () => {
  const screen = memoryScreen({ isInteractive: true });
  const { clock, progress } = progressOn(screen);
  clock.ms = 100;
  progress.update('Checking CDRs', 1, 3);
  clock.ms = 200;
  progress.update('Checking CDRs', 3, 3);
  progress.begin('Adding up the ledger');
  progress.clear();
  expect(screen.text().split('\r\u001b[K')).toEqual([
    '',
    'Checking CDRs: 1 of 3, 33 %',
    'Checking CDRs: 3 of 3, 100 %',
    'Adding up the ledger …',
    '',
  ]);
});
