import type { OnStep } from '../store/backup/make-backup.ts';
import type { Progress } from './progress.ts';

/** Says the steps of long work, with how far each has come where it has parts; nothing where nobody looks. */
export function showSteps(progress: Progress | null): OnStep {
  return (what, done, total) => {
    if (total === 0) progress?.begin(what);
    else progress?.update(what, done, total);
  };
}
