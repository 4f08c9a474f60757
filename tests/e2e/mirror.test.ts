// A mirror's pages in a browser: they say whose mirror this is and how old, proofs hold in the browser, nothing overflows
// a telephone, and a log at fault is told on every page.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, describe, test } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { type ServedMirror, serveTestMirror } from '../../apps/cadastre/test/served-mirror.ts'
import { removed, temporary } from '../mirror/bench.ts'
import { copyOf, entriesIn, writeLog } from '../mirror/forge.ts'
import { launch, without } from './browser.ts'
import { type Site, startSite } from './site.ts'

const AXE = readFileSync(new URL(import.meta.resolve('axe-core/axe.min.js')), 'utf8')
const PAGES = [
  '/',
  '/?q=10.0.0.130',
  '/?q=192.0.2.1',
  '/queue',
  '/applications',
  '/register',
  '/orders',
  '/subscribe',
  '/procedures',
]
const PHONE = { width: 390, height: 844 }

describe('a mirror in Chromium', { skip: without }, () => {
  let site: Site
  let mirror: ServedMirror
  let browser: Browser
  let source = ''
  const size = (): number => site.registry.reader.snapshot().publication.size

  before(async () => {
    site = await startSite()
    source = await temporary('mirrored')
    await copyOf(site.registry.logDirectory, source)
    mirror = await serveTestMirror(site.registry, source)
    browser = await launch()
  })
  after(async () => {
    await browser?.close()
    await mirror?.close()
    await site?.close()
    await removed(source)
  })

  async function visit(act: (page: Page) => Promise<void>): Promise<void> {
    const context = await browser.newContext({ viewport: PHONE })
    try {
      await act(await context.newPage())
    } finally {
      await context.close()
    }
  }
  const notice = (page: Page): Promise<string> => page.locator('.demonstration').first().innerText()

  test('every page says whose mirror this is, at which size and of when, and is sound', async () => {
    await visit(async (page) => {
      for (const path of PAGES) {
        await page.goto(`${mirror.server.url}${path}`)
        assert.match(
          await notice(page),
          new RegExp(
            `^Mirror\\. This is a mirror of .* at size ${size()}, the state of .*Z, compared with its sources at`,
          ),
          path,
        )
        const width = await page.evaluate<number>('document.documentElement.scrollWidth')
        assert.ok(width <= PHONE.width, `${path} is ${width} wide`)
        await page.evaluate(AXE)
        const found = await page.evaluate<{ violations: { id: string }[] }>('axe.run()')
        assert.deepEqual(
          found.violations.map(({ id }) => id),
          [],
          path,
        )
      }
    })
  })

  test('a proof from the mirror holds in the browser, under the registry’s key', async () => {
    await visit(async (page) => {
      await page.goto(`${mirror.server.url}/?q=10.0.0.130`)
      await page.waitForSelector('#verdict[data-state="proved"]', { timeout: 20_000 })
      assert.match(await page.locator('#verdict').innerText(), /10\.0\.0\.130 is registered to H-\d+/)
    })
  })

  test('a log at fault: the last good position is served, and every page says so', async () => {
    const { registry } = site
    await registry.holder('One more')
    await registry.registrar.publishedAll()
    const entries = await entriesIn(registry.logDirectory, size())
    const last = new TextDecoder().decode(entries.at(-1))
    const forged = new TextEncoder().encode(last.replace(/"ops":\d+/, '"ops":9'))
    const { origin } = registry.reader.info
    const before = mirror.follower.size
    await writeLog(source, [...entries.slice(0, -1), forged], origin, registry.identity.logKey)
    assert.equal(await mirror.follower.round(), 'fault')
    mirror.server.saidAnew()
    await visit(async (page) => {
      await page.goto(`${mirror.server.url}/?q=10.0.0.130`)
      assert.match(
        await notice(page),
        new RegExp(`at size ${before}.*is at fault \\(entry \\d+: ops-miscounted\\)`, 's'),
      )
    })
    const health = await fetch(`${mirror.server.url}/healthz`)
    assert.equal(health.status, 503)
    const { files } = (await (await fetch(`${mirror.server.url}/evidence`)).json()) as { files: string[] }
    const [file] = files
    assert.ok(file !== undefined)
    const evidence = await fetch(`${mirror.server.url}/evidence/${file}`)
    assert.match(await evidence.text(), /cadastre-misbehaviour/)
  })
})
