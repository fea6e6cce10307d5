import type { PromptId } from '../../domain/ids.ts';
import type { IvrFlow } from '../../domain/ivr/ivr-flow.ts';
import type { IsKnownZip, IvrAction, IvrEvent } from '../../domain/ivr/run-ivr.ts';
import { advanceIvr, startIvr } from '../../domain/ivr/run-ivr.ts';
import type { Program, ProgramResult } from '../../domain/call/program.ts';
import type { CallMedia } from '../ports/call-media.ts';

/** What a program needs of the call it runs in. */
export interface Stage {
  readonly media: Pick<CallMedia, 'play' | 'ask' | 'takeMessage'>;
  /** The prompt's file by its absolute path; null where there is none. */
  readonly promptFile: (id: PromptId) => string | null;
  readonly isKnownZip: IsKnownZip;
  /** Makes a file for the caller's message; resolves with its path. */
  readonly beginMessage: () => Promise<string>;
  /** Something could not be played or asked; the program goes on without. */
  readonly onTrouble: (error: unknown) => void;
}

/** A message ends after so much silence. */
const MESSAGE_SILENCE_MS = 6_000;

/**
 * Does with the caller what a program says. A prompt that can't be played is left out; rejects where a message can't be
 * taken, for there is nothing else to it.
 */
export async function runProgram(program: Program, stage: Stage): Promise<ProgramResult> {
  switch (program.kind) {
    case 'announcement':
      await play(program.promptId, stage);
      return { kind: 'done' };
    case 'message':
      await takeMessage(program, stage);
      return { kind: 'done' };
    case 'welcome':
      for (const promptId of program.prompts) await play(promptId, stage);
      return program.ivr === null ? { kind: 'route', zip: null, category: null } : runIvr(program.ivr, stage);
  }
}

async function runIvr(flow: IvrFlow, stage: Stage): Promise<ProgramResult> {
  let run = startIvr(flow);
  while (run.action.kind !== 'end') run = advanceIvr(run, await perform(run.action, stage), stage.isKnownZip);
  const { end } = run.action;
  switch (end.kind) {
    case 'route':
      return end;
    case 'voicemail':
      return { kind: 'message', promptId: end.promptId };
    case 'hangup':
      if (end.promptId !== null) await play(end.promptId, stage);
      return { kind: 'hangup' };
  }
}

async function perform(action: Exclude<IvrAction, { kind: 'end' }>, stage: Stage): Promise<IvrEvent> {
  if (action.kind === 'play') return (await play(action.promptId, stage)) ? { type: 'played' } : { type: 'failed' };
  if (action.invalidPromptId !== null) await play(action.invalidPromptId, stage);
  const path = stage.promptFile(action.promptId);
  if (path === null) return { type: 'failed' };
  try {
    const digits = await stage.media.ask('caller', {
      sound: { kind: 'file', path },
      maxDigits: action.maxDigits,
      timeoutMs: action.timeoutS * 1_000,
    });
    return digits === '' ? { type: 'silence' } : { type: 'digits', digits };
  } catch (error) {
    stage.onTrouble(error);
    return { type: 'failed' };
  }
}

async function takeMessage({ promptId, maxS }: Extract<Program, { kind: 'message' }>, stage: Stage): Promise<void> {
  if (promptId !== null) await play(promptId, stage);
  await stage.media.play('caller', { kind: 'beep' });
  const path = await stage.beginMessage();
  await stage.media.takeMessage(path, { maxMs: maxS * 1_000, silenceMs: MESSAGE_SILENCE_MS });
}

/** Whether it was heard. */
async function play(promptId: PromptId, { media, promptFile, onTrouble }: Stage): Promise<boolean> {
  const path = promptFile(promptId);
  if (path === null) return false;
  try {
    await media.play('caller', { kind: 'file', path });
    return true;
  } catch (error) {
    onTrouble(error);
    return false;
  }
}
