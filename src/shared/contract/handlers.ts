import { checkInput } from './checkInput.ts';
import { LongtakeError, type WireError, toWireError } from '../errors.ts';
import { isLocalRequest } from './local.ts';
import { isRequestName, type ParsedInput, type RequestName, type RequestOutput, requests } from './requests.ts';

/** One function per request: a missing or a surplus one is a type error. */
export type Handlers<Name extends RequestName = RequestName> = {
  readonly [N in Name]: (input: ParsedInput<N>) => RequestOutput<N> | Promise<RequestOutput<N>>;
};

/** How an answer crosses a transport. */
export type Reply = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly error: WireError };

/**
 * Answers a request from an untrusted caller: checks its name and input, runs the handler, checks the output.
 * Never throws; `onBug` hears of errors without a code.
 * `local`: the caller is a program of the same person on this computer, which may name places there.
 */
export async function answer(
  handlers: Handlers,
  name: unknown,
  input: unknown,
  onBug: (error: unknown, name: string) => void,
  { local = false }: { readonly local?: boolean } = {},
): Promise<Reply> {
  try {
    if (!isRequestName(name)) throw new LongtakeError('INVALID_INPUT', 'There is no such request.');
    if (!local && isLocalRequest(name)) {
      throw new LongtakeError('NOT_ALLOWED', 'Only a command on this computer may ask for this.');
    }
    return { ok: true, value: await run(handlers, name, input) };
  } catch (error) {
    const wire = toWireError(error);
    if (wire.code === 'INTERNAL') onBug(error, String(name));
    return { ok: false, error: wire };
  }
}

async function run<Name extends RequestName>(
  handlers: Handlers,
  name: Name,
  input: unknown,
): Promise<RequestOutput<Name>> {
  const checked = checkInput(requests[name].input, input);
  // The handler of `name` takes what the schema of `name` yields; the compiler cannot follow that correlation.
  const handler = handlers[name] as (input: unknown) => unknown;
  return requests[name].output.parse(await handler(checked)) as RequestOutput<Name>;
}
