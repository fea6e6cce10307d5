import type { Channel } from '../../channel/channel.ts';
import type { Channels } from '../../channel/channels.ts';
import type { EngineIdentity } from '../../channel/engine-identity.ts';
import type { EngineLoad } from '../engine-load.ts';

/** What commands are about. */
export interface ApiEngine {
  readonly identity: EngineIdentity;
  readonly channels: Channels;
  readonly load: EngineLoad;
  /** Where its SIP listens, as `host:port`. */
  readonly sipAddress: string;
}

/**
 * A command of `api` and `bgapi`: takes what follows its name, answers its whole text. Where something is wrong the
 * answer begins with `-ERR` or `-USAGE`.
 */
export type ApiCommand = (argument: string, engine: ApiEngine) => string | Promise<string>;

export const OK = '+OK\n';
export const NO_CHANNEL = '-ERR No such channel!\n';

/** How a command is to be written. */
export const usage = (text: string): string => `-USAGE: ${text}\n`;

/** The words of an argument. */
export const wordsOf = (argument: string): string[] => argument.split(/\s+/).filter(Boolean);

/** The channel of that name, where it is up. */
export function channelOf({ channels }: ApiEngine, uuid: string | undefined): Channel | undefined {
  const channel = uuid === undefined ? undefined : channels.get(uuid);
  return channel?.isUp === true ? channel : undefined;
}

/** The first word, and what follows it as it stands. */
export function headAndRest(argument: string): readonly [string, string] {
  const [, head = '', rest = ''] = /^(\S*)\s*(.*)$/s.exec(argument.trim()) ?? [];
  return [head, rest];
}
