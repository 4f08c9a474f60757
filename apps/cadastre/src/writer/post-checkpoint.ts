/** The network side of the witness client. */

const TIMEOUT_MILLISECONDS = 5000
/** A witness's answer is a few lines; more than this is none. */
const ANSWER_BYTES_MAX = 64 * 1024

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
    body: await boundedText(response),
  }
}

async function boundedText(response: Response): Promise<string> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of response.body ?? []) {
    length += chunk.length
    if (length > ANSWER_BYTES_MAX) throw new Error(`the answer has more than ${ANSWER_BYTES_MAX} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}
