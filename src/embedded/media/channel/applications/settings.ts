import { NO_RESPONSE, type ApplicationCall } from '../application.ts';

/** `set <name>=<value>`, and `export`, which differs only for legs a FreeSWITCH would originate. Empty unsets. */
export function set({ channel, argument }: ApplicationCall): string {
  const { name, value } = readAssignment(argument);
  if (name === '') return `-ERR ${argument}: write <name>=<value>`;
  channel.setVariable(name, value);
  return NO_RESPONSE;
}

/** `unset <name>`. */
export function unset({ channel, argument }: ApplicationCall): string {
  channel.setVariable(argument.trim(), '');
  return NO_RESPONSE;
}

/** `multiset <name>=<value> …`, or `^^<separator><name>=<value><separator>…`. */
export function multiset({ channel, argument }: ApplicationCall): string {
  const separator = argument.startsWith('^^') ? argument.charAt(2) : ' ';
  const text = argument.startsWith('^^') ? argument.slice(3) : argument;
  for (const part of text.split(separator)) {
    const { name, value } = readAssignment(part);
    if (name !== '') channel.setVariable(name, value);
  }
  return NO_RESPONSE;
}

function readAssignment(text: string): { readonly name: string; readonly value: string } {
  const at = text.indexOf('=');
  return at === -1 ? { name: '', value: '' } : { name: text.slice(0, at).trim(), value: text.slice(at + 1) };
}
