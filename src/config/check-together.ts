import { BlockList, isIP } from 'node:net';
import type { ConfigProblem } from './config-problem.ts';
import { mediaServersOf } from './media-servers.ts';
import type { SettingName, SettingValues } from './settings.ts';

/**
 * Secrets that anyone knows: drachtio-server's own (as shipped, and where its settings name none), FreeSWITCH's, and that
 * of the FreeSWITCH image for drachtio. Who has one of them controls every call.
 */
const KNOWN_TO_ALL = new Set(['cymru', 'admin', 'ClueCon', 'JambonzR0ck$']);

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8);
loopback.addAddress('::1', 'ipv6');

/** Where a setting was set, for messages. */
type SourceOf = (setting: SettingName) => string;

/** What no setting says wrongly by itself, and the product can't start with. */
export function contradictionsOf(config: SettingValues, sourceOf: SourceOf): ConfigProblem[] {
  return [...missing(config, sourceOf), ...unequalLists(config, sourceOf), ...portRange(config, sourceOf)].concat(
    knownSecrets(config)
      .filter(({ host }) => !isLoopback(host))
      .map(({ setting, host }) => ({
        setting,
        source: sourceOf(setting),
        message: `must not be a default that anyone knows, for ${host} is not this machine: set one of your own there and here`,
      })),
  );
}

/** What the product starts with all the same, and an operator should know. */
export function warningsOf(config: SettingValues): readonly Omit<ConfigProblem, 'source'>[] {
  const known = knownSecrets(config).map(({ setting, host }) => ({
    setting,
    message: `is a default that anyone knows: any program that reaches ${host} controls the calls`,
  }));
  const isLost = config.TOLLGATE_ENGINE === 'drachtio' && config.HEP_TARGET !== null;
  const message = 'does nothing where the engine is drachtio: drachtio-server has a capture client of its own';
  return isLost ? [...known, { setting: 'HEP_TARGET', message }] : known;
}

function missing(config: SettingValues, sourceOf: SourceOf): ConfigProblem[] {
  const absent = (setting: SettingName, because: SettingName, message: string): ConfigProblem[] =>
    config[setting] === null ? [{ setting, source: sourceOf(because), message }] : [];
  const forDrachtio = 'must be set where the engine is drachtio';
  return [
    ...(config.TOLLGATE_ENGINE === 'drachtio'
      ? [
          ...absent('DRACHTIO_HOST', 'TOLLGATE_ENGINE', forDrachtio),
          ...absent('DRACHTIO_SECRET', 'TOLLGATE_ENGINE', forDrachtio),
        ]
      : []),
    ...(config.FREESWITCH_HOST === null
      ? []
      : absent('FREESWITCH_SECRET', 'FREESWITCH_HOST', 'must be set where there is a media server')),
  ];
}

/** Ports and secrets are one for all media servers, or one for each. */
function unequalLists(config: SettingValues, sourceOf: SourceOf): ConfigProblem[] {
  const servers = config.FREESWITCH_HOST?.length ?? 0;
  if (servers === 0) return [];
  const isUnequal = (list: readonly unknown[] | null): boolean =>
    list !== null && list.length > 1 && list.length !== servers;
  return (['FREESWITCH_PORT', 'FREESWITCH_SECRET'] as const)
    .filter((setting) => isUnequal(config[setting]))
    .map((setting) => ({
      setting,
      source: sourceOf(setting),
      message: `must have one entry, or one for each of the ${servers} in FREESWITCH_HOST; it has ${config[setting]?.length}`,
    }));
}

function portRange(config: SettingValues, sourceOf: SourceOf): ConfigProblem[] {
  const { RTP_PORT_MIN: min, RTP_PORT_MAX: max } = config;
  // Audio and its reports take two ports, and a call has two sides (RFC 3550 §11).
  if (max - min >= 3) return [];
  const message = `must leave room for one call, which takes four ports, above RTP_PORT_MIN=${min} (it is ${max})`;
  return [{ setting: 'RTP_PORT_MAX', source: sourceOf('RTP_PORT_MAX'), message }];
}

/** The servers in use whose secret is known to all. */
function knownSecrets(config: SettingValues): { readonly setting: SettingName; readonly host: string }[] {
  const { TOLLGATE_ENGINE: engine, DRACHTIO_HOST: host, DRACHTIO_SECRET: secret } = config;
  const isKnown = engine === 'drachtio' && host !== null && secret !== null && KNOWN_TO_ALL.has(secret);
  const media = mediaServersOf(config).filter((server) => KNOWN_TO_ALL.has(server.secret));
  return [
    ...(isKnown ? [{ setting: 'DRACHTIO_SECRET' as const, host }] : []),
    ...media.map((server) => ({ setting: 'FREESWITCH_SECRET' as const, host: server.host })),
  ];
}

/** Names may lead anywhere, but for the one that can't. */
function isLoopback(host: string): boolean {
  const version = isIP(host);
  return version === 0 ? host === 'localhost' : loopback.check(host, version === 6 ? 'ipv6' : 'ipv4');
}
