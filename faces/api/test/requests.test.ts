// Submitting, following and trying requests, over a whole registry.

import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { nodeCrypto } from '@cadastre/crypto/node'
import type { Json, Request } from '@cadastre/records'
import { evidenceText, requestText, signRequest } from '@cadastre/signatures'
import type { TestHolder } from '@cadastre/simulator'
import type { DryRun } from '../src/dry-run.ts'
import type { NumbersAnswer } from '../src/index.ts'
import type { ReceiptSummary, RequestStatus } from '../src/status.ts'
import { bodyOf, start } from './start.ts'

type Shown = { readonly covering: number }
/** A dry run whose services are those of the room's test renderers. */
type Dry = DryRun & {
  readonly services: readonly {
    readonly subject: string
    readonly rdap: { readonly before: Shown; readonly after: Shown }
  }[]
}

const { registry, get, post, failures } = await start()
after(() => registry.close())
const alpha = await registry.holder('Alpha Networks')
const beta = await registry.holder('Beta Networks')

function allocation(holder: TestHolder, length = 24): Request {
  return registry.request('allocate/1', { holder: holder.handle, pool: 'IP4', length, block: null })
}
function envelope(request: Request, ...signers: readonly TestHolder[]): { request: Json; evidence: Json } {
  const text = requestText(request)
  const evidence = evidenceText(signers.map(({ signer }) => signRequest(text, signer)))
  return { request: JSON.parse(text), evidence: JSON.parse(evidence) }
}

test('a request as an object: 202, a receipt, a status that waits for publication, the records and their proofs', async () => {
  const request = allocation(alpha)
  const reply = await post('/api/requests', envelope(request, alpha))
  assert.equal(reply.status, 202)
  const receipt = await bodyOf<ReceiptSummary>(reply)
  assert.equal(reply.headers.get('location'), receipt.status)
  assert.match(receipt.receipt, /^cadastre-receipt\/v1\n/)
  assert.equal(Date.parse(receipt.deadline) - Date.parse(receipt.received), 60_000)
  const hash = Buffer.from(nodeCrypto.sha256(Buffer.from(requestText(request)))).toString('hex')
  assert.equal(receipt.requestHash, hash)

  const status = await bodyOf<RequestStatus>(get(`${receipt.status}?wait=10`))
  assert.equal(status.state, 'accepted')
  assert.ok(status.index !== null && status.index < status.size)
  const [record] = status.records
  assert.equal(record?.proof, `/proof/ip/${record?.subject}`)
  const byHash = await bodyOf<RequestStatus>(get(`/api/requests/by-hash/${hash.toUpperCase()}`))
  assert.deepEqual(byHash, status)

  const again = await post('/api/requests', envelope(request, alpha))
  assert.deepEqual(await bodyOf(again), receipt, 'the same request gets the same receipt')
})

test('the canonical text as a string is the same submission', async () => {
  const request = allocation(alpha)
  const { evidence } = envelope(request, alpha)
  const asText = await bodyOf<ReceiptSummary>(
    post('/api/requests', { request: requestText(request), evidence }),
  )
  const asObject = await bodyOf<ReceiptSummary>(post('/api/requests', envelope(request, alpha)))
  assert.equal(asText.seq, asObject.seq)
})

test('a refusal is a decision with its published words', async () => {
  const receipt = await bodyOf<ReceiptSummary>(post('/api/requests', envelope(allocation(alpha), beta)))
  const status = await bodyOf<RequestStatus>(get(`${receipt.status}?wait=10`))
  assert.equal(status.state, 'refused')
  assert.deepEqual(status.refusals, [
    { code: 'consent-missing', text: 'The signatures do not meet the holder’s key policy.' },
  ])
  assert.deepEqual(status.records, [])
})

test('a dry run shows the bytes to sign, the records and the services before and after, and keeps nothing', async () => {
  const request = allocation(beta, 25)
  const reply = await post('/api/dry-run', { request: JSON.parse(requestText(request)) })
  assert.equal(reply.status, 200)
  const dry = await bodyOf<Dry>(reply)
  const pae = `DSSEv1 37 application/vnd.cadastre.request+json ${Buffer.byteLength(dry.request)} ${dry.request}`
  assert.equal(dry.toSign.text, pae)
  assert.equal(Buffer.from(dry.toSign.base64, 'base64').toString('utf8'), pae)
  assert.equal(dry.outcome, 'accepted')
  const [cell] = dry.services
  assert.ok(cell !== undefined)
  assert.equal(cell.rdap.after.covering, cell.rdap.before.covering + 1)
  assert.equal((await get(`/api/requests/by-hash/${dry.requestHash}`)).status, 404)

  await registry.act(request, [beta.signer])
  const now = await bodyOf<NumbersAnswer>(get(`/api/lookup?q=${cell.subject}`))
  assert.equal(now.innermost?.holder?.handle, beta.handle, 'what the dry run said came true')
})

test('a dry run of what would be refused says so', async () => {
  const request = registry.request('allocate/1', { holder: 'H-999', pool: 'IP4', length: 24, block: null })
  const dry = await bodyOf<Dry>(post('/api/dry-run', { request: requestText(request) }))
  assert.equal(dry.outcome, 'refused')
  assert.equal(dry.refusals[0]?.code, 'holder-unknown')
  assert.deepEqual(dry.changes, [])
})

test('what is no request is a problem (RFC 9457) that names the offending value and what would be right', async () => {
  const good = envelope(allocation(alpha), alpha)
  const request = good.request as { readonly [member: string]: Json }
  const cases: readonly (readonly [unknown, number, string, RegExp])[] = [
    ['{"request":', 400, 'malformed-json', /character 11/],
    ['{"request":"a","request":"b","evidence":[]}', 400, 'malformed-json', /"request\\" once/],
    [{ request: 7, evidence: [] }, 400, 'malformed-body', /"pointer":"\/request","value":"7"/],
    [{ evidence: [] }, 400, 'malformed-body', /\/request is missing\..*the canonical text of a request/],
    [{ request: 'x' }, 400, 'malformed-body', /\/evidence is missing\..*"expected":"the list of signatures/],
    [[], 400, 'malformed-body', /"detail":"The body does not fit\.","pointer":"".*"expected":"an object"/],
    [{ ...good, more: 1 }, 400, 'malformed-body', /"pointer":"\/more","value":"1","expected":"no member/],
    [{ ...good, openings: {} }, 400, 'malformed-body', /"pointer":"\/openings".*"expected":"a list"/],
    [{ ...good, openings: Array(33).fill(OPENING) }, 400, 'malformed-body', /"expected":"at most 32 items"/],
    [
      { ...good, openings: [{ ...OPENING, value: 'A'.repeat(501) }] },
      400,
      'malformed-body',
      /"pointer":"\/openings\/0\/value".*"expected":"at most 500 characters"/,
    ],
    [{ ...good, request: { ...request, nonce: 1.5 } }, 422, 'not-canonical', /whole numbers/],
    [{ ...good, request: { ...request, v: 2 } }, 422, 'malformed', /"pointer":"\/v","value":"2"/],
    [{ ...good, request: { ...request, procedure: 'genesis/1' } }, 422, 'unknown-procedure', /genesis\/1/],
    [{ ...good, request: { ...request, body: {} } }, 422, 'body-malformed', /\/body/],
    [{ ...good, request: `${requestText(allocation(alpha))} ` }, 422, 'not-canonical', /RFC 8785/],
    [{ ...good, evidence: [{ alg: 'none' }] }, 422, 'evidence-malformed', /none/],
    [{ ...good, evidence: 'x' }, 422, 'not-canonical', /evidence/],
    [{ ...good, openings: [OPENING] }, 422, 'commitment-mismatch', /\/openings\/0/],
    [{ ...good, request: { ...request, nonce: 'A'.repeat(20_000) } }, 413, 'too-large', /16384/],
    [{ ...good, filler: 'A'.repeat(70_000) }, 413, 'too-large', /65536/],
  ]
  for (const [body, status, code, says] of cases) {
    const reply = await post('/api/requests', body)
    const text = await reply.text()
    assert.equal(reply.status, status, text)
    assert.equal(reply.headers.get('content-type'), 'application/problem+json')
    const problem = JSON.parse(text)
    assert.equal(problem.status, status)
    assert.equal(problem.type, `http://127.0.0.1:8080/api/problems/${code}`)
    assert.match(text, says)
    assert.doesNotMatch(text, /Invalid|Too big|Too small|Unrecognized/, 'no words of a library')
    assert.equal((await get(`/api/problems/${code}`)).status, 200, 'the type answers')
  }
  assert.deepEqual(failures, [])
})

const OPENING = {
  field: 'fn',
  value: 'A',
  opening: Buffer.alloc(32).toString('base64'),
  commitment: Buffer.alloc(32).toString('base64'),
}

test('only application/json (415), only the methods that are there (405 with Allow), only addresses that are there', async () => {
  for (const type of ['text/plain', 'application/jsonx', '']) {
    const headers: Record<string, string> = type === '' ? {} : { 'Content-Type': type }
    const reply = await get('/api/requests', { method: 'POST', headers, body: new Uint8Array([123, 125]) })
    assert.equal(reply.status, 415, type)
  }
  const utf8 = { 'Content-Type': 'application/json; charset=utf-8' }
  assert.equal((await get('/api/requests', { method: 'POST', headers: utf8, body: '{}' })).status, 400)
  for (const [path, method, allow] of [
    ['/api/requests', 'GET', 'POST, OPTIONS'],
    ['/api/requests/1', 'DELETE', 'GET, HEAD, OPTIONS'],
    ['/api/lookup', 'POST', 'GET, HEAD, OPTIONS'],
  ] as const) {
    const reply = await get(path, { method })
    assert.equal(reply.status, 405)
    assert.equal(reply.headers.get('allow'), allow)
    assert.match(
      await reply.text(),
      new RegExp(`"detail":"This address answers ${allow.replace(', OPTIONS', ', and OPTIONS')}\\."`),
    )
  }
  assert.equal((await get('/api/nothing')).status, 404)
  assert.equal((await get('/api/requests/999')).status, 404)
  assert.equal((await get('/api/requests/0')).status, 400)
})

test('any page may use it (CORS): a preflight is answered, and every reply may be read', async () => {
  const preflight = await get('/api/requests', { method: 'OPTIONS' })
  assert.equal(preflight.status, 204)
  assert.match(preflight.headers.get('access-control-allow-headers') ?? '', /Content-Type/i)
  for (const path of ['/api/limits', '/api/nothing', '/api/lookup'])
    assert.equal((await get(path)).headers.get('access-control-allow-origin'), '*', path)
})

test('a draining registrar says so: 503 with Retry-After', async (t) => {
  const closed = {
    ok: false,
    problem: { code: 'closed', detail: 'The registry is not taking requests now.' },
  } as const
  const desk = { submit: async () => closed, dryRun: async () => closed, settled: async () => undefined }
  const other = await start({}, { desk })
  t.after(() => other.registry.close())
  const request = requestText(allocation(alpha))
  for (const [path, body] of [
    ['/api/requests', { request, evidence: [] }],
    ['/api/dry-run', { request }],
  ] as const) {
    const reply = await other.post(path, body)
    assert.equal(reply.status, 503)
    assert.equal(reply.headers.get('retry-after'), '5')
  }
})
