// The pages of a watch in a browser: charts are drawn, the map answers to keys, every page is sound for those who do
// not see it, and nothing overflows a telephone.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { after, before, test } from 'node:test'
import { ingestPaths } from '@cadastre/watch'
import { serveWatch, type WatchServer } from '@cadastre/watch/serve'
import type { Browser, Page } from 'playwright-core'
import {
  makeSeries,
  openLog,
  type Scratch,
  scratch,
  takeIn,
  writeSeries,
} from '../../apps/watch/test/fixtures.ts'
import { launch, without } from './browser.ts'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const PAGES = [
  '/',
  '/registries',
  '/registries/example',
  '/?q=192.0.2.0/28',
  '/?q=192.0.2.0/24',
  '/?q=IMP-EXAMPLE-H1',
  '/map',
  '/procedures/observed',
  '/?q=nothing-at-all',
] as const
const PHONE = { width: 390, height: 844 }

let place: Scratch
let server: WatchServer
let browser: Browser
before(
  async () => {
    if (without !== false) return
    place = await scratch()
    const log = await openLog(place.path)
    await ingestPaths(log, await writeSeries(place.path, 'delegated-example-extended', makeSeries(80)))
    await takeIn(log, [])
    await log.close()
    server = await serveWatch({
      directory: place.path,
      host: '127.0.0.1',
      port: 0,
      whoisPort: 0,
      publicUrl: null,
      notices: null,
      version: 'test',
      failed: (error) => {
        throw error
      },
    })
    browser = await launch()
  },
  { timeout: 60_000 },
)
after(async () => {
  await browser?.close()
  await server?.close()
  await place?.remove()
})

async function open(
  path: string,
  viewport = { width: 1280, height: 900 },
): Promise<{ page: Page; faults: string[] }> {
  const page = await browser.newPage({ viewport })
  const faults: string[] = []
  page.on('pageerror', (error) => faults.push(error.message))
  page.on('console', (message) => {
    if (message.type() === 'error' && !message.text().includes('404')) faults.push(message.text())
  })
  await page.goto(server.url + path)
  return { page, faults }
}

test('no page has faults that axe-core finds (WCAG 2.1 A and AA)', { skip: without }, async () => {
  for (const path of PAGES) {
    const { page, faults } = await open(path)
    await page.evaluate(axe)
    const found: unknown = await page.evaluate(
      "axe.run().then(({ violations }) => violations.map(({ id, nodes }) => id + ': ' + nodes[0].html))",
    )
    assert.deepEqual(found, [], path)
    assert.deepEqual(faults, [], path)
    await page.close()
  }
})

test('nothing is wider than a telephone', { skip: without }, async () => {
  for (const path of PAGES) {
    const { page } = await open(path, PHONE)
    assert.ok(await page.evaluate('document.documentElement.scrollWidth <= innerWidth'), path)
    await page.close()
  }
})

test('the page of a registry draws what is delegated, and what changed by month', {
  skip: without,
}, async () => {
  const { page } = await open('/registries/example')
  await page.waitForSelector('#holdings-charts canvas')
  assert.equal(await page.locator('#holdings-charts canvas').count(), 3)
  assert.ok((await page.locator('#changes-chart canvas').count()) >= 2)
  await page.close()
})

test('the map is drawn, zooms with the keyboard, says where it is, and opens the numbers in its middle', {
  skip: without,
}, async () => {
  const { page } = await open('/map')
  const said = page.locator('#map-said')
  await said.filter({ hasText: /^All of IPv4\.$/ }).waitFor()
  const colours = (): Promise<number> =>
    page.evaluate(`(() => {
      const { data } = document.getElementById('map').getContext('2d').getImageData(0, 0, 1024, 1024)
      return new Set(new Uint32Array(data.buffer)).size
    })()`)
  assert.ok((await colours()) >= 2, 'numbers and ground differ')
  await page.locator('#map').focus()
  await page.keyboard.press('+')
  await said.filter({ hasText: /^About a \/2 around / }).waitFor()
  await page.selectOption('#map-colour', 'status')
  await page.locator('#map-legend').filter({ hasText: 'reserved' }).waitFor()
  const where = (await said.textContent())?.replace(/^.* around (.*)\.$/, '$1')
  await page.keyboard.press('Enter')
  await page.waitForURL(`**/?q=${where}`)
  await page.close()
})
