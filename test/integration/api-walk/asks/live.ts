import type { WalkStage } from '../walk-stage.ts';
import { asPatch, type AskTable } from './ask-table.ts';

const live = (stage: WalkStage) => ({ params: { id: stage.liveCall() } });

/** What goes on now, and what would. */
export const LIVE: AskTable = {
  'GET /v1/live-calls': [(stage) => (live(stage), live(stage), { query: '?limit=1' })],
  'POST /v1/live-calls/{id}/hangup': [live],
  'POST /v1/live-calls/{id}/recording/pause': [live],
  'POST /v1/live-calls/{id}/recording/resume': [live],
  'GET /v1/events': [() => ({ query: '?types=counters' })],
  'GET /v1/media-servers': [() => ({})],
  'PATCH /v1/media-servers/{name}': asPatch(() => ({
    params: { name: 'media.example:8021' },
    body: { draining: true },
  })),
  'POST /v1/route-decisions': [
    async ({ samples }) => {
      const { campaignId } = await samples.create('routes');
      const { number } = await samples.create('dids', { campaignId });
      return { body: { did: number, ani: '+12125550123', zip: '10001', seed: 7 } };
    },
  ],
};
