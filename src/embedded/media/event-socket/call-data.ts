import type { Channel } from '../channel/channel.ts';
import { callerHeaders } from '../channel/channel-facts.ts';

/** What `connect` tells of a channel: all there is to know of it, its variables included. */
export function callData(channel: Channel): ReadonlyMap<string, string> {
  const headers = channel.describe('CHANNEL_DATA');
  for (const [name, value] of callerHeaders('Channel', channel.facts, channel.times)) headers.set(name, value);
  for (const [name, value] of channel.variables) headers.set(`variable_${name}`, value);
  return headers;
}
