import { existsSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Cdr } from '../../../src/domain/call/cdr.ts';
import { ADMIN_KEY, type RestClient } from '../../support/rest-client.ts';
import { channelsOf } from '../../support/tone-wav.ts';

/** What the records say, and what is wrong with them. */
export interface Audit {
  readonly outcomes: Readonly<Record<string, number>>;
  readonly recordings: number;
  readonly violations: readonly string[];
}

/**
 * Holds CDRs against the calls that were placed: one for each, settled. And recordings against CDRs: each that is named
 * can be played, and no file is there that none names.
 */
export async function auditRecords(
  product: RestClient & { readonly dataDir: string },
  anis: readonly string[],
): Promise<Audit> {
  const cdrs = await product.cdrs();
  const violations: string[] = [];
  const countOf = new Map<string, number>();
  const outcomes: Record<string, number> = {};
  for (const { ani, id, endedAt, outcome } of cdrs) {
    countOf.set(ani, (countOf.get(ani) ?? 0) + 1);
    if (endedAt === null || outcome === null) violations.push(`${id} is open`);
    else outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
  }
  for (const ani of anis) {
    const count = countOf.get(ani) ?? 0;
    if (count !== 1) violations.push(`${ani}: ${count} CDRs`);
  }
  if (cdrs.length !== anis.length) violations.push(`${cdrs.length} CDRs of ${anis.length} calls`);
  const recorded = cdrs.filter(({ recordingId }) => recordingId !== null);
  for (const cdr of recorded) violations.push(...(await faultsOfRecording(product, cdr)));
  const named = new Set(recorded.map(({ id }) => `${id}.wav`));
  for (const file of filesIn(join(product.dataDir, 'recordings'))) {
    if (!named.has(basename(file))) violations.push(`${file} is of no CDR`);
  }
  return { outcomes, recordings: recorded.length, violations };
}

async function faultsOfRecording({ http }: RestClient, { id, outcome, talkMs }: Cdr): Promise<string[]> {
  const response = await fetch(`http://${http}/v1/calls/${id}/recording`, {
    headers: { authorization: `Bearer ${ADMIN_KEY}` },
  });
  if (!response.ok) return [`${id} names a recording that can't be had: ${response.status}`];
  const wav = Buffer.from(await response.arrayBuffer());
  const said = wav.length >= 44 ? wav.readUInt32LE(4) + 8 : 0;
  if (said !== wav.length) return [`the recording of ${id} is ${wav.length} bytes and says ${said}`];
  const sides = channelsOf(wav);
  if (sides.length !== (outcome === 'voicemail' ? 1 : 2))
    return [`the recording of ${id} has ${sides.length} channels`];
  const lengthMs = ((sides[0]?.length ?? 0) * 1_000) / 8_000;
  // Between a hang-up as it is seen and the last frame that is written lies more than usual on a busy machine. A message is
  // no talk, nor is what was said to a caller who never ACKed.
  return outcome === 'connected' && Math.abs(lengthMs - talkMs) > 1_000
    ? [`the recording of ${id} lasts ${lengthMs} ms, its talk ${talkMs} ms`]
    : [];
}

function filesIn(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.wav'));
}
