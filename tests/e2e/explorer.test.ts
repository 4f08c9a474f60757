import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, describe, test } from 'node:test'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { launch, without } from './browser.ts'
import { type Site, startSite } from './site.ts'

const AXE = readFileSync(new URL(import.meta.resolve('axe-core/axe.min.js')), 'utf8')

/** What axe-core's `run` gives, as far as it is looked at. */
interface AxeResult {
  readonly violations: readonly {
    readonly id: string
    readonly nodes: readonly { readonly html: string }[]
  }[]
  readonly passes: readonly unknown[]
}

/** A script for the page: what the browser remembers of the log, changed. Texts, as this project's types know no DOM. */
function changeMemory(change: object): string {
  return `localStorage.setItem('cadastre.log', JSON.stringify({
    ...JSON.parse(localStorage.getItem('cadastre.log')), ...${JSON.stringify(change)} }))`
}

describe('the explorer in Chromium', { skip: without }, () => {
  let site: Site
  let browser: Browser

  before(async () => {
    site = await startSite()
    browser = await launch()
  })
  after(async () => {
    await browser?.close()
    await site?.close()
  })

  /** A visit that hears everything the browser complains about: console, exceptions, refused content. */
  async function visit(
    options: BrowserContextOptions,
    act: (page: Page, complaints: string[]) => Promise<void>,
  ): Promise<void> {
    const context = await browser.newContext({ viewport: { width: 1200, height: 900 }, ...options })
    const page = await context.newPage()
    const complaints: string[] = []
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) complaints.push(message.text())
    })
    page.on('pageerror', (error) => complaints.push(String(error)))
    page.on('request', (request) => {
      if (!request.url().startsWith(site.url)) complaints.push(`asks elsewhere: ${request.url()}`)
    })
    try {
      await act(page, complaints)
    } finally {
      await context.close()
    }
  }

  const verdictIs = (page: Page, state: string): Promise<unknown> =>
    page.waitForSelector(`#verdict[data-state="${state}"]`, { timeout: 20_000 })
  const verdict = (page: Page): Promise<string> => page.locator('#verdict').innerText()
  const colour = (page: Page, selector: string): Promise<string> =>
    page.evaluate<string>(`getComputedStyle(document.querySelector('${selector}')).color`)
  const channels = (text: string): number[] => [...text.matchAll(/\d+/g)].map(([digits]) => Number(digits))

  test('a lookup without JavaScript says who holds it, and how to check the proof elsewhere', async () => {
    await visit({ javaScriptEnabled: false }, async (page) => {
      await page.goto(site.url)
      await page.fill('#q', '10.0.0.130')
      await page.press('#q', 'Enter')
      assert.match(page.url(), /\?q=10\.0\.0\.130$/)
      assert.match(
        await page.locator('.statement').innerText(),
        /Sub-delegated to Gamma Exchange Association/,
      )
      assert.deepEqual(await page.locator('.rung .block').allInnerTexts(), [
        '10.0.0.0/8',
        '10.0.0.128/25',
        '10.0.0.128/28',
        '10.0.0.130',
      ])
      assert.match(await verdict(page), /Not checked in this browser.*cadastre verify/s)
    })
  })

  test('the proof of each kind of page is verified in the browser, in green, without a complaint', async () => {
    await visit({}, async (page, complaints) => {
      const { handle } = site.alpha
      for (const [text, says] of [
        ['10.0.0.0/25', /10\.0\.0\.0\/25 is registered to H-\d+, Beta Ñetworks & Sons <Ltd>/],
        ['10.0.0.130', /10\.0\.0\.130 is registered to H-\d+, Gamma Exchange Association/],
        ['10.0.0.0/8', /Nobody holds the whole of 10\.0\.0\.0\/8/],
        ['192.0.2.1', /Nobody holds 192\.0\.2\.1 in this register/],
        ['fd00::1', /Nobody holds fd00::1/],
        ['AS64512', /AS64512 is registered to/],
        [handle, /the record of the holder H-\d+/],
        ['IP4', /the record of the pool IP4/],
      ] as const) {
        await page.goto(`${site.url}/?q=${encodeURIComponent(text)}`)
        await verdictIs(page, 'proved')
        const said = await verdict(page)
        assert.match(said, /Proved\./)
        assert.match(said, says)
        assert.match(said, /signed a tree of \d+ entries.*No witness is configured/s)
        const [red = 0, green = 0] = channels(await colour(page, '#verdict .headline'))
        assert.ok(green > red, text)
      }
      assert.deepEqual(complaints, [])
    })
  })

  test('that nobody has a handle is proved too, on a page of status 404', async () => {
    await visit({}, async (page) => {
      const reply = await page.goto(`${site.url}/?q=H-999`)
      assert.equal(reply?.status(), 404)
      await verdictIs(page, 'proved')
      assert.match(await verdict(page), /There is no holder H-999/)
    })
  })

  test('one byte changed by the visitor is refused in red, and the proof as sent is green again', async () => {
    await visit({}, async (page, complaints) => {
      await page.goto(`${site.url}/?q=10.0.0.130`)
      await verdictIs(page, 'proved')
      await page.getByRole('button', { name: 'Change one byte' }).click()
      await verdictIs(page, 'refused')
      assert.match(await verdict(page), /Refused.*Byte \d+ of \d+ was changed/s)
      const [red = 0, green = 0] = channels(await colour(page, '#verdict .headline'))
      assert.ok(red > green * 2)
      await page.getByRole('button', { name: 'Back to the proof' }).click()
      await verdictIs(page, 'proved')
      assert.deepEqual(complaints, [])
    })
  })

  test('one byte changed on the way is refused in red', async () => {
    await visit({}, async (page) => {
      await page.route('**/proof/ip/**', async (route) => {
        const reply = await route.fetch()
        const body = await reply.text()
        const at = body.indexOf('extra ') + 900
        const changed = body.slice(0, at) + (body[at] === 'A' ? 'B' : 'A') + body.slice(at + 1)
        await route.fulfill({ response: reply, body: changed })
      })
      await page.goto(`${site.url}/?q=10.0.0.130`)
      await verdictIs(page, 'refused')
      assert.match(await verdict(page), /The proof that this server sent does not hold/)
    })
  })

  test('a page that shows another holder, name or status than was proved is refused in red', async () => {
    const lies: readonly (readonly [from: string, to: string, says: RegExp])[] = [
      [`>${site.beta.handle}</a>`, '>H-1</a>', /The holder of R-\d+ is proved to be/],
      ['Beta Ñetworks', 'Theta Networks', /The name of H-\d+ is proved to be/],
      ['data-fact="status">assigned', 'data-fact="status">allocated', /The status of R-\d+ is proved/],
    ]
    for (const [from, to, says] of lies)
      await visit({}, async (page) => {
        await page.route(
          ({ searchParams }) => searchParams.has('q'),
          async (route) => {
            const reply = await route.fetch()
            const body = (await reply.text()).replaceAll(from, to)
            await route.fulfill({ response: reply, body })
          },
        )
        await page.goto(`${site.url}/?q=10.0.0.0/25`)
        await verdictIs(page, 'refused')
        assert.match(await verdict(page), says)
      })
  })

  test('a log that shrank since the last visit, or changed its key, is refused until the visitor forgets', async () => {
    await visit({}, async (page) => {
      await page.goto(`${site.url}/?q=10.0.0.130`)
      await verdictIs(page, 'proved')
      for (const [change, says] of [
        [{ size: 1_000_000 }, /The log has shrunk/],
        [{ vkey: 'another' }, /The log’s key is not the one/],
      ] as const) {
        await page.evaluate(changeMemory(change))
        await page.reload()
        await verdictIs(page, 'refused')
        assert.match(await verdict(page), says)
        await page.getByRole('button', { name: 'Forget' }).click()
        await verdictIs(page, 'proved')
      }
    })
  })

  test('that the log has only grown since the last visit is proved here, from its own tiles', async () => {
    await visit({}, async (page) => {
      const { checkpoints } = site.registry.reader.store
      const [, earlier] = await checkpoints.call(site.registry.reader.store)
      assert.ok(earlier)
      const [, size = '', root = ''] = earlier.note.split('\n')
      await page.goto(`${site.url}/?q=10.0.0.130`)
      await verdictIs(page, 'proved')
      assert.match(await verdict(page), /has not seen this log before/)
      await page.evaluate(changeMemory({ size: Number(size), root }))
      await page.reload()
      await verdictIs(page, 'proved')
      assert.match(await verdict(page), /a consistency proof shows that nothing of them was changed/)
      await page.evaluate(changeMemory({ size: Number(size), root: `${'A'.repeat(43)}=` }))
      await page.reload()
      await verdictIs(page, 'refused')
      assert.match(await verdict(page), /does not begin with them/)
    })
  })

  test('where a proof cannot be fetched the page says that nothing was checked', async () => {
    await visit({}, async (page) => {
      await page.route('**/proof/**', (route) => route.abort())
      await page.goto(`${site.url}/?q=10.0.0.130`)
      await verdictIs(page, 'unchecked')
      assert.match(await verdict(page), /could not be fetched/)
      await page.unroute('**/proof/**')
      await page.getByRole('button', { name: 'Check again' }).click()
      await verdictIs(page, 'proved')
    })
  })

  test('with the keyboard alone: search, skip to the answer, follow the ladder, change a byte and go back', async () => {
    await visit({}, async (page) => {
      const focused = (): Promise<string> =>
        page.evaluate<string>('document.activeElement.textContent.trim()')
      const tabTo = async (text: RegExp): Promise<void> => {
        for (let presses = 0; presses < 60; presses++) {
          await page.keyboard.press('Tab')
          if (text.test(await focused())) return
        }
        assert.fail(`the Tab key does not reach ${text}`)
      }
      await page.goto(site.url)
      await page.keyboard.type('10.0.0.130')
      await page.keyboard.press('Enter')
      await verdictIs(page, 'proved')
      await page.keyboard.press('Tab')
      assert.equal(await focused(), 'Skip to the answer')
      const skip = await page.locator('.skip').boundingBox()
      assert.ok((skip?.y ?? -1) >= 0, 'the skip link is visible when it is focused')
      await page.keyboard.press('Enter')
      assert.equal(await page.evaluate<string>('document.activeElement.id'), 'answer')
      await tabTo(/^Change one byte/)
      const outline = await page.evaluate<string>('getComputedStyle(document.activeElement).outlineStyle')
      assert.equal(outline, 'solid', 'the focus is visible')
      await page.keyboard.press('Enter')
      await verdictIs(page, 'refused')
      assert.equal(await focused(), 'Change another byte', 'the focus is not lost with the button')
      await tabTo(/^Back to the proof/)
      await page.keyboard.press('Space')
      await verdictIs(page, 'proved')
      await tabTo(/^10\.0\.0\.128\/25$/)
      await page.keyboard.press('Enter')
      await page.waitForURL(/10\.0\.0\.128%2F25/)
      await verdictIs(page, 'proved')
    })
  })

  const PATHS = (): readonly string[] => [
    '/',
    '/?q=10.0.0.130',
    '/?q=10.0.0.0/8',
    `/?q=${site.alpha.handle}`,
    '/?q=networks',
    '/?q=H-999',
    '/?q=10.0.0.300',
    '/?q=IP4',
    '/procedures',
    '/procedures/delegate',
    '/queue',
    '/register',
    '/statistics',
    '/applications',
    '/orders',
    `/orders/${site.order}`,
    '/authorities',
    `/?q=${site.complaint}`,
    '/?q=R-0',
    '/?q=AS64512-AS64575',
    '/extract?q=10.0.0.0/25',
  ]

  for (const colorScheme of ['light', 'dark'] as const)
    for (const width of [1200, 360])
      test(`no finding from axe-core and no sideways scrolling: ${colorScheme}, ${width} px`, async () => {
        await visit({ colorScheme, viewport: { width, height: 800 } }, async (page) => {
          for (const path of PATHS()) {
            await page.goto(site.url + path)
            const provable = (await page.locator('#verdict').count()) > 0
            if (provable) await verdictIs(page, 'proved')
            await examine(page, path)
            if (!provable) continue
            await page.getByRole('button', { name: 'Change one byte' }).click()
            await verdictIs(page, 'refused')
            await examine(page, `${path}, tampered`)
          }
        })
      })

  async function examine(page: Page, where: string): Promise<void> {
    // Through the debugger's protocol, so that the page's own policy against foreign scripts stays as it is.
    await page.evaluate(AXE)
    const result = await page.evaluate<AxeResult>('axe.run(document, { resultTypes: ["violations"] })')
    const found = result.violations.map(
      ({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`,
    )
    assert.deepEqual(found, [], where)
    assert.ok(result.passes.length > 10, 'axe-core looked')
    const excess = await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth')
    assert.ok(excess <= 0, `${where}: ${excess} px too wide`)
  }

  test('nothing went wrong behind the pages', () => {
    assert.deepEqual(site.failures, [])
  })
})
