import type { Command } from 'commander';

import { EXIT } from '../cli-error.ts';
import { examine } from '../doctor/examine.ts';
import type { Finding } from '../doctor/finding.ts';
import { newCommand, type Invocation } from '../new-command.ts';
import { renderTable } from '../render-table.ts';
import type { Screen } from '../terminal.ts';

/** `tollgate doctor`: looks at everything that a set-up needs, and says how to mend what isn't well. */
export function addDoctor(parent: Command, invocation: Invocation): void {
  const { terminal } = invocation;
  newCommand(parent, 'doctor', {
    summary: 'look for what is wrong with a set-up',
    about:
      'Look at Node, clock, time zones, settings, data folder, database, ports, engines and secrets, with and without a ' +
      'running server, and say how to mend what is not well. Nothing is changed. Exit code 0 where nothing fails, ' +
      'warnings or not, and 1 where something does.',
    examples: [
      ['tollgate doctor', ''],
      ['tollgate doctor --json | jq \'.findings[] | select(.status != "ok")\'', 'what is not well'],
    ],
  }).action(async ({ json }: { json?: boolean }) => {
    const findings = await examine(terminal);
    const healthy = findings.every(({ status }) => status !== 'fail');
    terminal.out.write(`${json ? JSON.stringify({ healthy, findings }) : describe(findings, terminal.out)}\n`);
    if (!healthy) invocation.end(EXIT.failed);
  });
}

function describe(findings: readonly Finding[], screen: Screen): string {
  const { green, yellow, red } = screen.paint;
  const paint = { ok: green, warn: yellow, fail: red };
  const rows = findings.map(({ check, status, found, remedy }) => [
    paint[status](status),
    check,
    remedy === undefined ? found : `${found}\n→ ${remedy}`,
  ]);
  const count = (wanted: Finding['status']): number => findings.filter(({ status }) => status === wanted).length;
  const sum = `${count('ok')} ok, ${count('warn')} warnings, ${count('fail')} failures`;
  return `${renderTable(screen, ['', 'check', 'found'], rows)}\n\n${sum}`;
}
