import { Counter, Histogram, type Registry } from 'prom-client';

/** One HTTP request that was answered. */
export interface AnsweredRequest {
  readonly method: string;
  /** The route's template (`/v1/calls/:id`), never the path itself; null where no route took it. */
  readonly route: string | null;
  readonly status: number;
  readonly durationMs: number;
  /** The answer is an endless stream: its length is its reader's patience and says nothing of us. */
  readonly isStream: boolean;
}

const HTTP_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10];

const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

/**
 * Rate, errors and duration of HTTP by route. Labels are bounded by the product itself: its routes, seven methods, five
 * classes of status; what a stranger makes up counts as `other` and `unmatched`.
 */
export function createHttpMetrics(registry: Registry): (answered: AnsweredRequest) => void {
  const requests = new Counter({
    name: 'tollgate_http_requests_total',
    help: 'HTTP requests answered, by route, method and class of status',
    labelNames: ['route', 'method', 'class'],
    registers: [registry],
  });
  const seconds = new Histogram({
    name: 'tollgate_http_request_duration_seconds',
    help: 'From the first byte of an HTTP request to the last of its answer; streams of events are left out',
    labelNames: ['route', 'method'],
    buckets: HTTP_BUCKETS,
    registers: [registry],
  });
  return ({ method: given, route: template, status, durationMs, isStream }) => {
    const route = template ?? 'unmatched';
    const method = METHODS.has(given) ? given : 'other';
    requests.inc({ route, method, class: `${Math.floor(status / 100)}xx` });
    if (!isStream) seconds.observe({ route, method }, durationMs / 1_000);
  };
}
