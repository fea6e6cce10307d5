import { ENGINE_VERSION } from '../../channel/engine-identity.ts';
import { noSuch } from '../../channel/no-such.ts';
import { upTimeText } from '../engine-load.ts';
import { wordsOf, type ApiCommand } from './api-command.ts';

const RULE = '='.repeat(97);

/** `status`. */
export const status: ApiCommand = (_argument, { identity, load, channels }) =>
  [
    `UP ${upTimeText(identity.uptimeMs)}`,
    `FreeSWITCH (Version ${ENGINE_VERSION} 64bit) is ready`,
    `${channels.everCount} session(s) since startup`,
    `${load.sessionCount} session(s) - peak ${channels.peak}`,
    `${load.perSecond} session(s) per Sec out of max ${load.maxPerSecond}`,
    `${load.maxSessions} session(s) max`,
    `min idle cpu 0.00/${load.idleCpu.toFixed(2)}`,
    '',
  ].join('\n');

/** `version`. */
export const version: ApiCommand = () => `FreeSWITCH Version ${ENGINE_VERSION} (Tollgate's embedded engine)\n`;

/** `hostname`. */
export const hostname: ApiCommand = (_argument, { identity }) => identity.host;

/** `uptime`, in seconds. */
export const uptime: ApiCommand = (_argument, { identity }) => `${Math.floor(identity.uptimeMs / 1000)}\n`;

/** `echo <text>`. */
export const echo: ApiCommand = (argument) => argument;

/** `sofia status`: the one SIP profile, in the table that clients look for its address in. */
export const sofia: ApiCommand = (argument, { sipAddress, load }) => {
  if (wordsOf(argument).join(' ') !== 'status') return `${noSuch(`sofia ${argument}`, 'command')}\n`;
  return [
    '                     Name\t   Type\t                                      Data\tState',
    RULE,
    `             drachtio_mrf\tprofile\t              sip:mod_sofia@${sipAddress}\tRUNNING (${load.sessionCount})`,
    RULE,
    '1 profile 0 aliases',
    '',
  ].join('\n');
};
