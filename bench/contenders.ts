import { provision } from '../test/support/provision.ts';
import { ServerProcess } from '../test/support/server-process.ts';
import { TollgateProcess } from '../test/support/tollgate-process.ts';
import { CallLoad } from './call-load.ts';
import { MEASURED } from './measured-process.ts';

/** Tollgate and the bare program, each in a process of its own and both up, with one pair of phones that call through either. */
export interface Contenders {
  readonly load: CallLoad;
  readonly bare: { readonly process: ServerProcess; readonly sip: string };
  readonly tollgate: TollgateProcess;
}

/** Starts both for `work`, and ends them after it. */
export async function withContenders<Result>(work: (contenders: Contenders) => Promise<Result>): Promise<Result> {
  const load = await CallLoad.open();
  const bare = new ServerProcess(new URL('bare-b2bua.ts', import.meta.url), {
    ...MEASURED,
    env: { BUYER_URI: load.buyerUri },
  });
  try {
    const { sip } = await bare.listening;
    const tollgate = await TollgateProcess.start(MEASURED);
    try {
      await provision(tollgate, [{ name: 'buyer', uri: load.buyerUri }]);
      return await work({ load, bare: { process: bare, sip }, tollgate });
    } finally {
      await tollgate.stop();
    }
  } finally {
    await bare.kill('SIGKILL');
    await load.close();
  }
}
