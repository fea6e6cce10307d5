import type { FastifyInstance } from 'fastify';

import { registerDescription } from '../plugins/openapi.ts';
import type { ApiDeps } from '../ports.ts';
import { registerAdjustmentProposals } from './adjustment-proposals.ts';
import { registerAdjustments } from './adjustments.ts';
import { registerApiKeys } from './api-keys.ts';
import { areas } from './areas.ts';
import { blocklist } from './blocklist.ts';
import { buyers } from './buyers.ts';
import { registerCalls } from './calls.ts';
import { campaigns } from './campaigns.ts';
import { destinations } from './destinations.ts';
import { registerDispositionReport } from './disposition-report.ts';
import { registerDispositions } from './dispositions.ts';
import { dids } from './dids.ts';
import { registerGateways } from './gateways.ts';
import { registerLedger } from './ledger.ts';
import { registerLedgerClose } from './ledger-close.ts';
import { registerLiveCalls } from './live-calls.ts';
import { registerPayments } from './payments.ts';
import { publishers } from './publishers.ts';
import { registerCollection } from './register-collection.ts';
import { registerReviewQueue } from './review-queue.ts';
import { registerRouteDecisions } from './route-decisions.ts';
import { routes } from './routes.ts';
import { schedules } from './schedules.ts';
import { registerStatements } from './statements.ts';
import { trunks } from './trunks.ts';

/** Everything under `/v1`. */
export function registerVersionOne(app: FastifyInstance, deps: ApiDeps): void {
  registerDescription(app);
  registerCollection(app, trunks, deps);
  registerGateways(app, deps);
  registerCollection(app, dids, deps);
  registerCollection(app, campaigns, deps);
  registerCollection(app, publishers, deps);
  registerCollection(app, buyers, deps);
  registerPayments(app, deps);
  registerCollection(app, destinations, deps);
  registerCollection(app, routes, deps);
  registerCollection(app, areas, deps);
  registerCollection(app, schedules, deps);
  registerCollection(app, blocklist, deps);
  registerCalls(app, deps);
  registerDispositions(app, deps);
  registerAdjustments(app, deps);
  registerAdjustmentProposals(app, deps);
  registerReviewQueue(app, deps);
  registerDispositionReport(app, deps);
  registerLiveCalls(app, deps);
  registerRouteDecisions(app, deps);
  registerLedger(app, deps);
  registerLedgerClose(app, deps);
  registerStatements(app, deps);
  registerApiKeys(app, deps);
}
