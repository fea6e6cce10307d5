import { randomUUID } from 'node:crypto';
import type { Channel } from '../../channel/channel.ts';
import { readHangupCause } from '../../channel/hangup-cause.ts';
import { noSuch } from '../../channel/no-such.ts';
import { channelOf, headAndRest, NO_CHANNEL, OK, usage, wordsOf, type ApiCommand } from './api-command.ts';

/** `uuid_kill <uuid> [<cause>]`. */
export const uuidKill: ApiCommand = (argument, engine) => {
  const [uuid, cause = ''] = wordsOf(argument);
  if (uuid === undefined) return usage('<uuid> [cause]');
  const channel = channelOf(engine, uuid);
  channel?.hangup(readHangupCause(cause) ?? 'NORMAL_CLEARING');
  return channel === undefined ? NO_CHANNEL : OK;
};

/** `hupall [<cause>]`. */
export const hangupAll: ApiCommand = (argument, { channels }) => {
  const cause = readHangupCause(argument) ?? 'MANAGER_REQUEST';
  channels.hangupAll(cause);
  return `+OK hangup all channels with cause ${cause}\n`;
};

/** `uuid_bridge <uuid> <other_uuid>`. */
export const uuidBridge: ApiCommand = (argument, engine) => {
  const [uuid, otherUuid] = wordsOf(argument);
  if (uuid === undefined || otherUuid === undefined) return usage('<uuid> <other_uuid>');
  const channel = channelOf(engine, uuid);
  const other = channelOf(engine, otherUuid);
  if (channel === undefined || other === undefined || channel === other) return '-ERR Invalid uuid\n';
  engine.channels.bridge(channel, other);
  return `+OK ${other.uuid}\n`;
};

/** `uuid_transfer <uuid> [-bleg|-both] park [inline]`: out of the bridge and whatever runs; there is nowhere else to go. */
export const uuidTransfer: ApiCommand = (argument, engine) => {
  const [uuid, ...rest] = wordsOf(argument);
  const whom = rest[0]?.startsWith('-') === true ? rest.shift() : undefined;
  if (uuid === undefined || rest.length === 0)
    return usage('<uuid> [-bleg|-both] <dest-exten> [<dialplan>] [<context>]');
  const channel = channelOf(engine, uuid);
  if (channel === undefined) return NO_CHANNEL;
  if (rest[0] !== 'park') return `${noSuch(`uuid_transfer to ${rest.join(' ')}`, 'command')}\n`;
  const partner = channelOf(engine, channel.partnerUuid);
  engine.channels.part(channel);
  if (whom !== '-bleg') channel.interrupt();
  if (whom !== undefined) partner?.interrupt();
  return OK;
};

/** `uuid_park <uuid>`. */
export const uuidPark: ApiCommand = (argument, engine) => uuidTransfer(`${argument.trim()} park inline`, engine);

/** `uuid_break <uuid> [all]`. */
export const uuidBreak: ApiCommand = async (argument, engine) => {
  const [uuid, extent] = wordsOf(argument);
  if (uuid === undefined) return usage('<uuid> [all]');
  const channel = channelOf(engine, uuid);
  if (extent === 'all') await channel?.breakAll();
  else channel?.break();
  return channel === undefined ? NO_CHANNEL : OK;
};

/** `uuid_broadcast <uuid> <path>|<application>::<argument> [aleg|bleg|both]`. */
export const uuidBroadcast: ApiCommand = (argument, engine) => {
  const [uuid, what] = headAndRest(argument);
  const [, sound = '', leg = 'aleg'] = /^(.*?)(?: +(aleg|bleg|both|holdb?))?$/s.exec(what.trim()) ?? [];
  if (sound === '') return usage('<uuid> <path> [aleg|bleg|holdb|both]');
  if (leg.startsWith('hold')) return `${noSuch(`uuid_broadcast to ${leg}`, 'command')}\n`;
  const channel = channelOf(engine, uuid);
  if (channel === undefined) return '-ERR invalid uuid\n';
  const partner = channelOf(engine, channel.partnerUuid);
  const heard = [...(leg === 'bleg' ? [] : [channel]), ...(leg === 'aleg' || partner === undefined ? [] : [partner])];
  const refusal = heard.map((each) => broadcast(each, sound)).find((text) => text !== undefined);
  return refusal === undefined ? '+OK Message sent\n' : `${refusal}\n`;
};

function broadcast(channel: Channel, sound: string): string | undefined {
  const [, named, own] = /^([a-z_]+)::(.*)$/s.exec(sound) ?? [];
  const [application, argument] = named === undefined ? ['playback', sound] : [named, own ?? ''];
  return channel.execute({ application, argument, uuid: randomUUID(), isLocked: true, loops: 1 });
}
