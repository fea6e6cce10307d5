import { parseHost } from '../domain/webhooks/webhook-url.ts';

/** Says why a text is no value of a setting, and how to mend it. */
export class BadValue {
  readonly message: string;
  constructor(message: string) {
    this.message = message;
  }
}

/** One setting: its name in the environment and in YAML, what it means, and how its text is read. */
export interface Setting<Value> {
  readonly about: string;
  readonly fallback: Value;
  /** Never shown in messages or logs. */
  readonly secret?: true;
  readonly parse: (text: string) => Value | BadValue;
}

/** Where something listens. */
export interface HostAndPort {
  readonly host: string;
  readonly port: number;
}

function setting<Value>(definition: Setting<Value>): Setting<Value> {
  return definition;
}

function wholeNumber(min: number, max: number) {
  return (text: string): number | BadValue => {
    const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
    return value >= min && value <= max ? value : new BadValue(`must be a whole number from ${min} to ${max}`);
  };
}

function oneOf<Choice extends string>(...choices: readonly Choice[]) {
  return (text: string): Choice | BadValue =>
    choices.find((choice) => choice === text) ?? new BadValue(`must be one of ${choices.join(', ')}`);
}

function host(text: string): string | BadValue {
  return /^[A-Za-z0-9.:_-]{1,253}$/.test(text) ? text : new BadValue('must be an IP address or a host name');
}

/** Values with commas between; a bad one is named by its place. */
function commaList<Value>(parse: (text: string) => Value | BadValue) {
  return (text: string): readonly Value[] | BadValue => {
    const values: Value[] = [];
    const parts = text.split(',');
    for (const [index, part] of parts.entries()) {
      const value = parse(part.trim());
      if (value instanceof BadValue) {
        return parts.length === 1 ? value : new BadValue(`entry ${index + 1} of the list ${value.message}`);
      }
      values.push(value);
    }
    return values;
  };
}

/** `host:port`, IPv6 addresses in brackets. */
function hostAndPort(text: string): HostAndPort | BadValue {
  const found = /^(?:\[([\dA-Fa-f:.]+)\]|([A-Za-z0-9._-]{1,253})):(\d{1,5})$/.exec(text);
  const port = Number(found?.[3]);
  const name = found?.[1] ?? found?.[2];
  return name !== undefined && port >= 1 && port <= 65_535
    ? { host: name, port }
    : new BadValue('must be host:port, an IPv6 address in brackets');
}

function absolutePath(text: string): string | BadValue {
  return text.startsWith('/') ? text : new BadValue('must be an absolute path, one that begins with /');
}

function nonEmpty(text: string): string | BadValue {
  return text.trim() === '' ? new BadValue('must not be empty') : text;
}

function optional<Value>(parse: (text: string) => Value | BadValue) {
  return (text: string): Value | null | BadValue => (text === '' ? null : parse(text));
}

const port = wholeNumber(0, 65_535);

function allowedHost(text: string): string | BadValue {
  return parseHost(text) ?? new BadValue('must be a host name or an address, without a port');
}

/** Every setting there is. `docs/settings.md` and `config/tollgate.yaml` are held to this one by a test. */
export const SETTINGS = {
  TOLLGATE_ENGINE: setting({
    about: 'SIP engine: the embedded one, or a drachtio-server',
    fallback: 'embedded',
    parse: oneOf('embedded', 'drachtio'),
  }),
  DRACHTIO_HOST: setting<string | null>({ about: 'drachtio-server: host', fallback: null, parse: optional(host) }),
  DRACHTIO_PORT: setting({ about: 'drachtio-server: admin port', fallback: 9022, parse: wholeNumber(1, 65_535) }),
  DRACHTIO_SECRET: setting<string | null>({
    about: 'drachtio-server: shared secret',
    fallback: null,
    secret: true,
    parse: optional(nonEmpty),
  }),
  FREESWITCH_HOST: setting<readonly string[] | null>({
    about: 'media servers: FreeSWITCH hosts, several with commas between',
    fallback: null,
    parse: optional(commaList(host)),
  }),
  FREESWITCH_PORT: setting<readonly number[]>({
    about: 'media servers: event socket ports, one for each host or one for all',
    fallback: [8021],
    parse: commaList(wholeNumber(1, 65_535)),
  }),
  FREESWITCH_SECRET: setting<readonly string[] | null>({
    about: 'media servers: event socket passwords, without commas, one for each host or one for all',
    fallback: null,
    secret: true,
    parse: optional(commaList(nonEmpty)),
  }),
  FREESWITCH_DATA_DIR: setting<string | null>({
    about: 'the data folder as the media servers see it, where that is another path',
    fallback: null,
    parse: optional(absolutePath),
  }),
  SIP_HOST: setting({ about: 'address SIP listens on', fallback: '0.0.0.0', parse: host }),
  SIP_PORT: setting({ about: 'port SIP listens on, UDP and TCP; 0 takes a free one', fallback: 5060, parse: port }),
  SIP_ADVERTISED_HOST: setting<string | null>({
    about: 'address carriers reach us at, where it differs from SIP_HOST',
    fallback: null,
    parse: optional(host),
  }),
  RTP_PORT_MIN: setting({
    about: 'first UDP port of audio through the embedded engine',
    fallback: 20_000,
    parse: wholeNumber(1_024, 65_535),
  }),
  RTP_PORT_MAX: setting({
    about: 'last UDP port of audio through the embedded engine; a call takes four',
    fallback: 29_999,
    parse: wholeNumber(1_024, 65_535),
  }),
  HEP_TARGET: setting<HostAndPort | null>({
    about:
      'capture server (Homer) that gets a copy of each SIP message by HEPv3 over UDP, `host:port`; embedded engine only',
    fallback: null,
    parse: optional(hostAndPort),
  }),
  HEP_CAPTURE_ID: setting({
    about: 'what the capture server knows this Tollgate by',
    fallback: 2001,
    parse: wholeNumber(0, 4_294_967_295),
  }),
  HEP_PASSWORD: setting<string | null>({
    about: 'what the capture server asks of its agents, if anything',
    fallback: null,
    secret: true,
    parse: optional(nonEmpty),
  }),
  HTTP_HOST: setting({ about: 'address the API and dashboard listen on', fallback: '127.0.0.1', parse: host }),
  HTTP_PORT: setting({ about: 'port of the API and dashboard; 0 takes a free one', fallback: 8080, parse: port }),
  API_RATE_PER_MINUTE: setting({
    about: 'requests that one API key may make in a minute; 0 for any number',
    fallback: 6_000,
    parse: wholeNumber(0, 10_000_000),
  }),
  TOLLGATE_DATA_DIR: setting({ about: 'folder of the database', fallback: './data', parse: nonEmpty }),
  TOLLGATE_ADMIN_KEY: setting<string | null>({
    about: 'an admin API key that always works, at least 32 characters',
    fallback: null,
    secret: true,
    parse: optional((text) => (text.length >= 32 ? text : new BadValue('must have at least 32 characters'))),
  }),
  LOG_LEVEL: setting({
    about: 'least level that is logged',
    fallback: 'info',
    parse: oneOf('trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'),
  }),
  LOG_NUMBERS: setting<'full' | 'masked'>({
    about: 'telephone numbers in the log: as they are, or all but their last four digits masked',
    fallback: 'full',
    parse: oneOf('full', 'masked'),
  }),
  PII_RETENTION_DAYS: setting({
    about: 'days after which it is erased from calls who made them; 0 keeps it for ever',
    fallback: 0,
    parse: wholeNumber(0, 36_500),
  }),
  TOLLGATE_CURRENCY: setting({
    about: 'account currency, ISO 4217',
    fallback: 'USD',
    parse: (text) => (/^[A-Z]{3}$/.test(text) ? text : new BadValue('must be three capital letters, such as USD')),
  }),
  DRAIN_TIMEOUT_S: setting({
    about: 'seconds that calls in progress get to end by themselves at shutdown',
    fallback: 30,
    parse: wholeNumber(0, 86_400),
  }),
  WEBHOOK_ALLOW_HOSTS: setting<readonly string[] | null>({
    about:
      'hosts that webhooks may be on although their addresses are private or loopback, several with commas between',
    fallback: null,
    parse: optional(commaList(allowedHost)),
  }),
  WEBHOOK_KEEP_DAYS: setting({
    about: 'days that events, and what became of their deliveries, are kept to look at and replay',
    fallback: 14,
    parse: wholeNumber(4, 3_650),
  }),
} as const;

export type SettingName = keyof typeof SETTINGS;
export type SettingValues = {
  readonly [Name in SettingName]: (typeof SETTINGS)[Name] extends Setting<infer V> ? V : never;
};
