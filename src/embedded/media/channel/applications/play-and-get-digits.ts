import { NO_RESPONSE, type ApplicationCall } from '../application.ts';
import { pause } from '../pause.ts';
import { splitArguments } from '../split-arguments.ts';
import { playFile } from './play-file.ts';
import { TypedDigits } from './typed-digits.ts';

/** What is asked, and what counts as an answer. */
interface Question {
  readonly min: number;
  readonly max: number;
  readonly tries: number;
  /** From the end of the prompt to the first digit. */
  readonly timeoutMs: number;
  /** Between two digits. */
  readonly digitTimeoutMs: number;
  readonly terminators: string;
  readonly prompt: string;
  /** Heard after each answer that doesn't count. */
  readonly invalidPrompt: string;
  readonly variable: string;
  /** Undefined where any digits count. */
  readonly pattern: RegExp | undefined;
}

const MAX_DIGITS = 128;

/**
 * `play_and_get_digits <min> <max> <tries> <timeout> <terminators> <file> <invalid_file> <var_name> <regexp>
 * [<digit_timeout>]`: asks for digits. Those typed while the prompt plays cut it short and count. `uuid_break` ends
 * the prompt alone. The digits go to the variable; those the pattern refuses to `<var_name>_invalid`.
 */
export async function playAndGetDigits(call: ApplicationCall): Promise<string> {
  const question = readQuestion(call.argument);
  if (typeof question === 'string') return question;
  const { channel } = call;
  channel.setVariable(`${question.variable}_invalid`, '');
  channel.setVariable('read_terminator_used', '');
  for (let attempt = 1; attempt <= question.tries; attempt += 1) {
    channel.setVariable(question.variable, '');
    const typed = await ask(call, question);
    if (judge(call, question, typed) || call.signal.aborted) return NO_RESPONSE;
    await call.step((signal) => playFile(call, question.invalidPrompt, { signal }));
    if (call.signal.aborted) return NO_RESPONSE;
  }
  return NO_RESPONSE;
}

/** Asks once. */
async function ask(call: ApplicationCall, question: Question): Promise<TypedDigits> {
  const typed = new TypedDigits(question.max, question.terminators);
  const stopListening = call.channel.keypad.listen((digit) => typed.press(digit));
  try {
    const firstDigit = typed.nextDigit();
    await call.step((signal) => playFile(call, question.prompt, { signal: AbortSignal.any([signal, firstDigit]) }));
    while (!typed.isComplete && !call.signal.aborted) {
      const waitMs = typed.hasBegun ? question.digitTimeoutMs : question.timeoutMs;
      const ended = AbortSignal.any([call.signal, typed.nextDigit()]);
      if ((await pause(waitMs, ended)) === 'over') break;
    }
  } finally {
    stopListening();
  }
  return typed;
}

/** Whether the answer counts; sets the variables that say what it was. */
function judge({ channel }: ApplicationCall, { min, pattern, variable }: Question, typed: TypedDigits): boolean {
  const { text, terminator } = typed;
  if (terminator !== undefined) channel.setVariable('read_terminator_used', terminator);
  const isLongEnough = text.length >= min && typed.hasBegun;
  channel.setVariable('read_result', isLongEnough ? 'success' : text === '' ? 'timeout' : 'failure');
  if (text === '') return isLongEnough;
  if (isLongEnough && pattern?.test(text) === false) {
    channel.setVariable(`${variable}_invalid`, text);
    return false;
  }
  channel.setVariable(variable, text);
  return isLongEnough;
}

function readQuestion(text: string): Question | string {
  const [min, max, tries, timeout, terminators, prompt, invalidPrompt, variable, regexp, digitTimeout] =
    splitArguments(text);
  if (prompt === undefined || terminators === undefined) {
    return '-ERR play_and_get_digits: <min> <max> <tries> <timeout> <terminators> <file> <invalid_file> <var_name> <regexp> [<digit_timeout>]';
  }
  const timeoutMs = within(timeout, 0, Infinity, 5000);
  const atLeast = within(min, 0, MAX_DIGITS, 0);
  let pattern: RegExp | undefined;
  try {
    pattern = regexp === undefined ? undefined : new RegExp(regexp);
  } catch (error) {
    return `-ERR play_and_get_digits: ${(error as Error).message}`;
  }
  return {
    min: atLeast,
    max: within(max, Math.max(1, atLeast), MAX_DIGITS, MAX_DIGITS),
    tries: within(tries, 1, 1000, 1),
    timeoutMs,
    digitTimeoutMs: within(digitTimeout, 0, Infinity, timeoutMs),
    terminators,
    prompt,
    invalidPrompt: invalidPrompt ?? 'silence_stream://250',
    variable: variable ?? 'digits',
    pattern,
  };
}

/** A number kept within its limits; the default where it is none. */
function within(text: string | undefined, least: number, most: number, otherwise: number): number {
  const value = Number.parseInt(text ?? '', 10);
  return Number.isNaN(value) ? otherwise : Math.min(Math.max(value, least), most);
}
