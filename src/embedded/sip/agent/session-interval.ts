import { getHeader } from '../message/header-fields.ts';
import { readParams } from '../message/header-params.ts';
import type { HasHeaders } from '../message/header-fields.ts';

/** The smallest session interval taken, in seconds (RFC 4028 §5). */
export const minSessionExpiresS = 90;

/** A Session-Expires header (RFC 4028 §4). */
export interface SessionExpires {
  readonly intervalS: number;
  /** Who refreshes: the party that sent the request, or the one that answered it. */
  readonly refresher: 'uac' | 'uas' | undefined;
}

/** The Session-Expires of a message; undefined where there is none, or none that can be read. */
export function sessionExpires(message: HasHeaders): SessionExpires | undefined {
  const value = getHeader(message, 'Session-Expires');
  if (value === undefined) return undefined;
  const semicolon = value.indexOf(';');
  const number = (semicolon < 0 ? value : value.slice(0, semicolon)).trim();
  if (!/^\d{1,9}$/.test(number)) return undefined;
  const { params } = readParams(value, semicolon < 0 ? value.length : semicolon);
  const refresher = params.get('refresher')?.toLowerCase();
  return { intervalS: Number(number), refresher: refresher === 'uac' || refresher === 'uas' ? refresher : undefined };
}

/** The interval alone, in seconds. */
export const sessionIntervalS = (message: HasHeaders): number | undefined => sessionExpires(message)?.intervalS;
