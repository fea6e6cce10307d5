import type { Effect, MachineContext, Step, TimerEvent, TimerName } from './step.ts';

/** The world a machine acts on. `Incoming` is what it delivers upwards. */
export interface MachineHost<Incoming> {
  /** Puts bytes on the wire. */
  send(bytes: Buffer): void;
  /** Hands a message, or an ACK, to the transaction user. */
  deliver(message: Incoming): void;
  /** Acknowledges a final response other than 2xx. Only client INVITE transactions ask for it. */
  acknowledge(message: Incoming): void;
  fail(why: 'timeout' | 'transport'): void;
  end(): void;
}

/** What may come with an event: bytes to send, or a message to deliver. */
export interface EventMessage<Incoming> {
  readonly bytes?: Buffer;
  readonly message?: Incoming;
}

/**
 * Runs one transaction machine: keeps its state, its timers and the last bytes it sent, and carries out its effects.
 * Node's own timers are lists by duration, so the few durations SIP uses cost next to nothing each.
 */
export class MachineRunner<State extends { readonly name: string }, Event extends { readonly on: string }, Incoming> {
  #state: State;
  readonly #machine: (state: State, event: Event | TimerEvent, context: MachineContext) => Step<State>;
  readonly #context: MachineContext;
  readonly #host: MachineHost<Incoming>;
  readonly #timers = new Map<TimerName, NodeJS.Timeout>();
  #lastSent: Buffer | undefined;

  constructor(
    start: State,
    machine: (state: State, event: Event | TimerEvent, context: MachineContext) => Step<State>,
    context: MachineContext,
    host: MachineHost<Incoming>,
  ) {
    this.#state = start;
    this.#machine = machine;
    this.#context = context;
    this.#host = host;
  }

  /** The name of the state the machine is in. */
  get state(): State['name'] {
    return this.#state.name;
  }

  /** Feeds one event to the machine and carries out what it asks. */
  handle(event: Event | TimerEvent, carried: EventMessage<Incoming> = {}): void {
    const { state, effects } = this.#machine(this.#state, event, this.#context);
    // The state is set first: a host may answer within `deliver`, which is the machine's next event.
    this.#state = state;
    for (const effect of effects) this.#perform(effect, carried);
  }

  /** Stops all timers: what isn't sent by now is not sent by itself any more. */
  stop(): void {
    for (const timer of this.#timers.keys()) this.#disarm(timer);
  }

  #perform(effect: Effect, { bytes, message }: EventMessage<Incoming>): void {
    switch (effect.do) {
      case 'send':
        if (bytes !== undefined) this.#host.send((this.#lastSent = bytes));
        return;
      case 'resend':
        if (this.#lastSent !== undefined) this.#host.send(this.#lastSent);
        return;
      case 'acknowledge':
        if (message !== undefined) this.#host.acknowledge(message);
        return;
      case 'deliver':
        if (message !== undefined) this.#host.deliver(message);
        return;
      case 'arm':
        this.#arm(effect.timer, effect.afterMs);
        return;
      case 'disarm':
        this.#disarm(effect.timer);
        return;
      case 'fail':
        this.#host.fail(effect.why);
        return;
      case 'end':
        this.stop();
        this.#host.end();
        return;
    }
  }

  #arm(timer: TimerName, afterMs: number): void {
    this.#disarm(timer);
    const handle = setTimeout(() => {
      this.#timers.delete(timer);
      this.handle({ on: 'timer', timer });
    }, afterMs);
    this.#timers.set(timer, handle);
  }

  #disarm(timer: TimerName): void {
    clearTimeout(this.#timers.get(timer));
    this.#timers.delete(timer);
  }
}
