import type { Channel } from '../../channel/channel.ts';
import { noSuch } from '../../channel/no-such.ts';
import { wordsOf, type ApiCommand } from './api-command.ts';

/** `show channels [count] [as json|as delim <character>]`. */
export const show: ApiCommand = (argument, engine) => {
  const [subject, ...options] = wordsOf(argument);
  if (subject !== 'channels') return `${noSuch(`show ${argument}`.trim(), 'command')}\n`;
  const rows = [...engine.channels].filter(({ isUp }) => isUp).map((channel) => rowOf(channel, engine.identity.host));
  const text = options.join(' ');
  if (text.endsWith('as json')) return asJson(rows, text.startsWith('count'));
  if (text.startsWith('count')) return `\n${rows.length} total.\n`;
  const [, delimiter = ','] = /^as delim (\S)/.exec(text) ?? [];
  return asTable(rows, delimiter);
};

type Row = Readonly<Record<string, string>>;

function asJson(rows: readonly Row[], countOnly: boolean): string {
  if (rows.length === 0 || countOnly) return `{"row_count": ${rows.length}}\n`;
  return `${JSON.stringify({ row_count: rows.length, rows })}\n`;
}

function asTable(rows: readonly Row[], delimiter: string): string {
  const total = `\n${rows.length} total.\n`;
  if (rows[0] === undefined) return total;
  const lines = [Object.keys(rows[0]), ...rows.map((row) => Object.values(row))];
  return `${lines.map((line) => line.join(delimiter)).join('\n')}\n${total}`;
}

/** FreeSWITCH's columns; those that mean nothing here are empty. */
function rowOf(channel: Channel, host: string): Row {
  const { facts, times, variables, application } = channel;
  const created = new Date(times.createdMs);
  const codec = variables.get('read_codec') ?? '';
  return {
    uuid: facts.uuid,
    direction: 'inbound',
    created: created.toISOString().slice(0, 19).replace('T', ' '),
    created_epoch: String(Math.floor(times.createdMs / 1000)),
    name: facts.name,
    state: channel.state,
    cid_name: facts.callerName,
    cid_num: facts.callerNumber,
    ip_addr: facts.networkAddress,
    dest: facts.destination,
    application: application?.application ?? '',
    application_data: application?.argument ?? '',
    dialplan: 'XML',
    context: 'mrf',
    read_codec: codec,
    read_rate: '8000',
    read_bit_rate: '64000',
    write_codec: codec,
    write_rate: '8000',
    write_bit_rate: '64000',
    secure: '',
    hostname: host,
    callstate: channel.callState,
    call_uuid: channel.partnerUuid ?? '',
  };
}
