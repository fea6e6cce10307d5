import { describe, expect, it } from 'vitest';
import { warningsOf } from './check-together.ts';
import type { ConfigProblem } from './config-problem.ts';
import { loadConfig } from './load-config.ts';
import { mediaServersOf } from './media-servers.ts';

function problemsOf(env: Record<string, string>, text = ''): readonly ConfigProblem[] {
  const loaded = loadConfig(env, text ? [{ path: 'config/tollgate.yaml', text }] : []);
  return loaded.ok ? [] : loaded.problems;
}

describe('settings', () => {
  it('have a default each', () => {
    const loaded = loadConfig({}, []);
    expect(loaded).toMatchObject({
      ok: true,
      config: { TOLLGATE_ENGINE: 'embedded', SIP_PORT: 5060, HTTP_PORT: 8080 },
    });
  });

  it('come from the environment before the files', () => {
    const loaded = loadConfig({ SIP_PORT: '5070' }, [{ path: 'a.yaml', text: 'SIP_PORT: 5080\nHTTP_PORT: 9090\n' }]);
    expect(loaded).toMatchObject({ ok: true, config: { SIP_PORT: 5070, HTTP_PORT: 9090 } });
  });

  it('are all checked before any is refused, each named with where it was set', () => {
    const problems = problemsOf(
      { SIP_PORT: '70000', TOLLGATE_ENGINE: 'asterisk', TOLLGATE_ADMIN_KEY: 'short' },
      'LOG_LEVEL: loud\nHTTPPORT: 1\n',
    );
    expect(problems.map(({ setting, source }) => [setting, source])).toEqual([
      ['HTTPPORT', 'config/tollgate.yaml:2'],
      ['TOLLGATE_ENGINE', 'environment TOLLGATE_ENGINE'],
      ['SIP_PORT', 'environment SIP_PORT'],
      ['TOLLGATE_ADMIN_KEY', 'environment TOLLGATE_ADMIN_KEY'],
      ['LOG_LEVEL', 'config/tollgate.yaml:1'],
    ]);
  });

  it('never show a secret in a message', () => {
    const loaded = loadConfig({ TOLLGATE_ADMIN_KEY: 'hunter2' }, []);
    expect(JSON.stringify(loaded)).not.toContain('hunter2');
  });

  it('ask for the host and secret of a drachtio-server where one is chosen', () => {
    const problems = problemsOf({ TOLLGATE_ENGINE: 'drachtio' });
    expect(problems.map((problem) => problem.setting)).toEqual(['DRACHTIO_HOST', 'DRACHTIO_SECRET']);
  });

  it('take several media servers as lists, with a port and secret for each or one for all', () => {
    const loaded = loadConfig({ FREESWITCH_HOST: '10.0.0.5, fs-2', FREESWITCH_SECRET: 'one,two' }, []);
    if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
    expect(mediaServersOf(loaded.config)).toEqual([
      { host: '10.0.0.5', port: 8021, secret: 'one' },
      { host: 'fs-2', port: 8021, secret: 'two' },
    ]);
  });

  it('refuse lists of other lengths, media servers without a secret, and bad entries by their place', () => {
    const servers = { FREESWITCH_HOST: 'a,b,c', FREESWITCH_SECRET: 'x' };
    expect(problemsOf({ ...servers, FREESWITCH_PORT: '1,2' })).toMatchObject([
      { setting: 'FREESWITCH_PORT', message: expect.stringContaining('each of the 3') },
    ]);
    expect(problemsOf({ FREESWITCH_HOST: 'a' }).map(({ setting }) => setting)).toEqual(['FREESWITCH_SECRET']);
    expect(problemsOf({ ...servers, FREESWITCH_HOST: 'a,b b' })).toMatchObject([
      { setting: 'FREESWITCH_HOST', message: expect.stringContaining('entry 2 of the list') },
    ]);
  });

  it('refuse secrets that anyone knows where another machine is meant, and say what to do', () => {
    const drachtio = { TOLLGATE_ENGINE: 'drachtio', DRACHTIO_SECRET: 'cymru' };
    for (const host of ['10.0.0.5', 'drachtio', '0.0.0.0', '2001:db8::1']) {
      expect(problemsOf({ ...drachtio, DRACHTIO_HOST: host })).toMatchObject([
        { setting: 'DRACHTIO_SECRET', source: 'environment DRACHTIO_SECRET', message: expect.stringContaining(host) },
      ]);
    }
    const media = { FREESWITCH_HOST: '127.0.0.1,10.0.0.6', FREESWITCH_SECRET: 'ClueCon' };
    expect(problemsOf(media)).toMatchObject([
      { setting: 'FREESWITCH_SECRET', message: expect.stringContaining('10.0.0.6') },
    ]);
  });

  it('take them on this machine, with a warning', () => {
    const env = { TOLLGATE_ENGINE: 'drachtio', DRACHTIO_SECRET: 'cymru', FREESWITCH_SECRET: 'ClueCon' };
    for (const host of ['127.0.0.1', '127.9.9.9', '::1', 'localhost']) {
      const loaded = loadConfig({ ...env, DRACHTIO_HOST: host, FREESWITCH_HOST: host }, []);
      if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
      const warned = warningsOf(loaded.config).map(({ setting }) => setting);
      expect(warned).toEqual(['DRACHTIO_SECRET', 'FREESWITCH_SECRET']);
    }
  });

  it('don’t mind the secret of a server that is not used', () => {
    expect(problemsOf({ DRACHTIO_HOST: '10.0.0.5', DRACHTIO_SECRET: 'cymru' })).toEqual([]);
  });

  it('warn of captures that the SIP server has to make itself', () => {
    const env = { TOLLGATE_ENGINE: 'drachtio', DRACHTIO_HOST: 'sip-1', DRACHTIO_SECRET: 'of-its-own' };
    const loaded = loadConfig({ ...env, HEP_TARGET: '[2001:db8::9]:9060' }, []);
    if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
    expect(loaded.config.HEP_TARGET).toEqual({ host: '2001:db8::9', port: 9060 });
    expect(warningsOf(loaded.config).map(({ setting }) => setting)).toEqual(['HEP_TARGET']);
  });

  it('refuse a range of ports with no room for a call', () => {
    expect(problemsOf({ RTP_PORT_MIN: '30000', RTP_PORT_MAX: '30002' })).toMatchObject([{ setting: 'RTP_PORT_MAX' }]);
    expect(problemsOf({ RTP_PORT_MIN: '30000', RTP_PORT_MAX: '30003' })).toEqual([]);
  });

  it('name the line of broken YAML', () => {
    expect(problemsOf({}, 'SIP_PORT: 5060\n  bad: [\n')[0]?.source).toMatch(/^config\/tollgate\.yaml:\d/);
  });
});
