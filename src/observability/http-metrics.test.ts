import { Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';
import { createHttpMetrics, type AnsweredRequest } from './http-metrics.ts';

const ANSWERED: AnsweredRequest = {
  method: 'GET',
  route: '/v1/calls/:id',
  status: 200,
  durationMs: 30,
  isStream: false,
};

async function metricsAfter(...requests: readonly Partial<AnsweredRequest>[]): Promise<string> {
  const registry = new Registry();
  const report = createHttpMetrics(registry);
  for (const request of requests) report({ ...ANSWERED, ...request });
  return registry.metrics();
}

describe('HTTP metrics', () => {
  it('count by route, method and class of status, and time by route and method', async () => {
    const text = await metricsAfter({}, { status: 201 }, { status: 404 });
    expect(text).toContain('tollgate_http_requests_total{route="/v1/calls/:id",method="GET",class="2xx"} 2');
    expect(text).toContain('tollgate_http_requests_total{route="/v1/calls/:id",method="GET",class="4xx"} 1');
    expect(text).toContain(
      'tollgate_http_request_duration_seconds_bucket{le="0.05",route="/v1/calls/:id",method="GET"} 3',
    );
    expect(text).toContain('tollgate_http_request_duration_seconds_sum{route="/v1/calls/:id",method="GET"} 0.09');
  });

  it('have no label that a stranger can make up', async () => {
    const text = await metricsAfter({ route: null, method: 'BREW', status: 404 });
    expect(text).toContain('tollgate_http_requests_total{route="unmatched",method="other",class="4xx"} 1');
  });

  it('leave streams out of the durations', async () => {
    const text = await metricsAfter({ route: '/v1/events', isStream: true, durationMs: 3_600_000 });
    expect(text).toContain('tollgate_http_requests_total{route="/v1/events",method="GET",class="2xx"} 1');
    expect(text).not.toContain('tollgate_http_request_duration_seconds_sum{');
  });
});
