import type { ErrorCode } from '../../../../src/domain/app-error.ts';
import type { HowToAsk } from '../asks/ask-table.ts';
import type { Operation } from '../operations.ts';
import type { Answer, WalkStage } from '../walk-stage.ts';

/** By operation and code, what is refused with it. */
export type RefusalTable = Readonly<Record<string, Readonly<Partial<Record<ErrorCode, HowToAsk>>>>>;

/** An operation, and where it is asked. */
export interface Scene {
  readonly operation: Operation;
  readonly stage: WalkStage;
  /** How to ask for what it does. */
  readonly how: HowToAsk;
}

/** Has an operation refuse in one way or several; each of the answers is to have the code. */
export type Provoke = (scene: Scene) => Promise<readonly Answer[]>;
