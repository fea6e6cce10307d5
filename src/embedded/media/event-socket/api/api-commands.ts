import type { ApiCommand } from './api-command.ts';
import {
  hangupAll,
  uuidBreak,
  uuidBridge,
  uuidBroadcast,
  uuidKill,
  uuidPark,
  uuidTransfer,
} from './channel-control.ts';
import { uuidReceiveDtmf, uuidRecord, uuidSendDtmf } from './channel-media.ts';
import {
  uuidDump,
  uuidExists,
  uuidGetVariable,
  uuidSetMediaStatistics,
  uuidSetVariable,
  uuidSetVariables,
} from './channel-variables.ts';
import { echo, hostname, sofia, status, uptime, version } from './server.ts';
import { show } from './show-channels.ts';

/** Every command there is, by its name. */
export const apiCommands: ReadonlyMap<string, ApiCommand> = new Map<string, ApiCommand>([
  ['status', status],
  ['version', version],
  ['hostname', hostname],
  ['uptime', uptime],
  ['echo', echo],
  ['sofia', sofia],
  ['show', show],
  ['hupall', hangupAll],
  ['uuid_exists', uuidExists],
  ['uuid_dump', uuidDump],
  ['uuid_getvar', uuidGetVariable],
  ['uuid_setvar', uuidSetVariable],
  ['uuid_setvar_multi', uuidSetVariables],
  ['uuid_set_media_stats', uuidSetMediaStatistics],
  ['uuid_kill', uuidKill],
  ['uuid_bridge', uuidBridge],
  ['uuid_transfer', uuidTransfer],
  ['uuid_park', uuidPark],
  ['uuid_break', uuidBreak],
  ['uuid_broadcast', uuidBroadcast],
  ['uuid_record', uuidRecord],
  ['uuid_send_dtmf', uuidSendDtmf],
  ['uuid_recv_dtmf', uuidReceiveDtmf],
]);
