/** The network side of the witness client. */

const TIMEOUT_MILLISECONDS = 5000

export async function postCheckpoint(
  url: string,
  body: string,
): Promise<{ readonly status: number; readonly contentType: string; readonly body: string }> {
  const response = await fetch(url, {
    method: 'POST',
    body,
    headers: { 'content-type': 'text/plain; charset=utf-8' },
    redirect: 'error',
    signal: AbortSignal.timeout(TIMEOUT_MILLISECONDS),
  })
  return {
    status: response.status,
    contentType: response.headers.get('content-type') ?? '',
    body: await response.text(),
  }
}
