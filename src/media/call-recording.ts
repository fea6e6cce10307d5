import { AppError } from '../domain/app-error.ts';
import { asArgument } from './server-path.ts';

/** The channel that writes it. */
interface RecordedSide {
  readonly uuid: string;
  command(text: string): Promise<string>;
}

/** The recording of a call: one file at a time, both sides as the caller's channel has them. */
export class CallRecording {
  #running: { readonly side: RecordedSide; readonly file: string } | null = null;

  async start(side: RecordedSide, file: string): Promise<void> {
    if (this.#running !== null) throw new AppError('media-failed', `${this.#running.file} is being recorded already.`);
    this.#running = { side, file };
    try {
      await this.#tell('start');
    } catch (error) {
      this.#running = null;
      throw error;
    }
  }

  /** Silence is written from here. */
  async pause(): Promise<void> {
    await this.#tell('mask');
  }

  async resume(): Promise<void> {
    await this.#tell('unmask');
  }

  /** Completes the file, where one is being written. */
  async complete(): Promise<void> {
    if (this.#running === null) return;
    const stopped = this.#tell('stop');
    this.#running = null;
    await stopped;
  }

  async #tell(action: 'start' | 'stop' | 'mask' | 'unmask'): Promise<void> {
    if (this.#running === null) throw new AppError('media-failed', 'Nothing is being recorded.');
    const { side, file } = this.#running;
    await side.command(`uuid_record ${side.uuid} ${action} ${asArgument(file)}`);
  }
}
