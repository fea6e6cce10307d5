import type { PromptId } from '../../domain/ids.ts';

/** What is known of a prompt beside its sound. */
export interface RegisteredPrompt {
  readonly id: PromptId;
  readonly name: string;
  readonly durationMs: number;
  /** It comes with the product: it is in every installation, and stays as it is. */
  readonly builtIn: boolean;
}

/** Where prompts are known. What is kept or removed has reached the disk once that resolves. */
export interface PromptRegister<Registered extends RegisteredPrompt = RegisteredPrompt> {
  newId(): PromptId;
  has(id: PromptId): boolean;
  keep(prompt: Pick<RegisteredPrompt, 'id' | 'name' | 'durationMs'>): Promise<Registered>;
  /**
   * Rejects with AppError `not-found`; `wrong-state` for one that comes with the product; `in-use`, naming what refers to
   * it; `version-conflict`.
   */
  remove(id: PromptId, expectedRevision?: number): Promise<void>;
}
