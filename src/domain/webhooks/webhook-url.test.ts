import { describe, expect, it } from 'vitest';

import { hostOf, parseHost, webhookUrlProblem } from './webhook-url.ts';

const problem = (url: string, ...allowed: readonly string[]): string | undefined =>
  webhookUrlProblem(url, new Set(allowed.map((host) => parseHost(host) ?? host)));

describe('The URL of a webhook', () => {
  it.each([
    'https://example.com/hooks/calls?tenant=7',
    'http://example.com:8080/',
    'https://EXAMPLE.com',
    'https://93.184.215.14/x',
    'https://[2606:4700::1111]:8443/x',
  ])('%s is taken', (url) => {
    expect(problem(url)).toBeUndefined();
  });

  it.each([
    ['', /http or https/],
    ['example.com/x', /http or https/],
    ['ftp://example.com/x', /http or https/],
    ['file:///etc/passwd', /http or https/],
    ['javascript:alert(1)', /http or https/],
    ['https:example.com', /http or https/],
    ['https:/example.com', /http or https/],
    ['https://', /http or https/],
    [' https://example.com', /http or https/],
    ['https://exa\nmple.com', /http or https/],
    ['https://example.com\\@10.0.0.1/', /http or https/],
    ['https://user@example.com/', /user name/],
    ['https://user:pw@example.com/', /user name/],
    ['https://:pw@example.com/', /user name/],
    ['https://example.com/#x', /#/],
    ['https://example.com:0/', /port 0/],
    ['http://0/', /0\.0\.0\.0 is an unspecified address/],
    ['http://192.0.2.1/', /192\.0\.2\.1 is a documentation address/],
  ])('%j is refused with how to mend it', (url, message) => {
    expect(problem(url)).toMatch(message);
  });

  it.each([
    ['http://localhost/', 'loopback'],
    ['http://LOCALHOST./', 'loopback'],
    ['http://tollgate.localhost/', 'loopback'],
    ['http://127.0.0.1:8080/x', 'loopback'],
    ['http://127.1/', 'loopback'],
    ['http://2130706433/', 'loopback'],
    ['http://0x7f.0.0.1/', 'loopback'],
    ['http://0177.0.0.1/', 'loopback'],
    ['http://127.0.0.1./', 'loopback'],
    ['http://１２７.0.0.1/', 'loopback'],
    ['http://[::1]/', 'loopback'],
    ['http://[::ffff:127.0.0.1]/', 'loopback'],
    ['http://[64:ff9b::7f00:1]/', 'loopback'],
    ['http://[2002:7f00:1::]/', 'loopback'],
    ['http://0/', 'unspecified'],
    ['http://[::]/', 'unspecified'],
    ['http://10.0.0.1/', 'private'],
    ['http://172.16.0.1/', 'private'],
    ['http://192.168.0.1/', 'private'],
    ['http://[fd00::1]/', 'private'],
    ['http://100.64.0.1/', 'shared'],
    ['http://169.254.169.254/latest/meta-data', 'link-local'],
    ['http://[fe80::1]/', 'link-local'],
    ['http://224.0.0.1/', 'multicast'],
    ['http://255.255.255.255/', 'reserved'],
  ])('%s is refused as a %s address, in whatever way it is written', (url, why) => {
    expect(problem(url)).toMatch(new RegExp(`${why} address.*WEBHOOK_ALLOW_HOSTS`));
  });

  it('may lead anywhere where its host is allowed by name, and only there', () => {
    expect(problem('http://127.0.0.1:9/x', '127.0.0.1')).toBeUndefined();
    expect(problem('http://2130706433/', '127.0.0.1')).toBeUndefined();
    expect(problem('http://LocalHost./', 'localhost')).toBeUndefined();
    expect(problem('http://[::1]/', '[0:0:0:0:0:0:0:1]')).toBeUndefined();
    expect(problem('http://127.0.0.2/', '127.0.0.1')).toMatch(/loopback/);
    expect(problem('http://a.localhost/', 'localhost')).toMatch(/loopback/);
    expect(problem('http://user@127.0.0.1/', '127.0.0.1')).toMatch(/user name/);
  });
});

describe('An allowed host', () => {
  it.each([
    ['Receiver.Internal.', 'receiver.internal'],
    ['my_service', 'my_service'],
    ['10.1.2.3', '10.1.2.3'],
    ['0x7f.1', '127.0.0.1'],
    ['::1', '::1'],
    ['[::1]', '::1'],
    ['0:0::1', '::1'],
  ])('%s is kept as %s, the form that hosts of URLs have', (text, host) => {
    expect(parseHost(text)).toBe(host);
    expect(hostOf(new URL(`http://${host.includes(':') ? `[${host}]` : host}/`))).toBe(host);
  });

  it.each([
    '',
    ' ',
    'a b',
    'host:80',
    '[::1]:80',
    'http://host',
    'host/path',
    '10.0.0.0/8',
    '*.example.com',
    '999.1.1.1',
  ])('%j is none', (text) => {
    expect(parseHost(text)).toBeUndefined();
  });
});
