import { readDigits } from '../../channel/applications/call-control.ts';
import { startSessionRecording } from '../../channel/applications/record.ts';
import { splitArguments } from '../../channel/split-arguments.ts';
import { channelOf, headAndRest, usage, type ApiCommand } from './api-command.ts';

const RECORD_USAGE = '<uuid> [start|stop|mask|unmask] <path> [<limit>]';
const DONE = '+OK Success\n';

/** `uuid_record <uuid> start|stop|mask|unmask <path> [<limit_secs>]`, and `stop all`. */
export const uuidRecord: ApiCommand = async (argument, engine) => {
  const [uuid, action, path, limit] = splitArguments(argument);
  if (path === undefined) return usage(RECORD_USAGE);
  const channel = channelOf(engine, uuid);
  if (channel === undefined) return '-ERR Cannot locate session!\n';
  const { recordings } = channel;
  switch (action) {
    case 'start': {
      const refusal = await startSessionRecording(channel, path, limit === undefined ? undefined : Number(limit));
      return refusal === undefined ? DONE : `${refusal}\n`;
    }
    case 'stop':
      if (path === 'all') await recordings.stopAll();
      else if (!(await recordings.stop(path))) return '-ERR Cannot stop record session!\n';
      return DONE;
    case 'mask':
      return recordings.mask(path) ? DONE : '-ERR Cannot mask recording session!\n';
    case 'unmask':
      return recordings.unmask(path) ? DONE : '-ERR Cannot unmask recording session!\n';
    default:
      return usage(RECORD_USAGE);
  }
};

/** `uuid_send_dtmf <uuid> <digits>[@<ms>]`: the peer hears them. */
export const uuidSendDtmf: ApiCommand = (argument, engine) => {
  const [uuid, text] = headAndRest(argument);
  if (text === '') return usage('<uuid> <dtmf_data>');
  const channel = channelOf(engine, uuid);
  if (channel === undefined) return '-ERR Cannot locate session!\n';
  const asked = readDigits(text);
  if (asked === undefined) return `-ERR ${text}: use 0-9 * # A-D, w and W to wait, and @<ms> for the length of each\n`;
  void channel.port.sendDigits(asked.digits, asked.durationMs);
  return `+OK ${channel.uuid} sent DTMF ${text}.\n`;
};

/** `uuid_recv_dtmf <uuid> <digits>[@<ms>]`: as if the peer had pressed them. */
export const uuidReceiveDtmf: ApiCommand = (argument, engine) => {
  const [uuid, text] = headAndRest(argument);
  if (text === '') return usage('<uuid> <dtmf_data>');
  const channel = channelOf(engine, uuid);
  if (channel === undefined) return '-ERR Cannot locate session!\n';
  const asked = readDigits(text);
  if (asked === undefined) return `-ERR ${text}: use 0-9 * # A-D\n`;
  channel.press(asked.digits.replaceAll(/w/gi, ''));
  return `+OK ${channel.uuid} received DTMF ${text}.\n`;
};
