import { connect, type Socket } from 'node:net';
import { provision } from '../support/provision.ts';
import { renewed, RFC_4475 } from './corpus.ts';
import { Dice, mutate } from './mutations.ts';
import type { ProvingGround } from './proving-ground.ts';
import { Rogue } from './rogue.ts';

/** The number whose caller and buyer are of ill will. */
const ROGUE_DID = '+12125550111';

/** Where they speak from: two trunks' addresses, and one of nobody. */
const ROGUE_TRUNK = '127.0.0.3';
const ROGUE_BUYER = '127.0.0.4';
const STRANGER = '127.0.0.2';

/** Sent in a row before the product must have answered a probe: so each is read, none is lost in a full buffer. */
const AT_ONCE = 25;

/** A good call begins once in so many messages, while the rest goes on. */
const GOOD_CALL_EVERY = 1_000;

/** Streams open at once. */
const STREAMS = 8;

/** A stream whose other end doesn't read is given up when so much waits for it. */
const STREAM_BACKLOG_BYTES = 1_000_000;

/** What a bombardment is to be. */
export interface BombardOptions {
  /** Damaged messages to send. */
  readonly count: number;
  /** 32 bits that decide which. */
  readonly seed: number;
  /** Told now and then how many have been sent. */
  readonly onProgress?: (sent: number) => void;
}

/** Damaged messages that have been sent. */
class Salvo {
  /** The last of them, in which the one that did harm must be. */
  readonly last: Buffer[] = [];
  sent = 0;

  note(bytes: Buffer): void {
    this.sent += 1;
    this.last.push(bytes);
    if (this.last.length > 3 * AT_ONCE) this.last.shift();
  }
}

/** A bombardment that did harm: the seed, and the last messages sent before it showed. */
class Harmed extends Error {
  constructor(seed: number, { sent, last }: Salvo, cause: unknown) {
    const bytes = last.map((message) => JSON.stringify(message.toString('latin1')));
    const why = cause instanceof Error ? cause.message : String(cause);
    super(`seed ${seed}, after ${sent} messages: ${why}\nthe last of them, as latin1:\n${bytes.join('\n')}`, { cause });
  }
}

/**
 * Sends damaged messages to the product by UDP and TCP, from a trunk, a buyer and a stranger, at the pace it reads
 * them, while good calls go on. Afterwards nothing may be left of it.
 *
 * @throws Harmed as soon as a probe goes unanswered, a good call fails, or the process ends or complains
 */
export async function bombard(ground: ProvingGround, { count, seed, onProgress }: BombardOptions): Promise<void> {
  const dice = new Dice(seed);
  const salvo = new Salvo();
  const onMutation = (bytes: Buffer): void => salvo.note(bytes);
  const open = (host: string, damaged: number): Promise<Rogue> =>
    Rogue.open({ host, target: ground.sip, dice: new Dice(seed + damaged), damaged, onMutation });
  const caller = await open(ROGUE_TRUNK, 0.6);
  const buyer = await open(ROGUE_BUYER, 0.5);
  const stranger = await open(STRANGER, 1);
  const streams = new Streams(ground);
  await provisionRogues(ground, buyer.uri);
  let goodCall: Promise<void> = Promise.resolve();
  try {
    for (let turn = 1; salvo.sent < count; turn++) {
      const others = [...RFC_4475.values(), ...caller.sent, ...buyer.sent];
      const message = dice.pick(others);
      const bytes = mutate(dice.chance(0.6) ? renewed(message, dice) : message, dice, others);
      onMutation(bytes);
      const by = dice.below(100);
      if (by < 15) streams.send(bytes, dice);
      else dice.pick([caller, caller, buyer, stranger]).send(bytes);
      if (by < 5) caller.call(ROGUE_DID);
      if (turn % AT_ONCE === 0) await ground.probe();
      if (turn % GOOD_CALL_EVERY !== 0) continue;
      await goodCall;
      goodCall = ground.call();
      goodCall.catch(() => undefined);
      onProgress?.(salvo.sent);
    }
    await goodCall;
    await ground.probe();
    streams.close();
    for (const rogue of [caller, buyer]) rogue.calmDown();
    await ground.hangUpOthers();
    await ground.settle();
  } catch (error) {
    throw new Harmed(seed, salvo, error);
  } finally {
    streams.close();
    await Promise.all([caller.close(), buyer.close(), stranger.close()]);
  }
}

/** A trunk, a number and a buyer for the rogues; calls to the buyer go directly, then by way of the trunk with digest. */
async function provisionRogues({ tollgate }: ProvingGround, buyerUri: string): Promise<void> {
  const trunk = {
    name: 'Rogue',
    sources: [`${ROGUE_TRUNK}/32`],
    gateways: [{ uri: buyerUri.replace('rogue@', ''), priority: 1, weight: 1 }],
    digest: { username: 'u', password: 'p', realm: 'x' },
    maxConcurrent: 500,
    trustIdentity: true,
  };
  const did = { number: ROGUE_DID };
  const { trunkId, campaignId, buyerIds } = await provision(
    tollgate,
    [{ name: 'rogue', uri: buyerUri, ringTimeoutS: 5 }],
    { trunk, did, campaign: { maxAttempts: 2 } },
  );
  const destination = { buyerId: buyerIds['rogue'], name: 'by trunk', uri: buyerUri, trunkId, ringTimeoutS: 5 };
  const { id } = await tollgate.post('/destinations', destination);
  await tollgate.post('/routes', { campaignId, destinationId: id, priority: 1 });
}

/** Connections that carry damaged messages, opened anew as the product closes them. */
class Streams {
  readonly #ground: ProvingGround;
  readonly #sockets: (Socket | undefined)[] = Array.from({ length: STREAMS });

  constructor(ground: ProvingGround) {
    this.#ground = ground;
  }

  /** Sends over one of them. */
  send(bytes: Buffer, dice: Dice): void {
    const at = dice.below(STREAMS);
    let socket = this.#sockets[at];
    if (socket?.writable !== true || socket.writableLength > STREAM_BACKLOG_BYTES) {
      socket?.destroy();
      socket = this.#open(at);
    }
    socket.write(bytes);
  }

  close(): void {
    for (const socket of this.#sockets) socket?.destroy();
  }

  #open(at: number): Socket {
    const { host, port } = this.#ground.sip;
    const socket = connect({ host, port, localAddress: ROGUE_TRUNK });
    // The product throws such connections away, as it should.
    socket.on('error', () => socket.destroy());
    socket.resume();
    this.#sockets[at] = socket;
    return socket;
  }
}
