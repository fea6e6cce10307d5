import { readdirSync, readlinkSync } from 'node:fs';
import { onTestFinished } from 'vitest';

/** Where a process can see its own descriptors. */
export const canSeeDescriptors = process.platform === 'linux';

/** How many descriptors this process has of a file; one may go while we look. */
export function descriptorsOf(file: string): number {
  return readdirSync('/proc/self/fd').filter((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`) === file;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
      throw error;
    }
  }).length;
}

/** Warnings of this process until the running test ends: Node closes a forgotten file with one, when it comes upon it. */
export function processWarnings(): readonly string[] {
  const warnings: string[] = [];
  const note = (warning: Error): void => void warnings.push(warning.message);
  process.on('warning', note);
  onTestFinished(() => void process.off('warning', note));
  return warnings;
}
