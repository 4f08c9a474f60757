// Debian's Chromium, driven without downloading anything.

import { existsSync } from 'node:fs'
import { type Browser, chromium } from 'playwright-core'

const EXECUTABLE = '/usr/bin/chromium'

/** Why browser tests are left out here, or false. On CI they are not: without the browser they fail there. */
export const without: string | false =
  existsSync(EXECUTABLE) || process.env['CI'] === 'true'
    ? false
    : `${EXECUTABLE} is absent: apt-get install chromium`

export function launch(): Promise<Browser> {
  return chromium.launch({
    executablePath: EXECUTABLE,
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  })
}
