import type { Config } from '../../config/load-config.ts';
import { mediaServersOf } from '../../config/media-servers.ts';
import { fail, ok, type Finding } from './finding.ts';
import { signOnToDrachtio, signOnToFreeSwitch, type ControlPort, type SignOn } from './sign-on.ts';

/** The SIP server and the media servers that the settings name: whether they answer and take our secrets. */
export async function checkEngines(config: Config): Promise<Finding[]> {
  if (config.TOLLGATE_ENGINE === 'embedded') return [ok('engine', 'embedded: starts with the server')];
  const { DRACHTIO_HOST: host, DRACHTIO_PORT: port, DRACHTIO_SECRET: secret } = config;
  const drachtio = { host: host ?? '', port, secret: secret ?? '' };
  return Promise.all([
    signOnToDrachtio(drachtio).then((came) => judge('drachtio', 'DRACHTIO', drachtio, came)),
    ...mediaServersOf(config).map(async (server) =>
      judge('freeswitch', 'FREESWITCH', server, await signOnToFreeSwitch(server)),
    ),
  ]);
}

function judge(check: string, settings: 'DRACHTIO' | 'FREESWITCH', { host, port }: ControlPort, came: SignOn): Finding {
  const at = `${host}:${port}`;
  switch (came.result) {
    case 'accepted':
      return ok(check, `${at} takes our secret`);
    case 'refused':
      return fail(check, `${at} refuses our secret`, `Set ${settings}_SECRET to the one that it was started with.`);
    case 'unreachable':
      return fail(
        check,
        `${at} does not answer: ${came.reason}`,
        `Start it, or correct ${settings}_HOST and ${settings}_PORT; a firewall between may be in the way.`,
      );
  }
}
