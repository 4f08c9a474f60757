// Notices in `cadastre serve`: keys and a database of their own, and attempts that go into the log, with and without mail.

import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { startTestRegistry } from '@cadastre/simulator'
import { pino } from 'pino'
import { DataDirectory } from '../src/data/data-directory.ts'
import { listKeys } from '../src/data/key-files.ts'
import { readNoticesSettings, serveNotices } from '../src/server/notices.ts'

test('CADASTRE_SMTP switches mail on; a wrong one is refused without saying its password back', () => {
  assert.deepEqual(readNoticesSettings({}), { smtpUrl: null, from: null })
  assert.deepEqual(readNoticesSettings({ CADASTRE_SMTP: '' }), { smtpUrl: null, from: null })
  assert.deepEqual(readNoticesSettings({ CADASTRE_SMTP: 'smtp://mail.example:25' }), {
    smtpUrl: 'smtp://mail.example:25',
    from: null,
  })
  const wrong = (): unknown => readNoticesSettings({ CADASTRE_SMTP: 'http://user:secret@mail.example' })
  assert.throws(wrong, (error) => error instanceof Error && !error.message.includes('secret'))
})

test('notices start beside a registry, twice with the same key, and close', async () => {
  const registry = await startTestRegistry()
  const directory = new DataDirectory(await mkdtemp(join(tmpdir(), 'cadastre-serve-notices-')))
  try {
    for (let start = 0; start < 2; start += 1) {
      const settings = { smtpUrl: 'smtp://127.0.0.1:9', from: null }
      const notices = await serveNotices(
        settings,
        registry.reader,
        registry.registrar,
        directory,
        pino({ level: 'silent' }),
      )
      await notices.round()
      assert.deepEqual(notices.counts(), { pending: 0, sent: 0, failed: 0 })
      await notices.close()
    }
    assert.deepEqual(await listKeys(directory.keys), [
      { name: 'notifier', encrypted: false },
      { name: 'webhooks', encrypted: false },
    ])
    assert.ok(existsSync(join(directory.path, 'notices.sqlite')))
  } finally {
    await registry.close()
    await rm(directory.path, { recursive: true, force: true })
  }
})
