import { toIso, type EpochMs } from '../../domain/time.ts';
import type { Sqlite } from '../database.ts';
import { toStored as toStoredPrompt, type PromptRow } from '../prompts.ts';
import type { ResourceKind } from '../resource-store.ts';
import { KIND_NAMES } from '../resources/resource-kinds.ts';
import { ROW_COLUMNS, toStored, type ResourceRow } from '../resources/resource-row.ts';
import { createFindWebhook, toWebhook } from '../webhooks/webhook-rows.ts';

/** How a thing stands now, for the inside of a transaction; null where there is none, or nothing to see of its kind. */
export type LookAt = (resource: string, id: string | null) => object | null;

/** What people can change of a call: what is said of it, and what it comes to. */
const CALL = `SELECT dispositions.value AS disposition, dispositions.note,
    charge_micros + ${adjusted('buyer')} AS chargeMicros, payout_micros + ${adjusted('publisher')} AS payoutMicros
  FROM calls LEFT JOIN dispositions ON dispositions.call_seq = calls.seq WHERE calls.id = ?`;

const PROPOSAL = `SELECT call_id AS callId, disposition, status, decided_by AS decidedBy, reason
  FROM adjustment_proposals WHERE id = ?`;

const API_KEY = 'SELECT id, name, role, created_at AS createdAt FROM api_keys WHERE id = ? AND revoked_at IS NULL';

interface KeyRow {
  readonly id: string;
  readonly name: string;
  readonly role: string;
  readonly createdAt: EpochMs;
}

export function createLookAt(sqlite: Sqlite): LookAt {
  const call = sqlite.prepare<[string], object>(CALL);
  const proposal = sqlite.prepare<[string], object>(PROPOSAL);
  const prompt = sqlite.prepare<[string], PromptRow>('SELECT * FROM prompts WHERE id = ?');
  const apiKey = sqlite.prepare<[string], KeyRow>(API_KEY);
  const webhook = createFindWebhook(sqlite);

  return (resource, id) => {
    if (id === null) return null;
    if (isKind(resource)) {
      const row = sqlite.prepare<[string], ResourceRow>(`SELECT ${ROW_COLUMNS} FROM ${resource} WHERE id = ?`).get(id);
      return row === undefined ? null : toStored(row);
    }
    switch (resource) {
      case 'calls':
        return call.get(id) ?? null;
      case 'adjustment-proposals':
        return proposal.get(id) ?? null;
      case 'prompts': {
        const row = prompt.get(id);
        return row === undefined ? null : toStoredPrompt(row);
      }
      case 'api-keys': {
        const row = apiKey.get(id);
        return row === undefined ? null : { ...row, createdAt: toIso(row.createdAt) };
      }
      case 'webhooks': {
        const row = webhook(id);
        return row === undefined ? null : toWebhook(row, row.updated_at);
      }
      default:
        return null;
    }
  };
}

function adjusted(party: 'buyer' | 'publisher'): string {
  return `coalesce((SELECT sum(amount_micros) FROM adjustments WHERE call_id = calls.id AND party = '${party}'), 0)`;
}

function isKind(resource: string): resource is ResourceKind {
  return (KIND_NAMES as readonly string[]).includes(resource);
}
