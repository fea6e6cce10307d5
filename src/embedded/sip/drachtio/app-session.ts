import { createHash, timingSafeEqual } from 'node:crypto';
import type { Socket } from 'node:net';
import { Refusal, type ApplicationLink, type Delivery, type Sent } from '../agent/application-link.ts';
import type { UserAgent } from '../agent/user-agent.ts';
import type { AppDirectory } from './app-directory.ts';
import { FrameReader } from './frames.ts';
import { readCommand, type Command } from './read-command.ts';
import { delivery, reply, sentReply } from './write-message.ts';

/**
 * Bytes that may wait for an application before it gets no new requests: else whoever floods us with large ones could
 * fill the queue until the application counts as gone, and its calls with it.
 */
const BUSY_BYTES = 2 * 1024 * 1024;

/** Bytes that may wait for an application that reads too slowly before it counts as gone. */
const MAX_QUEUED_BYTES = 64 * 1024 * 1024;

/** How long a connection may take to authenticate. */
const AUTHENTICATE_MS = 10_000;

/** What sessions share. */
export interface AppSessionServices {
  readonly agent: UserAgent;
  readonly directory: AppDirectory;
  readonly secret: string;
  /** Told to the application at sign-on: our addresses, the version we speak, our addresses again. */
  readonly welcome: string;
}

/** One application's connection: reads its commands, has them done, and replies (drachtio control protocol). */
export class AppSession implements ApplicationLink {
  readonly #socket: Socket;
  readonly #services: AppSessionServices;
  readonly #reader = new FrameReader();
  #isAuthenticated = false;

  constructor(socket: Socket, services: AppSessionServices) {
    this.#socket = socket;
    this.#services = services;
    const deadline = setTimeout(() => {
      if (!this.#isAuthenticated) socket.destroy();
    }, AUTHENTICATE_MS);
    socket.setNoDelay(true);
    socket.setKeepAlive(true, 30_000);
    socket.on('data', (chunk) => this.#read(chunk));
    // 'close' follows and does the work; without a listener the error would be thrown.
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      clearTimeout(deadline);
      services.directory.removeAll(this);
      services.agent.linkLost(this);
    });
  }

  get open(): boolean {
    return this.#isAuthenticated && !this.#socket.destroyed && this.#socket.writable;
  }

  get busy(): boolean {
    return this.#socket.writableLength > BUSY_BYTES;
  }

  deliver(note: Delivery): void {
    this.#write(delivery(note));
  }

  #read(chunk: Buffer): void {
    let messages: string[];
    try {
      messages = this.#reader.push(chunk);
    } catch {
      // Not framed as the protocol wants: whoever it is, it does not speak it.
      this.#socket.destroy();
      return;
    }
    for (const message of messages) this.#obey(readCommand(message));
  }

  #obey(command: Command): void {
    if (!this.#isAuthenticated && command.kind !== 'authenticate') {
      this.#refuseLink(command.id, 'not authenticated');
      return;
    }
    switch (command.kind) {
      case 'authenticate':
        this.#authenticate(command.id, command.secret);
        return;
      case 'ping':
        this.#write(reply(command.id, 'OK', 'pong'));
        return;
      case 'route':
        this.#services.directory.add(command.method, this);
        this.#write(reply(command.id, 'OK'));
        return;
      case 'remove-route':
        this.#services.directory.remove(command.method, this);
        this.#write(reply(command.id, 'OK'));
        return;
      case 'proxy':
        this.#write(
          reply(
            command.id,
            'NOK',
            'the embedded engine does not proxy; connect a drachtio-server (TOLLGATE_ENGINE=drachtio)',
          ),
        );
        return;
      case 'sip':
        void this.#send(command);
        return;
      case 'unknown':
        this.#refuseLink(command.id, command.reason);
        return;
    }
  }

  #authenticate(id: string, secret: string): void {
    if (!sameSecret(secret, this.#services.secret)) {
      this.#refuseLink(id, 'incorrect secret');
      return;
    }
    this.#isAuthenticated = true;
    this.#write(reply(id, 'OK', this.#services.welcome));
  }

  async #send(command: Extract<Command, { kind: 'sip' }>): Promise<void> {
    try {
      this.#write(sentReply(command.id, await this.#perform(command)));
    } catch (error) {
      // RangeError: a header of the application's would have brought a line of its own.
      if (!(error instanceof Refusal) && !(error instanceof RangeError)) throw error;
      this.#write(reply(command.id, 'NOK', error.message));
    }
  }

  async #perform({ message, transactionId, dialogId, routeUri }: Extract<Command, { kind: 'sip' }>): Promise<Sent> {
    const { answering, calling } = this.#services.agent;
    if (message.kind === 'response') return answering.respond(transactionId, message);
    if (dialogId !== '') return calling.sendWithin(this, dialogId, message);
    if (message.method === 'CANCEL') return calling.cancel(transactionId, message.headers);
    return calling.send(this, message, routeUri);
  }

  /** Replies and hangs up: the application must begin anew. */
  #refuseLink(id: string, reason: string): void {
    this.#write(reply(id, 'NO', reason));
    this.#socket.end();
  }

  /** Lets all that one round of I/O brings about leave together: a system call costs more than making a message. */
  #gather(): void {
    if (this.#socket.writableCorked > 0) return;
    this.#socket.cork();
    setImmediate(() => this.#socket.uncork());
  }

  #write(bytes: Buffer): void {
    if (this.#socket.destroyed || !this.#socket.writable) return;
    if (this.#socket.writableLength > MAX_QUEUED_BYTES) this.#socket.destroy();
    else {
      this.#gather();
      this.#socket.write(bytes);
    }
  }
}

/** Compared in constant time, whatever the lengths. */
const sameSecret = (given: string, wanted: string): boolean => timingSafeEqual(digest(given), digest(wanted));

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
