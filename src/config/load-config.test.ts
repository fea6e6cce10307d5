import { describe, expect, it } from 'vitest';
import { loadConfig } from './load-config.ts';

function problemsOf(env: Record<string, string>, text = ''): readonly { setting: string; source: string }[] {
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

  it('name the line of broken YAML', () => {
    expect(problemsOf({}, 'SIP_PORT: 5060\n  bad: [\n')[0]?.source).toMatch(/^config\/tollgate\.yaml:\d/);
  });
});
