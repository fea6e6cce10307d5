import type { Socket } from 'node:net';
import type { Channel } from '../channel/channel.ts';
import type { Answer } from './answer.ts';
import { carryOut, type Commanded, type CommandServices } from './commands.ts';
import { CommandReader, CommandTooLong, type SocketCommand } from './read-commands.ts';
import { Subscription } from './subscription.ts';
import { apiResponse, channelData, commandReply, eventMessage, goodbye } from './write-messages.ts';

/** Bytes that may wait for a reader; one that is further behind is no longer served. */
const MAX_UNREAD_BYTES = 16 * 1024 * 1024;

/** What all connections need. */
export interface SessionServices extends CommandServices {
  /** Hears of a bug that cost one command. */
  readonly onBug: (error: Error) => void;
}

/** Whether a connection may speak; undefined answers nothing yet. */
export type Doorkeeper = (
  command: SocketCommand,
) => 'let-in' | 'let-through' | { readonly reply: string; readonly closes: boolean };

/** One connection of the event socket: commands in their order, each answered before the next, and events. */
export class EventSocketSession implements Commanded {
  readonly subscription = new Subscription();
  readonly channel: Channel | undefined;
  lingerS = 0;
  readonly #socket: Socket;
  readonly #services: SessionServices;
  readonly #doorkeeper: Doorkeeper;
  readonly #reader = new CommandReader();
  readonly #commands: SocketCommand[] = [];
  readonly #stopListening: () => void;
  #isBusy = false;
  #isClosing = false;

  /** @param doorkeeper judges each command before it is carried out. */
  constructor(socket: Socket, channel: Channel | undefined, doorkeeper: Doorkeeper, services: SessionServices) {
    this.#socket = socket;
    this.channel = channel;
    this.#doorkeeper = doorkeeper;
    this.#services = services;
    this.#stopListening = services.events.listen((event) => {
      if (this.subscription.wants(event)) this.write(eventMessage(event, this.subscription.format));
    });
    socket.on('data', (bytes) => this.#receive(bytes));
    // What has happened to the connection is told by its closing.
    socket.on('error', () => undefined);
    socket.once('close', () => this.#release());
  }

  /** Sends text as it is. */
  write(text: string): void {
    if (this.#isClosing || this.#socket.destroyed) return;
    if (this.#socket.writableLength > MAX_UNREAD_BYTES) this.#socket.destroy();
    else this.#socket.write(text);
  }

  /** Closes the connection once what was written has left. */
  close(): void {
    this.#isClosing = true;
    this.#release();
    this.#socket.end();
    // A reader that never reads on would keep it open.
    this.#socket.setTimeout(CLOSE_MS, () => this.#socket.destroy());
  }

  #receive(bytes: Buffer): void {
    if (this.#isClosing) return;
    try {
      for (const command of this.#reader.read(bytes)) this.#commands.push(command);
    } catch (error) {
      if (!(error instanceof CommandTooLong)) throw error;
      this.write(commandReply(`-ERR ${error.message}`));
      this.#sayGoodbye();
      return;
    }
    void this.#work();
  }

  async #work(): Promise<void> {
    if (this.#isBusy) return;
    this.#isBusy = true;
    for (let command = this.#commands.shift(); command !== undefined; command = this.#commands.shift()) {
      if (this.#isClosing) break;
      await this.#obey(command);
    }
    this.#isBusy = false;
  }

  async #obey(command: SocketCommand): Promise<void> {
    const verdict = this.#doorkeeper(command);
    if (typeof verdict === 'object') {
      this.write(commandReply(verdict.reply));
      if (verdict.closes) this.#sayGoodbye();
    } else if (verdict === 'let-in') {
      this.write(commandReply('+OK accepted'));
    } else if (command.verb === 'exit') {
      this.write(commandReply('+OK bye'));
      this.#sayGoodbye();
    } else {
      await this.#carryOut(command);
    }
  }

  async #carryOut(command: SocketCommand): Promise<void> {
    try {
      this.#answer(await carryOut(command, this, this.#services));
    } catch (error) {
      this.#services.onBug(error as Error);
      const text = `-ERR ${command.verb} failed: ${(error as Error).message}`;
      this.#answer(command.verb === 'api' ? { as: 'response', body: `${text}\n` } : { as: 'reply', text });
    }
  }

  #answer(answer: Answer): void {
    switch (answer.as) {
      case 'reply':
        return this.write(commandReply(answer.text, answer.headers));
      case 'response':
        return this.write(apiResponse(answer.body));
      case 'channel-data':
        return this.write(channelData(answer.headers));
    }
  }

  #sayGoodbye(): void {
    this.write(goodbye());
    this.close();
  }

  #release(): void {
    this.#stopListening();
    this.#commands.length = 0;
  }
}

/** How long a connection that is being closed may take to empty itself. */
const CLOSE_MS = 2000;
