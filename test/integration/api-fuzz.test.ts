import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { ERRORS } from '../../src/domain/app-error.ts';
import { startTestApi, type Json, type TestApi } from '../support/api.ts';
import { ApiSamples, KINDS } from '../support/api-samples.ts';
import { anything, awkward, spoilt } from '../support/spoilt.ts';

/** Every kind's fields, so that each of them gets spoilt. */
const WHOLE: Readonly<Record<string, Json>> = {
  trunks: {
    name: 'T',
    sources: ['192.0.2.0/24'],
    gateways: [{ uri: 'sip:gw.example', priority: 1, weight: 1 }],
    digest: { username: 'u', password: 'p', realm: 'r' },
    challengeInbound: true,
    maxCps: 1,
    maxConcurrent: 1,
    trustIdentity: true,
    allowedPrefixes: ['+1'],
    numberFormat: 'e164',
    enabled: true,
  },
  campaigns: {
    name: 'C',
    vertical: 'v',
    status: 'live',
    minTalkS: 1,
    priceMicros: 1,
    tiers: [{ minTalkS: 2, priceMicros: 2 }],
    duplicates: { windowDays: 1, scope: 'all', trigger: 'connected', routing: 'reject' },
    order: 'price',
    simultaneous: true,
    maxAttempts: 1,
    setupBudgetS: 1,
    media: 'direct',
    record: true,
    recordingRetentionDays: 1,
    prompts: { greeting: 'prm_default-greeting' },
    ivr: {
      start: 'x',
      steps: {
        x: { type: 'menu', prompt: 'prm_default-menu', choices: { 1: 'y' }, timeoutS: 1, attempts: 1, onFail: 'y' },
        y: { type: 'route' },
      },
    },
    afterHours: { action: 'hangup', promptId: 'prm_default-goodbye' },
    voicemailMaxS: 5,
    screening: { anonymous: 'allow', minAttestation: 'A', maxCallsPerAniPerHour: 1 },
    maxCallS: 60,
  },
  publishers: { name: 'P', payout: { kind: 'fixed', amountMicros: 1, minTalkS: 1 }, caps: { daily: 1 } },
  buyers: { name: 'B', timezone: 'UTC', status: 'active', caps: { hourly: 1 }, creditLimitMicros: 0, prepaid: true },
  areas: {
    name: 'A',
    include: [{ radius: { zip: '94107', miles: 1 } }, { npa: '415' }],
    exclude: [{ zip: '94107' }],
    acceptInferred: true,
  },
  schedules: {
    name: 'S',
    timezone: 'UTC',
    weekly: { mon: [['09:00', '17:00']] },
    exceptions: [{ date: '2026-12-24', windows: [['09:00', '12:00']] }],
    holidays: 'US',
  },
  blocklist: { match: '+1415', reason: 'r', expiresAt: '2027-01-01T00:00:00Z' },
};

/** It is answered, never by a defect of ours, and a refusal says where and what. */
async function isAnswered(api: TestApi, method: string, url: string, body?: Json): Promise<void> {
  const { statusCode, body: text } = await api.request(
    method,
    url,
    body === undefined ? undefined : JSON.stringify(body),
  );
  expect([url, body, statusCode < 500]).toEqual([url, body, true]);
  if (statusCode < 400) return;
  const problem: Json = JSON.parse(text);
  expect(ERRORS).toHaveProperty([problem.code, 'status'], statusCode);
  if (statusCode !== 422) return;
  expect(problem.errors.length).toBeGreaterThan(0);
  for (const { path, message } of problem.errors) {
    expect(path).toMatch(/^(\/|$)/);
    expect(message).not.toBe('');
  }
}

describe('Whatever is sent', () => {
  it.each(KINDS)('to /v1/%s is created, changed or refused with reasons, never a 500', async (kind) => {
    const api = await startTestApi({ mediaServer: true });
    const samples = new ApiSamples(api);
    const body = { ...(await samples.body(kind)), ...WHOLE[kind] };
    const { id } = await samples.create(kind);
    await fc.assert(
      fc.asyncProperty(fc.oneof(spoilt(body), anything), fc.boolean(), async (sent, isPatch) => {
        await isAnswered(api, isPatch ? 'PATCH' : 'POST', isPatch ? `/v1/${kind}/${id}` : `/v1/${kind}`, sent ?? null);
      }),
      { numRuns: 150 },
    );
  });

  it('as a query string is answered or refused with reasons, never a 500', async () => {
    const api = await startTestApi();
    const names = [
      'limit',
      'cursor',
      'number',
      'ani',
      'did',
      'from',
      'to',
      'party',
      'priority',
      'archived',
      'match',
      'disposition',
      'groupBy',
      'builtIn',
      'timezone',
      'outcome',
      'state',
      'campaignId',
      'x',
    ];
    const parameter = fc.tuple(fc.constantFrom(...names), fc.oneof(awkward, fc.string(), fc.integer().map(String)));
    const { id } = await new ApiSamples(api).create('buyers');
    const lists = [
      'calls',
      'live-calls',
      'ledger',
      'api-keys',
      'review-queue',
      'adjustment-proposals',
      'webhooks',
      'prompts',
    ];
    const others = [
      'audit-log',
      'export',
      'session',
      'reports/summary',
      'reports/live',
      'reports/dispositions',
      `buyers/${id}/statement`,
    ];
    const paths = [...KINDS, ...lists, ...others].map((path) => `/v1/${path}`);
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...paths), fc.array(parameter, { maxLength: 3 }), (path, parameters) => {
        const query = parameters.map(([name, value]) => `${name}=${encodeURIComponent(value.toWellFormed())}`);
        return isAnswered(api, 'GET', `${path}?${query.join('&')}`);
      }),
      { numRuns: 400 },
    );
  });

  it('as an id is answered or not found, never a 500', async () => {
    const api = await startTestApi();
    const paths = [...KINDS, 'calls', 'api-keys', 'webhooks', 'prompts'].map((kind) => `/v1/${kind}`);
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...paths),
        fc.oneof(awkward, fc.string()),
        fc.constantFrom('GET', 'DELETE', 'PATCH'),
        (path, id, method) => isAnswered(api, method, `${path}/${encodeURIComponent(id.toWellFormed())}`),
      ),
      { numRuns: 300 },
    );
  });
});
