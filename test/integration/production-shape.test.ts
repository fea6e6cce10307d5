import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { SETTINGS, type SettingName } from '../../src/config/settings.ts';
import type { Json } from '../support/rest-client.ts';

const ROOT = new URL('../../', import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, ROOT), 'utf8');

const manifest: Json = JSON.parse(read('package.json'));
const composeText = read('docker-compose.yml');
const compose: Json = parse(composeText, { merge: true });
const services: Readonly<Record<string, Json>> = compose.services;
const drachtioConfig = read('docker/drachtio/drachtio.conf.xml');
const freeswitchConfig = read('docker/freeswitch/freeswitch.xml');

/** What the compose file asks the environment for that is no setting of Tollgate's, but of the servers beside it. */
const OF_THE_OTHERS = ['DRACHTIO_HOMER_ADDRESS', 'DRACHTIO_HOMER_ID', 'DRACHTIO_HOMER_PORT', 'INSIDE_HOST'];

/** Each `${NAME…}` of the compose file, nested ones too: the name, and what follows it (`:-8080`, `:?set it`). */
const variables = [...composeText.matchAll(/\$\{([A-Z_]+)((?::[-+?][^{}$]*)?)/g)].map(([, name = '', how = '']) => ({
  name,
  how,
}));

const isSetting = (name: string): name is SettingName => name in SETTINGS;

/** A setting's default, as text. */
const defaultOf = (name: string): string =>
  isSetting(name) ? JSON.stringify(SETTINGS[name].fallback ?? '').replaceAll(/["[\]]/g, '') : '';

/** The value of a `set` in FreeSWITCH's settings. */
const setIn = (name: string): string | undefined =>
  new RegExp(String.raw`cmd="set" data="${name}=([^"]*)"`).exec(freeswitchConfig)?.[1];

/** The value of a parameter in FreeSWITCH's settings. */
const paramIn = (name: string): string | undefined =>
  new RegExp(String.raw`<param name="${name}" value="([^"]*)"`).exec(freeswitchConfig)?.[1];

describe('the compose file', () => {
  it('names its three images by version', () => {
    const images = Object.values(services).map(({ image }) => String(image));
    expect(images.map((image) => image.split(':')[0])).toEqual([
      'tollgate',
      'drachtio/drachtio-server',
      'drachtio/drachtio-freeswitch-mrf',
    ]);
    for (const image of images) expect(image).toMatch(/:\d+\.\d+\.\d+$/);
    expect(images[0]).toBe(`tollgate:${manifest.version}`);
  });

  it('lets no service write to its root, gain a privilege or fill the disk with its log', () => {
    for (const service of Object.values(services)) {
      expect(service).toMatchObject({
        network_mode: 'host',
        restart: 'unless-stopped',
        read_only: true,
        cap_drop: ['ALL'],
        security_opt: ['no-new-privileges:true'],
        user: '1000:1000',
        logging: { driver: 'json-file', options: { 'max-size': expect.any(String), 'max-file': expect.any(String) } },
      });
      expect(service.privileged).toBeUndefined();
      expect(service.cap_add).toBeUndefined();
    }
  });

  it('asks for nothing that there is no such setting for, with the same defaults', () => {
    expect(variables.length).toBeGreaterThan(15);
    const others = variables.filter(({ name }) => !isSetting(name)).map(({ name }) => name);
    expect([...new Set(others)].sort()).toEqual(OF_THE_OTHERS);
    const withDefault = variables.filter(({ name, how }) => isSetting(name) && /^:-./.test(how));
    expect(withDefault.map(({ name, how }) => `${name}${how}`)).toEqual(
      withDefault.map(({ name }) => `${name}:-${defaultOf(name)}`),
    );
    for (const name of Object.keys(services['tollgate'].environment)) expect(Object.keys(SETTINGS)).toContain(name);
  });

  it('has no secret of its own and does not start without one', () => {
    const secrets = variables.filter(({ name }) => isSetting(name) && 'secret' in SETTINGS[name]);
    expect(new Set(secrets.map(({ name }) => name))).toEqual(
      new Set(['TOLLGATE_ADMIN_KEY', 'DRACHTIO_SECRET', 'FREESWITCH_SECRET']),
    );
    for (const { how } of secrets) expect(how).toMatch(/^:\?\w/);
    for (const known of ['cymru', 'ClueCon', 'JambonzR0ck$']) {
      for (const file of [composeText, drachtioConfig, freeswitchConfig, read('docker/env.example')]) {
        expect(file).not.toContain(known);
      }
    }
  });

  it('is filled in by env.example, name by name, secrets empty', () => {
    const lines = read('docker/env.example').split('\n');
    const given = lines.flatMap((line) => {
      const [, name, value = ''] = /^([A-Z_]+)=(.*)$/.exec(line) ?? [];
      return name === undefined ? [] : [[name, value] as const];
    });
    expect(new Set(given.map(([name]) => name))).toEqual(new Set(variables.map(({ name }) => name)));
    const ofOurs = given.filter(([name]) => isSetting(name) && name !== 'SIP_HOST');
    expect(ofOurs).toEqual(ofOurs.map(([name]) => [name, defaultOf(name)]));
  });

  it('mounts files that there are, and shares prompts and recordings under one path, the database with no one', () => {
    const mountsOf = (name: string): string[][] =>
      (services[name].volumes as string[]).map((mount) => mount.split(':'));
    const sources = Object.keys(services).flatMap((name) => mountsOf(name).map(([source = '']) => source));
    const missing = sources.filter((source) => source.startsWith('.') && !existsSync(new URL(source, ROOT)));
    expect(missing).toEqual([]);
    const volumes = sources.filter((source) => !source.startsWith('.'));
    expect(new Set(volumes)).toEqual(new Set(Object.keys(compose.volumes)));
    const shared = (name: string): string[] =>
      mountsOf(name)
        .filter(([source = '']) => ['prompts', 'recordings', 'data'].includes(source))
        .map(([source, target]) => `${source} ${target}`);
    expect(shared('tollgate')).toEqual(['data /data', 'prompts /data/prompts', 'recordings /data/recordings']);
    expect(shared('freeswitch')).toEqual(['prompts /data/prompts', 'recordings /data/recordings']);
    expect(services['tollgate'].environment.TOLLGATE_DATA_DIR).toBe('/data');
    expect(services['tollgate'].environment.FREESWITCH_DATA_DIR).toBeUndefined();
  });

  it('starts Tollgate when the two others are healthy', () => {
    const healthy = { condition: 'service_healthy' };
    expect(services['tollgate'].depends_on).toEqual({ drachtio: healthy, freeswitch: healthy });
    for (const name of ['drachtio', 'freeswitch']) {
      expect(services[name].healthcheck.test).toEqual(['CMD', 'bash', '/healthcheck.sh']);
    }
  });
});

describe('the settings of drachtio-server', () => {
  it('let applications in from this machine alone, by the secret of the environment', () => {
    expect(drachtioConfig).toContain(`<admin port="${defaultOf('DRACHTIO_PORT')}">127.0.0.1</admin>`);
    expect(Object.keys(services['drachtio'].environment)).toContain('DRACHTIO_SECRET');
  });

  it('log neither messages nor secrets', () => {
    expect(drachtioConfig).toContain('<loglevel>notice</loglevel>');
  });
});

describe('the settings of FreeSWITCH', () => {
  it('read from the environment what the compose file gives, and no more', () => {
    const asked = [...freeswitchConfig.matchAll(/cmd="env-set" data="\w+=\$(\w+)"/g)].map(([, name]) => name);
    const given = Object.keys(services['freeswitch'].environment);
    expect(asked).toEqual(expect.arrayContaining(given));
    expect(asked.filter((name) => !given.includes(name ?? ''))).toEqual(['FREESWITCH_SIP_PORT']);
  });

  it('have the ports of Tollgate’s own defaults', () => {
    expect(setIn('event_socket_port')).toBe(defaultOf('FREESWITCH_PORT'));
    expect(setIn('media_port_min')).toBe(defaultOf('RTP_PORT_MIN'));
    expect(setIn('media_port_max')).toBe(defaultOf('RTP_PORT_MAX'));
    expect(paramIn('rtp-start-port')).toBe('$${media_port_min}');
    expect(paramIn('rtp-end-port')).toBe('$${media_port_max}');
  });

  it('keep control and SIP on the inside, by a password that nobody knows unless it is given', () => {
    expect(setIn('inside_host')).toBe('127.0.0.1');
    expect(freeswitchConfig).toContain('cmd="exec-set" data="event_socket_password=head -c 24 /dev/urandom');
    expect(paramIn('password')).toBe('$${event_socket_password}');
    for (const name of ['listen-ip', 'sip-ip']) expect(paramIn(name)).toBe('$${inside_host}');
    expect(freeswitchConfig.match(/name="apply-inbound-acl" value="inside"/g)).toHaveLength(2);
    expect(freeswitchConfig).toMatch(/<list name="inside" default="deny">/);
  });

  it('are what drachtio-fsmrf needs: the profile by its name, plain RTP, and no limits of its own', () => {
    expect(freeswitchConfig).toContain('<profile name="drachtio_mrf">');
    for (const name of ['', '_inbound', '_outbound']) expect(setIn(`rtp_secure_media${name}`)).toBe('forbidden');
    expect(Number(paramIn('max-sessions'))).toBeGreaterThan(1_000);
    expect(Number(paramIn('sessions-per-second'))).toBeGreaterThan(30);
  });
});
