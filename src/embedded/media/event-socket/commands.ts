import { randomUUID } from 'node:crypto';
import type { Channel } from '../channel/channel.ts';
import type { EventStream } from '../channel/engine-event.ts';
import { readHangupCause } from '../channel/hangup-cause.ts';
import { noSuch } from '../channel/no-such.ts';
import { reply, type Answer } from './answer.ts';
import type { ApiCommand, ApiEngine } from './api/api-command.ts';
import { wordsOf } from './api/api-command.ts';
import { callData } from './call-data.ts';
import type { SocketCommand } from './read-commands.ts';
import type { Subscription } from './subscription.ts';

/** What the commands of all connections are about. */
export interface CommandServices extends ApiEngine {
  readonly events: EventStream;
  readonly apiCommands: ReadonlyMap<string, ApiCommand>;
}

/** The connection a command came by. */
export interface Commanded {
  readonly subscription: Subscription;
  /** The channel it drives; undefined on a connection that came in. */
  readonly channel: Channel | undefined;
  /** How long it stays after the call, in seconds: 0 for not at all, -1 for as long as the other side does. */
  lingerS: number;
}

type Command = (command: SocketCommand, on: Commanded, services: CommandServices) => Answer | Promise<Answer>;

const NOT_FOUND = reply('-ERR command not found');
const NO_SESSION = reply('-ERR not controlling a session');
const NO_KEYWORDS = reply('-ERR no keywords supplied');

/** Carries out one command of a connection that may give any. */
export function carryOut(command: SocketCommand, on: Commanded, services: CommandServices): Answer | Promise<Answer> {
  return (COMMANDS.get(command.verb) ?? (() => NOT_FOUND))(command, on, services);
}

const COMMANDS = new Map<string, Command>([
  [
    'api',
    async ({ argument }, _on, services) => {
      if (argument === '') return NOT_FOUND;
      return { as: 'response', body: await callApi(argument, services) };
    },
  ],
  [
    'bgapi',
    ({ argument, headers }, _on, services) => {
      if (argument === '') return NOT_FOUND;
      const job = headers.get('job-uuid') ?? randomUUID();
      void runJob(job, argument, services);
      return { as: 'reply', text: `+OK Job-UUID: ${job}`, headers: [['Job-UUID', job]] };
    },
  ],
  [
    'event',
    ({ argument }, { subscription }) => {
      const words = wordsOf(argument);
      const [first] = words;
      if (first === 'xml') return reply(noSuch('event xml', 'setting'));
      const isFormat = first === 'plain' || first === 'json';
      const names = isFormat ? words.slice(1) : words;
      if (names.length === 0) return NO_KEYWORDS;
      subscription.format = first === 'json' ? 'json' : 'plain';
      subscription.add(names);
      return reply(`+OK event listener enabled ${subscription.format}`);
    },
  ],
  [
    'nixevent',
    ({ argument }, { subscription }) => {
      const names = wordsOf(argument);
      if (names.length === 0) return NO_KEYWORDS;
      subscription.remove(names);
      return reply('+OK events nixed');
    },
  ],
  [
    'noevents',
    (_command, { subscription }) => {
      subscription.clear();
      return reply('+OK no longer listening for events');
    },
  ],
  [
    'myevents',
    ({ argument }, on) => {
      const words = wordsOf(argument);
      const uuid = words.find((word) => word !== 'plain' && word !== 'json') ?? on.channel?.uuid;
      if (uuid === undefined) return NOT_FOUND;
      if (words.includes('json')) on.subscription.format = 'json';
      on.subscription.follow(uuid);
      return reply('+OK Events Enabled');
    },
  ],
  ['filter', ({ argument }, { subscription }) => filter(argument, subscription)],
  [
    'connect',
    (_command, { channel }) => (channel === undefined ? NOT_FOUND : { as: 'channel-data', headers: callData(channel) }),
  ],
  [
    'linger',
    ({ argument }, on) => {
      if (on.channel === undefined) return NO_SESSION;
      const seconds = Number.parseInt(argument, 10);
      on.lingerS = seconds > 0 ? seconds : -1;
      return reply(seconds > 0 ? `+OK will linger ${seconds} seconds` : '+OK will linger');
    },
  ],
  [
    'nolinger',
    (_command, on) => {
      if (on.channel === undefined) return NO_SESSION;
      on.lingerS = 0;
      return reply('+OK will not linger');
    },
  ],
  ['sendmsg', (command, on, services) => sendMessage(command, on, services)],
  ['log', () => reply(noSuch('log', 'command'))],
  ['nolog', () => reply('+OK no longer logging')],
  ['sendevent', () => reply(noSuch('sendevent', 'command'))],
]);

async function callApi(text: string, services: CommandServices): Promise<string> {
  const [, name = '', argument = ''] = /^(\S+)\s*(.*)$/s.exec(text) ?? [];
  const command = services.apiCommands.get(name.toLowerCase());
  return command === undefined ? `${noSuch(name, 'command')}\n` : command(argument, services);
}

async function runJob(job: string, text: string, services: CommandServices): Promise<void> {
  const [, name = '', argument = ''] = /^(\S+)\s*(.*)$/s.exec(text) ?? [];
  // The reply that names the job goes out first.
  await Promise.resolve();
  let body: string;
  try {
    body = await callApi(text, services);
  } catch (error) {
    body = `-ERR ${name} failed: ${(error as Error).message}\n`;
  }
  const headers = services.identity.headers('BACKGROUND_JOB');
  headers.set('Job-UUID', job);
  headers.set('Job-Command', name);
  if (argument !== '') headers.set('Job-Command-Arg', argument);
  services.events.publish({ name: 'BACKGROUND_JOB', headers, body });
}

function filter(argument: string, subscription: Subscription): Answer {
  const [first, ...rest] = wordsOf(argument);
  if (first === undefined) return NOT_FOUND;
  if (first === 'delete') {
    const [header, ...value] = rest;
    if (header === undefined) return reply('-ERR invalid syntax');
    subscription.deleteFilter(header, value.length === 0 ? undefined : value.join(' '));
    return reply(`+OK filter deleted. [${header}][${value.join(' ')}]`);
  }
  const value = rest.join(' ');
  if (value === '') return reply('-ERR invalid syntax');
  if (!subscription.addFilter(first, value)) return reply('-ERR too many filters: delete some first');
  return reply(`+OK filter added. [${first}]=[${value}]`);
}

/** `sendmsg [<uuid>]` with `call-command: execute` or `hangup`. */
function sendMessage({ argument, headers, body }: SocketCommand, on: Commanded, { channels }: CommandServices): Answer {
  const uuid = argument.trim();
  const channel = uuid === '' ? on.channel : channels.get(uuid);
  if (channel?.isUp !== true) return reply(`-ERR invalid session id [${uuid}]`);
  const order = headers.get('call-command');
  if (order === 'hangup') {
    channel.hangup(readHangupCause(headers.get('hangup-cause') ?? '') ?? 'NORMAL_CLEARING');
    return reply('+OK');
  }
  if (order !== 'execute') return reply(noSuch(`call-command ${order ?? '(none)'}`, 'command'));
  const refusal = channel.execute({
    application: headers.get('execute-app-name') ?? '',
    argument: headers.get('execute-app-arg') ?? body,
    uuid: headers.get('event-uuid') ?? randomUUID(),
    isLocked: headers.get('event-lock') === 'true',
    loops: Math.min(Math.max(Number.parseInt(headers.get('loops') ?? '1', 10) || 1, 1), MAX_LOOPS),
  });
  return reply(refusal ?? '+OK');
}

const MAX_LOOPS = 10_000;
