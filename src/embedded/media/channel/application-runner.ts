import { setImmediate } from 'node:timers/promises';
import { NO_RESPONSE, type Application, type ApplicationCall, type ApplicationChannel } from './application.ts';
import { noSuch } from './no-such.ts';

/** Applications that may run and wait on one channel at once. */
const MAX_PENDING = 200;

/** An application to be run. */
export interface ExecuteRequest {
  readonly application: string;
  readonly argument: string;
  /** By which its events are told from those of others (`Application-UUID`). */
  readonly uuid: string;
  /** While it runs, others wait; otherwise one that comes is run at once, on top of it. */
  readonly isLocked: boolean;
  /** How often it is run. */
  readonly loops: number;
}

interface Running {
  readonly request: ExecuteRequest;
  readonly ending: AbortController;
  step: AbortController | undefined;
}

/**
 * Runs a channel's applications as FreeSWITCH does: an application that comes while another one runs is run at once and
 * the other goes on after it, unless the other is locked; then it waits.
 */
export class ApplicationRunner {
  readonly #channel: ApplicationChannel;
  readonly #applications: ReadonlyMap<string, Application>;
  readonly #onBug: (error: Error) => void;
  readonly #running: Running[] = [];
  #waiting: ExecuteRequest[] = [];
  #isOver = false;
  #whenIdle: (() => void)[] = [];

  constructor(
    channel: ApplicationChannel,
    applications: ReadonlyMap<string, Application>,
    onBug: (error: Error) => void,
  ) {
    this.#channel = channel;
    this.#applications = applications;
    this.#onBug = onBug;
  }

  /** The application that came last, of those that run. */
  get current(): ExecuteRequest | undefined {
    return this.#running.at(-1)?.request;
  }

  /** Takes an application on; answers why not, where it doesn't. Its end is told in any case. */
  execute(request: ExecuteRequest): string | undefined {
    const application = this.#applications.get(request.application);
    const refusal = this.#refusal(request, application);
    if (refusal !== undefined || application === undefined) {
      this.#publishEnd(request, refusal ?? NO_RESPONSE);
      return refusal;
    }
    if (this.#running.at(-1)?.request.isLocked === true) this.#waiting.push(request);
    else this.#start(request, application);
    return undefined;
  }

  /** Ends what the last application does just now. */
  break(): void {
    this.#running.at(-1)?.step?.abort();
  }

  /** Ends what every application does, the last first, and runs none that waits. */
  async breakAll(): Promise<void> {
    this.#dropWaiting();
    for (const { step } of this.#running.toReversed()) {
      step?.abort();
      // Each tells its end, with the variables it sets, before the next.
      await setImmediate();
    }
  }

  /** Ends every application; others may follow. */
  interrupt(): void {
    this.#dropWaiting();
    for (const { ending } of this.#running.toReversed()) ending.abort();
  }

  /** Ends every application, and takes on no more; resolves when the last has ended. */
  async end(): Promise<void> {
    this.#isOver = true;
    this.interrupt();
    if (this.#running.length === 0) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#whenIdle.push(resolve);
    await promise;
  }

  #refusal({ application: name }: ExecuteRequest, application: Application | undefined): string | undefined {
    if (application === undefined) return noSuch(name, 'application');
    if (this.#isOver) return '-ERR the channel is hung up';
    if (this.#running.length + this.#waiting.length < MAX_PENDING) return undefined;
    return `-ERR ${MAX_PENDING} applications wait on this channel: let some end first`;
  }

  #start(request: ExecuteRequest, application: Application): void {
    const running: Running = { request, ending: new AbortController(), step: undefined };
    this.#running.push(running);
    const response = this.#run(running, application);
    if (typeof response === 'string') this.#finish(running, response);
    else void response.then((text) => this.#finish(running, text));
  }

  /** Runs it as often as asked for; never rejects. */
  #run(running: Running, application: Application): string | Promise<string> {
    const response = this.#runOnce(running, application);
    if (running.request.loops === 1) return response;
    return this.#repeat(running, application, response);
  }

  async #repeat(running: Running, application: Application, first: string | Promise<string>): Promise<string> {
    let response = await first;
    for (let left = running.request.loops - 1; left > 0 && !running.ending.signal.aborted; left -= 1) {
      this.#publishEnd(running.request, response);
      response = await this.#runOnce(running, application);
    }
    return response;
  }

  #runOnce(running: Running, application: Application): string | Promise<string> {
    const { request } = running;
    const { variables } = this.#channel;
    variables.set('current_application', request.application);
    variables.set('current_application_data', request.argument);
    this.#channel.publish('CHANNEL_EXECUTE', headersOf(request));
    try {
      const response = application(this.#callOf(running));
      return typeof response === 'string' ? response : response.catch((error: unknown) => this.#fail(request, error));
    } catch (error) {
      return this.#fail(request, error);
    }
  }

  #callOf(running: Running): ApplicationCall {
    const { signal } = running.ending;
    return {
      channel: this.#channel,
      argument: running.request.argument,
      signal,
      async step(run) {
        const step = new AbortController();
        running.step = step;
        try {
          return await run(AbortSignal.any([signal, step.signal]));
        } finally {
          if (running.step === step) running.step = undefined;
        }
      },
    };
  }

  /** A bug in an application ends that application, nothing else. */
  #fail({ application }: ExecuteRequest, error: unknown): string {
    this.#onBug(error instanceof Error ? error : new Error(String(error)));
    return `-ERR ${application} failed: ${error instanceof Error ? error.message : String(error)}`;
  }

  #finish(running: Running, response: string): void {
    this.#running.splice(this.#running.indexOf(running), 1);
    this.#publishEnd(running.request, response);
    const next = this.#running.at(-1)?.request.isLocked === true ? undefined : this.#waiting.shift();
    if (next !== undefined) this.execute(next);
    else if (this.#running.length === 0) for (const resolve of this.#whenIdle.splice(0)) resolve();
  }

  #dropWaiting(): void {
    for (const request of this.#waiting.splice(0)) this.#publishEnd(request, NO_RESPONSE);
  }

  #publishEnd(request: ExecuteRequest, response: string): void {
    this.#channel.variables.set('current_application_response', response === NO_RESPONSE ? undefined : response);
    this.#channel.publish('CHANNEL_EXECUTE_COMPLETE', { ...headersOf(request), 'Application-Response': response });
  }
}

const headersOf = ({ application, argument, uuid }: ExecuteRequest): Record<string, string> => ({
  Application: application,
  ...(argument === '' ? {} : { 'Application-Data': argument }),
  'Application-UUID': uuid,
});
