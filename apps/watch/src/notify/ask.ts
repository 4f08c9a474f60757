/** What the subscription pages hand in, answered as the registry's API answers it. */

import { DEFAULT_LIMITS, RateLimiter, sourcePrefix } from '@cadastre/api'
import type { AskApi } from '@cadastre/explorer'
import { getConnInfo } from '@hono/node-server/conninfo'
import type { WatchNotices } from './watch-notices.ts'

const CONFIRM_WITHIN_SECONDS = 86_400

const problem = (status: number, detail: string): Response =>
  Response.json({ status, detail }, { status, headers: { 'content-type': 'application/problem+json' } })

/** Limits key on the source of the question alone: each wish sends one message to an address that a stranger names. */
export function askOf(notices: WatchNotices): AskApi {
  const limiter = new RateLimiter(DEFAULT_LIMITS)
  return (c, path, body) => {
    const wait = limiter.take(
      'subscribe',
      sourcePrefix(getConnInfo(c).remote.address ?? null),
      performance.now(),
    )
    if (wait > 0)
      return Promise.resolve(problem(429, `Too many wishes from your network; again in ${wait} s.`))
    return Promise.resolve(answer(notices, path, body))
  }
}

function answer(
  notices: WatchNotices,
  path: Parameters<AskApi>[1],
  body: { readonly [name: string]: string },
): Response {
  const { numbers = '', channel, target = '', token = '' } = body
  if (path !== '/api/subscriptions') {
    const known = path === '/api/subscriptions/confirm' ? notices.confirm(token) : notices.end(token)
    return known
      ? Response.json({ done: true })
      : problem(404, 'No subscription has this token; an unconfirmed one lives a day.')
  }
  const by = channel === 'webhook' ? 'webhook' : 'mail'
  if (!notices.channels.includes(by))
    return problem(400, `From here nothing can be sent by ${by}; possible: ${notices.channels.join(', ')}.`)
  const refusal = notices.subscribe(numbers, by, target)
  if (refusal === 'subject-unknown')
    return problem(400, `“${numbers}” is no prefix, no AS number, and no holder that the files name.`)
  if (refusal === 'address-malformed')
    return problem(
      400,
      'The address cannot be used: one mail address, or an https address outside private networks.',
    )
  // Whether the address is known already is nobody else's to know.
  return Response.json({ asked: true, confirmWithinSeconds: CONFIRM_WITHIN_SECONDS }, { status: 202 })
}
