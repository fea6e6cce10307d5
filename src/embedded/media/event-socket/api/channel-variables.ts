import { headerLines, jsonEvent } from '../write-messages.ts';
import { channelOf, headAndRest, NO_CHANNEL, OK, usage, wordsOf, type ApiCommand } from './api-command.ts';

/** `uuid_exists <uuid>`. */
export const uuidExists: ApiCommand = (argument, engine) => String(channelOf(engine, argument.trim()) !== undefined);

/** `uuid_dump <uuid> [plain|json]`. */
export const uuidDump: ApiCommand = (argument, engine) => {
  const [uuid, format = 'plain'] = wordsOf(argument);
  if (uuid === undefined) return usage('<uuid> [format]');
  const channel = channelOf(engine, uuid);
  if (channel === undefined) return NO_CHANNEL;
  const headers = channel.describe('CHANNEL_DATA');
  for (const [name, value] of channel.variables) headers.set(`variable_${name}`, value);
  return format === 'json' ? jsonEvent({ name: 'CHANNEL_DATA', headers }) : `${headerLines(headers)}\n`;
};

/** `uuid_getvar <uuid> <name>`. */
export const uuidGetVariable: ApiCommand = (argument, engine) => {
  const [uuid, name] = wordsOf(argument);
  if (uuid === undefined || name === undefined) return usage('<uuid> <var>');
  const channel = channelOf(engine, uuid);
  return channel === undefined ? NO_CHANNEL : (channel.variables.get(name) ?? '_undef_');
};

/** `uuid_setvar <uuid> <name> [<value>]`: no value unsets it. */
export const uuidSetVariable: ApiCommand = (argument, engine) => {
  const [uuid, assignment] = headAndRest(argument);
  const [name, value] = headAndRest(assignment);
  if (name === '') return usage('<uuid> <var> [value]');
  const channel = channelOf(engine, uuid);
  channel?.setVariable(name, value);
  return channel === undefined ? NO_CHANNEL : OK;
};

/** `uuid_setvar_multi <uuid> <name>=<value>[;<name>=<value>…]`. */
export const uuidSetVariables: ApiCommand = (argument, engine) => {
  const [uuid, assignments] = headAndRest(argument);
  if (assignments === '') return usage('<uuid> <var>=<value>;<var>=<value>...');
  const channel = channelOf(engine, uuid);
  for (const assignment of assignments.split(';')) {
    const [, name, value = ''] = /^([^=]+)=(.*)$/s.exec(assignment) ?? [];
    if (name !== undefined) channel?.setVariable(name.trim(), value);
  }
  return channel === undefined ? NO_CHANNEL : OK;
};

/** `uuid_set_media_stats <uuid>`: has the variables tell what has gone through its port so far. */
export const uuidSetMediaStatistics: ApiCommand = (argument, engine) => {
  const channel = channelOf(engine, argument.trim());
  channel?.setMediaStatistics();
  return channel === undefined ? NO_CHANNEL : '+OK:\n';
};
