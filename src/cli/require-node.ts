/** The oldest major version of Node that runs Tollgate. */
export const OLDEST_NODE = 24;

/**
 * Ends the process, saying what to type instead, where the Node that runs it is too old. Entries call it before they
 * load anything else, for what is loaded next may not even be understood by an older one.
 */
export function requireNode(): void {
  const major = Number(process.versions.node.split('.')[0]);
  if (major >= OLDEST_NODE) return;
  process.stderr.write(
    `Tollgate needs Node ${OLDEST_NODE} or later and this is ${process.version}: ` +
      "use 'npm start' or 'npx tollgate', which bring their own.\n",
  );
  process.exit(1);
}
