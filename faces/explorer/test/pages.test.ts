import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createExplorer, EXPLORER_ROUTES } from '../src/index.ts'
import { alpha, holder, holders, NASTY, numbers, options, pool, registration } from './fixtures.ts'

const inside = {
  of: 'ip4/192.0.2.0/24',
  items: [{ key: 'ip4/192.0.2.0/25', block: '192.0.2.0/25', registrations: [registration({})] }],
  after: 'ip4/192.0.2.0/25',
  proved: false as const,
}

const app = createExplorer(
  options({
    '192.0.2.0/25': numbers(),
    '192.0.2.0/24': numbers({
      key: 'ip4/192.0.2.0/24',
      standing: 'free',
      chain: [pool],
      innermost: pool,
      inside,
    }),
    '198.51.100.1': numbers({ standing: 'not-ours', chain: [], innermost: null }),
    'AS64496 - AS64511': numbers({ key: 'asn/64496/28', space: 'asn', chain: [pool], services: [] }),
    'h-6': holder,
    net: holders([alpha, holder.holder], 'net'),
    'H-999': holders([], 'H-999'),
    'R-2708': holders([], 'R-2708'),
    nonsense: holders([], 'nonsense'),
    NONSENSE: holders([], 'NONSENSE'),
  }),
)

async function page(path: string, status = 200): Promise<string> {
  const reply = await app.request(path)
  assert.equal(reply.status, status)
  return reply.text()
}

const look = (text: string, status = 200): Promise<string> => page(`/?q=${encodeURIComponent(text)}`, status)

test('text from outside cannot become markup, in names, searches or refusals', async () => {
  for (const html of [await look('192.0.2.0/25'), await look('h-6'), await look(NASTY, 400)]) {
    assert.equal(html.includes('<script>alert'), false)
    assert.ok(html.includes('&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt; &amp; Söhne'))
  }
})

test('who holds it, since when, under which procedure, and what covers it, outermost first', async () => {
  const html = await look('192.0.2.0/25')
  assert.match(html, /Held by .*H-6.* since .*2026-01-02 06:14:05 UTC.*under the procedure/s)
  assert.match(html, /title="1 day before the state shown"/)
  assert.ok(html.indexOf('data-registration="R-0"') < html.indexOf('data-registration="R-10"'))
  assert.ok(html.includes('data-proof-at="/proof/ip/192.0.2.0/25?size=26"'))
})

test('history: before and after in words, the procedure and the entry as links, older pages', async () => {
  const html = await look('192.0.2.0/25')
  assert.match(html, /H-4 <span aria-hidden="true">→<\/span><span class="spoken">to<\/span> H-6/)
  assert.ok(html.includes('<a href="/api/log/entries/14">entry 14</a>'))
  assert.ok(html.includes('href="/procedures/transfer"'))
  assert.ok(html.includes('routes of <a href="/?q=192.0.2.0%2F25">192.0.2.0/25</a> changed'))
  assert.ok(html.includes('before=10#history'))
})

test('what lies inside is a strip and a list, in pages, marked as not yet proved', async () => {
  const html = await look('192.0.2.0/24')
  assert.match(html, /Nobody holds the whole of it/)
  assert.ok(html.includes('Not yet proved.'))
  assert.match(html, /<rect class="mark kind-holding" x="0" y="0" width="498"/)
  assert.ok(html.includes('after=ip4%2F192.0.2.0%2F25#inside'))
})

test('a block of AS numbers is proved like any other', async () => {
  const html = await look('AS64496 - AS64511')
  assert.ok(html.includes('data-key="asn/64496/28"'))
  assert.ok(html.includes('Covered by the proof.'))
})

test('nobody holds it: said for numbers and for handles, each with a proof', async () => {
  assert.match(await look('198.51.100.1'), /Nobody holds this here/)
  const html = await look('H-999', 404)
  assert.ok(html.includes('data-key="obj/holder/H-999"'))
})

test('what names nothing is not found, without a proof of something else', async () => {
  for (const text of ['nonsense', 'NONSENSE', 'R-2708']) {
    const html = await look(text, 404)
    assert.match(html, /<h1>Not found<\/h1>/)
    assert.doesNotMatch(html, /Nobody|id="verdict"|\/proof\//)
  }
  assert.match(await look('R-2708', 404), /no entry of the log recorded a registration of this id/)
})

test('another method is 405 with Allow (RFC 9110 section 15.5.6); an address of no page is a page that says so', async () => {
  for (const path of [
    '/',
    '/procedures',
    '/procedures/transfer',
    '/why/1',
    '/extract',
    '/explorer/style.css',
  ]) {
    const reply = await app.request(path, { method: 'POST' })
    assert.equal(reply.status, 405, path)
    assert.equal(reply.headers.get('allow'), 'GET, HEAD, OPTIONS')
  }
  assert.equal((await app.request('/', { method: 'OPTIONS' })).status, 204)
  const html = await page('/no/such/page', 404)
  assert.match(html, /There is no page at this address/)
  assert.match(html, /<input id="q"/)
})

test('a holder: keys and threshold, commitments, what it holds with a word that there is more', async () => {
  const html = await look('h-6')
  for (const text of [
    '1 of 1',
    'ed25519 AAAA full',
    'abuse@example.org',
    'abuse tel dGVs',
    '/?q=h-6&amp;after=ip4%2F192.0.2.0%2F25#holdings',
  ])
    assert.ok(html.includes(text), text)
  assert.match(await look('net'), /2 holders whose handle or name contains this/)
})

test('a question that cannot be read is answered with 400, its value and what would be right', async () => {
  assert.match(
    await look('10.0.0.300', 400),
    /<code>10\.0\.0\.300<\/code> cannot be read\. Expected: something else/,
  )
  assert.match(await look('9'.repeat(201), 400), /at most 200 characters/)
})

test('the first page says what can be typed and gives examples', async () => {
  const html = await page('/')
  assert.ok(html.includes('AS64496') && html.includes('192.0.2.7'))
  assert.match(html, /<input id="q"[^>]* autofocus>/)
})

test('a demonstration says so on every page, errors included', async () => {
  const info = { ...options({}).info, demonstration: 'On published statistics.' }
  const demonstration = createExplorer(options({}, { info }))
  for (const path of ['/', '/?q=x', '/procedures', '/procedures/transfer', '/procedures/none', '/none'])
    assert.match(
      await (await demonstration.request(path)).text(),
      /Demonstration\.<\/strong> On published statistics\./,
    )
})

test('procedures: a list, a page each, 404 for others', async () => {
  assert.match(await page('/procedures'), /href="\/procedures\/transfer"/)
  assert.match(await page('/procedures/transfer'), /<h1>Transfer \(<code>transfer\/1<\/code>\)<\/h1>/)
  await page('/procedures/none', 404)
})

test('a policy without inline script or style, and pages that obey it', async () => {
  for (const path of ['/', '/?q=192.0.2.0%2F24', '/?q=h-6', '/procedures/transfer']) {
    const reply = await app.request(path)
    assert.match(reply.headers.get('content-security-policy') ?? '', /default-src 'none'.*script-src 'self'/)
    assert.doesNotMatch(reply.headers.get('content-security-policy') ?? '', /unsafe/)
    const html = await reply.text()
    assert.doesNotMatch(html, /\sstyle=|\son[a-z]+=|<style|<script(?![^>]* src=)|https?:\/\/(?!www\.w3\.org)/)
  }
})

test('files are cached for good under their content’s hash, and checked under their plain name', async () => {
  const html = await page('/')
  const [, script = ''] = /src="(\/explorer\/verify\.js\?v=[0-9a-f]{16})"/.exec(html) ?? []
  const hashed = await app.request(script)
  assert.match(hashed.headers.get('cache-control') ?? '', /immutable/)
  const plain = await app.request('/explorer/verify.js')
  assert.equal(plain.headers.get('cache-control'), 'no-cache')
  const etag = plain.headers.get('etag') ?? ''
  assert.equal((await app.request('/explorer/verify.js', { headers: { 'If-None-Match': etag } })).status, 304)
  for (const route of EXPLORER_ROUTES.filter((one) => !one.includes(':')))
    assert.equal((await app.request(route)).status, 200, route)
})

test('a fault behind the page is reported and shown as 500, without particulars', async () => {
  const faults: unknown[] = []
  const broken = createExplorer(
    options({}, { lookup: () => Promise.reject(new Error('secret')), failed: (error) => faults.push(error) }),
  )
  const reply = await broken.request('/?q=192.0.2.1')
  assert.equal(reply.status, 500)
  assert.doesNotMatch(await reply.text(), /secret/)
  assert.equal(faults.length, 1)
})
