import type {
  CallMedia,
  MediaEvent,
  MediaServers,
  MediaSide,
  Question,
  Sound,
} from '../../src/calls/ports/call-media.ts';
import { AppError } from '../../src/domain/app-error.ts';
import type { AttemptId } from '../../src/domain/ids.ts';

/** Something that was started, and is ended by whoever tests. */
interface Running<Result> {
  readonly what: string;
  readonly end: (result: Result) => void;
  readonly fail: (error: unknown) => void;
}

/** A call's media that does nothing by itself: it writes down what is asked of it, and answers when it is told to. */
export class FakeCallMedia implements CallMedia {
  readonly server: string;
  readonly callerSdp = 'sdp of the server to the caller';
  /** What was asked for, in order. */
  readonly asked: string[] = [];
  readonly #running: Running<string>[] = [];
  /** Fails what is asked for next by this name. */
  readonly failing = new Set<string>();

  constructor(server: string) {
    this.server = server;
  }

  /** Ends the oldest thing that runs with its result: digits, or how it ended. */
  end(result: string): void {
    const running = this.#running.shift();
    if (running === undefined) throw new Error(`nothing runs; so far: ${this.asked.join(', ')}`);
    running.end(result);
  }

  fail(): void {
    this.#running.shift()?.fail(new AppError('media-failed', 'as the test wants it'));
  }

  get running(): readonly string[] {
    return this.#running.map(({ what }) => what);
  }

  openBuyer(attemptId: AttemptId): Promise<string> {
    return this.#do(`openBuyer ${attemptId}`, `sdp of the server to ${attemptId}`);
  }

  negotiate(side: MediaSide, sdp: string): Promise<string> {
    return this.#do(`negotiate ${side} ${sdp}`, `sdp of the server to ${side}`);
  }

  play(side: MediaSide, sound: Sound): Promise<'finished' | 'stopped'> {
    return this.#run(`play ${side} ${nameOf(sound)}`) as Promise<'finished' | 'stopped'>;
  }

  ask(side: MediaSide, { sound, maxDigits, timeoutMs }: Question): Promise<string> {
    return this.#run(`ask ${side} ${nameOf(sound)} ${maxDigits} ${timeoutMs}`);
  }

  stop(side: MediaSide): void {
    this.asked.push(`stop ${side}`);
  }

  pressed(side: MediaSide, digits: string): void {
    this.asked.push(`pressed ${side} ${digits}`);
  }

  bridge(attemptId: AttemptId): Promise<void> {
    return this.#do(`bridge ${attemptId}`, undefined);
  }

  startRecording(path: string): Promise<void> {
    return this.#do(`startRecording ${path}`, undefined);
  }

  pauseRecording(): Promise<void> {
    return this.#do('pauseRecording', undefined);
  }

  resumeRecording(): Promise<void> {
    return this.#do('resumeRecording', undefined);
  }

  stopRecording(): Promise<void> {
    return this.#do('stopRecording', undefined);
  }

  async takeMessage(path: string, limits: { readonly maxMs: number; readonly silenceMs: number }): Promise<void> {
    await this.#run(`takeMessage ${path} ${limits.maxMs}`);
  }

  closeBuyer(attemptId: AttemptId): void {
    this.asked.push(`closeBuyer ${attemptId}`);
  }

  close(): Promise<void> {
    this.asked.push('close');
    for (const running of this.#running.splice(0)) running.fail(new AppError('media-failed', 'It is closed.'));
    return Promise.resolve();
  }

  #do<Result>(what: string, result: Result): Promise<Result> {
    this.asked.push(what);
    const fails = this.failing.delete(what.split(' ')[0] ?? '');
    return fails ? Promise.reject(new AppError('media-failed', `no ${what}`)) : Promise.resolve(result);
  }

  #run(what: string): Promise<string> {
    this.asked.push(what);
    if (this.failing.delete(what.split(' ')[0] ?? ''))
      return Promise.reject(new AppError('media-failed', `no ${what}`));
    return new Promise((end, fail) => this.#running.push({ what, end, fail }));
  }
}

/** Media servers, by name; those named in `down` can take nobody. */
export class FakeMediaServers implements MediaServers {
  readonly opened: FakeCallMedia[] = [];
  readonly down = new Set<string>();
  readonly #names: readonly string[];
  #report: ((event: MediaEvent) => void) | null = null;

  constructor(names: readonly string[] = ['one', 'two']) {
    this.#names = names;
  }

  get isUp(): boolean {
    return this.#names.some((name) => !this.down.has(name));
  }

  /** The media of the call opened last. */
  get last(): FakeCallMedia {
    const last = this.opened.at(-1);
    if (last === undefined) throw new Error('no media was opened');
    return last;
  }

  open(
    { avoid = [] }: { readonly avoid?: readonly string[] },
    report: (event: MediaEvent) => void,
  ): Promise<CallMedia> {
    const name = this.#names.find((known) => !this.down.has(known) && !avoid.includes(known));
    if (name === undefined) return Promise.reject(new AppError('media-unavailable', 'No server can take the call.'));
    const media = new FakeCallMedia(name);
    this.opened.push(media);
    this.#report = report;
    return Promise.resolve(media);
  }

  /** Something happens to the media opened last. */
  tell(event: MediaEvent): void {
    this.#report?.(event);
  }
}

function nameOf(sound: Sound): string {
  return 'path' in sound ? `${sound.kind} ${sound.path}` : sound.kind;
}
