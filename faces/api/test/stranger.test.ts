// Whatever a stranger sends, the answer is one of the protocol's own, never a fault of ours (design.md section 8).

import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import fc from 'fast-check'
import { API_ROUTES } from '../src/index.ts'
import { start } from './start.ts'

const endless = { perSecond: 1e6, burst: 1e6 }
const limits = { read: endless, submit: endless, 'dry-run': endless }
const { registry, get, post, failures } = await start({}, { limits })
after(() => registry.close())
const holder = await registry.holder('Alpha Networks')

const EXPECTED = new Set([200, 202, 204, 400, 404, 405, 413, 415, 422, 503])
async function check(reply: Response, what: string): Promise<void> {
  assert.ok(EXPECTED.has(reply.status), `${reply.status} ${what}`)
  await reply.arrayBuffer()
}

const word = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.ipV4(),
  fc.ipV6(),
  fc.ipV4Extended(),
  fc.nat().map((value) => `AS${value}`),
  fc.tuple(fc.ipV6(), fc.nat({ max: 140 })).map(([address, length]) => `${address}/${length}`),
  fc.constantFrom(
    holder.handle,
    'obj/holder/',
    'obj/pool/IP4',
    'asn/0/0',
    'ip4/0.0.0.0/0',
    '%',
    '%ff',
    '\ud800',
    '..',
    'REGISTRY',
  ),
)

test('property: any path, any parameter, any method', async () => {
  const methods = fc.constantFrom('GET', 'HEAD', 'GET', 'DELETE', 'OPTIONS', 'PUT')
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...API_ROUTES),
      methods,
      fc.array(word, { maxLength: 4 }),
      async (route, method, words) => {
        const texts = [...words]
        const encode = (text: string): string => encodeURIComponent(text.toWellFormed())
        const path = route.replaceAll(/:\w+/g, () => encode(texts.pop() ?? '1'))
        const query = texts
          .map((text, index) => `${['q', 'key', 'limit', 'wait'][index]}=${encode(text)}`)
          .join('&')
        await check(await get(`${path}?${query}`, { method }), `${method} ${path}?${query}`)
      },
    ),
    { numRuns: 1500 },
  )
  assert.deepEqual(failures, [])
})

test('property: any body, near to a submission or far from one', async () => {
  const request = fc.oneof(
    fc.json(),
    fc.string(),
    fc.record(
      {
        v: fc.constantFrom(1, 2),
        origin: fc.constantFrom('registry.example/log', ''),
        procedure: fc.constantFrom('allocate/1', 'transfer/1', 'genesis/1', 'x'),
        body: fc.oneof(
          fc.jsonValue(),
          fc.record({
            holder: fc.constantFrom(holder.handle, 'H-0', 'h'),
            pool: fc.constantFrom('IP4', 'IP6', 'NONE'),
            length: fc.integer({ min: -1, max: 200 }),
            block: fc.oneof(
              fc.constant(null),
              fc.constantFrom('ip4/10.0.0.0/24', 'ip6/fd00::/32', 'asn/1/32', 'x'),
            ),
          }),
        ),
        replaces: fc.constantFrom<unknown>([], null, [{}]),
        expires: fc.constantFrom('2026-01-02T04:04:05Z', '2026-02-30T00:00:00Z'),
        nonce: fc.constantFrom('AAAAAAAAAAAAAAAAAAAAAA==', '?'),
      },
      { requiredKeys: ['v', 'procedure'] },
    ),
  )
  const evidence = fc.oneof(
    fc.constant([]),
    fc.json(),
    fc.array(fc.record({ alg: fc.constantFrom('ed25519', 'webauthn'), key: fc.string(), sig: fc.string() })),
    fc.constant([{ alg: 'ed25519', key: 'AAAA', sig: 'AAAA' }]),
  )
  const bodies = fc.oneof(fc.json(), fc.string(), fc.record({ request, evidence }), fc.record({ request }))
  await fc.assert(
    fc.asyncProperty(fc.constantFrom('/api/requests', '/api/dry-run'), bodies, async (path, body) => {
      await check(await post(path, body), `${path} ${JSON.stringify(body)}`)
    }),
    { numRuns: 400 },
  )
  assert.deepEqual(failures, [])
})
