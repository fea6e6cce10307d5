// Exits with 0 where the Tollgate of this container can take calls, as /readyz says, and says why where it can't.
const { HTTP_HOST = '127.0.0.1', HTTP_PORT = '8080' } = process.env;
const anywhere = { '0.0.0.0': '127.0.0.1', '::': '::1' };
const host = anywhere[HTTP_HOST] ?? HTTP_HOST;

try {
  const url = `http://${host.includes(':') ? `[${host}]` : host}:${HTTP_PORT}/readyz`;
  const response = await fetch(url, { signal: AbortSignal.timeout(4_000) });
  if (!response.ok) {
    process.stdout.write(`${await response.text()}\n`);
    process.exitCode = 1;
  }
} catch (error) {
  process.stdout.write(`Tollgate does not answer: ${error.cause?.message ?? error.message}\n`);
  process.exitCode = 1;
}
