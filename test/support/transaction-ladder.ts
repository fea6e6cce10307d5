import { vi } from 'vitest';
import { MachineRunner } from '../../src/embedded/sip/transaction/machine-runner.ts';
import type { MachineContext, Step, TimerEvent } from '../../src/embedded/sip/transaction/step.ts';
import { rfcTimers } from '../../src/embedded/sip/timers.ts';

/** One machine on a fake clock: what it does is written down with the time, in milliseconds. */
export interface Ladder<State, Event> {
  /** Lines such as `500 resend`. */
  readonly log: string[];
  readonly state: () => State;
  readonly feed: (event: Event | TimerEvent) => void;
  /** Lets time pass. */
  readonly wait: (ms: number) => void;
}

/** Puts a machine on a ladder. Fake timers must be on; `reliable` is TCP. */
export function ladder<State extends { readonly name: string }, Event extends { readonly on: string }>(
  start: State,
  machine: (state: State, event: Event | TimerEvent, context: MachineContext) => Step<State>,
  reliable: boolean,
): Ladder<State['name'], Event> {
  const log: string[] = [];
  const beganMs = performance.now();
  const note = (what: string): void => void log.push(`${Math.round(performance.now() - beganMs)} ${what}`);
  let last: Buffer | undefined;
  const runner = new MachineRunner<State, Event, string>(
    start,
    machine,
    { timers: rfcTimers, reliable },
    {
      send: (bytes) => {
        note(bytes === last ? 'resend' : `send ${bytes.toString()}`);
        last = bytes;
      },
      deliver: (message) => note(`deliver ${message}`),
      acknowledge: (message) => note(`acknowledge ${message}`),
      fail: (why) => note(`fail ${why}`),
      end: () => note('end'),
    },
  );
  return {
    log,
    state: () => runner.state,
    feed: (event) => {
      const message = 'status' in event ? String(event.status) : event.on;
      runner.handle(event, { bytes: Buffer.from(message), message });
    },
    wait: (ms) => void vi.advanceTimersByTime(ms),
  };
}
