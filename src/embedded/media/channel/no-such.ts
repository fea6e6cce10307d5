/** What is said to whoever asks for more than the embedded engine has. */
export const noSuch = (what: string, kind: 'application' | 'command' | 'setting'): string =>
  `-ERR ${what}: the embedded engine has no such ${kind}; run a FreeSWITCH (FREESWITCH_HOST)`;
