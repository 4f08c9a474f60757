/** Routes by which anyone asks to be told of numbers, confirms that, and ends it. The notices service does the rest. */

import { type Block, parseRange, rangeToBlocks } from '@cadastre/numbers'
import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi'
import type { ApiContext } from './context.ts'
import { patternOf, textOf } from './expected.ts'
import { problem } from './problems.ts'
import { json, replies } from './replies.ts'

/** What the notices service does with subscriptions. */
export type SubscriptionDesk = {
  readonly channels: readonly SubscriptionChannel[]
  /** Null: taken, or left aside for a reason that is nobody else's to know; else what is wrong with the address. */
  readonly subscribe: (
    block: Block,
    channel: SubscriptionChannel,
    target: string,
  ) => 'address-malformed' | null
  /** False where no subscription has this token. */
  readonly confirm: (token: string) => boolean
  readonly end: (token: string) => boolean
}
const CHANNELS = ['mail', 'webhook'] as const
type SubscriptionChannel = (typeof CHANNELS)[number]

const subscribeRoute = createRoute({
  method: 'post',
  path: '/api/subscriptions',
  operationId: 'subscribe',
  summary: 'Ask that a mail address or a webhook be told of every act that touches some numbers',
  description:
    'The address is asked whether it wants that, and told nothing else before it has confirmed with the token in that question. The answer is the same whatever is known of the address.',
  request: {
    body: {
      required: true,
      content: {
        'application/json': {
          schema: z.object({
            numbers: textOf(1, 90, 'a prefix such as 203.0.113.0/24, or an AS number such as AS64496'),
            channel: z.enum(CHANNELS),
            target: textOf(3, 500, 'a mail address, or the https address of a webhook'),
          }),
        },
      },
    },
  },
  responses: replies(
    202,
    'Taken',
    z.object({ asked: z.literal(true), confirmWithinSeconds: z.int() }).meta({ id: 'Subscribing' }),
    400,
    415,
    503,
  ),
})

const tokenBody = {
  required: true,
  content: {
    'application/json': {
      schema: z.object({
        token: patternOf(/^[A-Za-z0-9_-]{32}$/, 'the token of the question that was sent, 32 characters'),
      }),
    },
  },
} as const

const confirmRoute = createRoute({
  method: 'post',
  path: '/api/subscriptions/confirm',
  operationId: 'confirmSubscription',
  summary: 'Confirm a subscription with its token',
  request: { body: tokenBody },
  responses: replies(200, 'It is told from now on', z.object({ confirmed: z.literal(true) }), 400, 404, 415),
})

const endRoute = createRoute({
  method: 'post',
  path: '/api/subscriptions/end',
  operationId: 'endSubscription',
  summary: 'End a subscription with its token; its address is deleted',
  request: { body: tokenBody },
  responses: replies(200, 'It has ended', z.object({ ended: z.literal(true) }), 400, 404, 415),
})

/** A question is answered within a day, or forgotten. */
const CONFIRM_WITHIN_SECONDS = 86_400

function oneBlock(text: string): Block | null {
  const range = parseRange(text)
  const blocks = range.ok ? rangeToBlocks(range.value) : []
  return blocks.length === 1 ? (blocks[0] ?? null) : null
}

export function mountSubscriptions(app: OpenAPIHono, { reader, options }: ApiContext): void {
  const base = reader.info.baseUrl
  const desk = options.subscriptions ?? null
  const unknown = (): Response =>
    problem(base, 'not-found', { detail: 'No subscription has this token; an unconfirmed one lives a day.' })
  app.openapi(subscribeRoute, (c) => {
    const { numbers, channel, target } = c.req.valid('json')
    const block = oneBlock(numbers)
    if (block === null)
      return problem(base, 'malformed-body', {
        detail: 'The numbers cannot be read.',
        pointer: '/numbers',
        value: numbers,
        expected: 'one prefix without host bits, or one AS number',
      })
    if (desk?.channels.includes(channel) !== true)
      return problem(base, 'no-channel', {
        detail: 'From here nothing can be sent that way.',
        value: channel,
        expected: desk?.channels.join(', ') ?? 'none',
      })
    if (desk.subscribe(block, channel, target) !== null)
      return problem(base, 'malformed-body', {
        detail: 'The address cannot be used.',
        pointer: '/target',
        value: target,
        expected: 'one mail address, or an https address outside private networks',
      })
    return json({ asked: true, confirmWithinSeconds: CONFIRM_WITHIN_SECONDS }, 202)
  })
  app.openapi(confirmRoute, (c) =>
    desk?.confirm(c.req.valid('json').token) === true ? json({ confirmed: true }) : unknown(),
  )
  app.openapi(endRoute, (c) =>
    desk?.end(c.req.valid('json').token) === true ? json({ ended: true }) : unknown(),
  )
}
