// The comparison as a person runs it: the commands, their exit codes, and a file that a stranger verifies offline.

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { ServedRegistry } from '@cadastre/simulator/served'

const ROOT = join(import.meta.dirname, '../..')
const CADASTRE = join(ROOT, 'apps/cadastre/src/main.ts')
const AUDIT = join(ROOT, 'apps/audit/src/main.ts')

let served: ServedRegistry
let scratch: string

before(async () => {
  served = await ServedRegistry.start()
  const holder = await served.registry.holder('One Networks')
  await served.act(
    'allocate/1',
    { holder: holder.handle, pool: 'IP4', length: 24, block: 'ip4/10.1.0.0/24' },
    holder,
  )
  scratch = await mkdtemp(join(tmpdir(), 'cadastre-services-'))
})
after(async () => {
  await served.close()
  await rm(scratch, { recursive: true, force: true })
})

async function run(
  program: string,
  ...args: readonly string[]
): Promise<{ readonly code: number | null; readonly text: string }> {
  const child = spawn(process.execPath, [program, ...args], { stdio: ['ignore', 'pipe', 'ignore'] })
  let text = ''
  child.stdout.setEncoding('utf8').on('data', (part: string) => {
    text += part
  })
  const [code] = await once(child, 'close')
  return { code: typeof code === 'number' ? code : null, text }
}

test('an honest registry: both commands end with 0', async () => {
  const command = await run(CADASTRE, 'audit-services', '--from', '127.0.0.1', '127.0.0.2', '--', served.url)
  assert.equal(command.code, 0, command.text)
  assert.match(command.text, /from {9}127\.0\.0\.2: \d+ answers/)
  assert.match(command.text, /No difference: every answer says what the record says, and nothing else\./)
  const program = await run(AUDIT, 'services', '--sample', '10', '--seed', '7', served.url)
  assert.equal(program.code, 0, program.text)
  assert.match(program.text, /--seed 7 asks the same again/)
})

test('a changed answer: 1, and a file that `cadastre verify` explains without the registry', async () => {
  served.tamper = {
    http: (path, _, answer) =>
      path === '/rdap/ip/10.1.0.0/24'
        ? { ...answer, body: Buffer.from(answer.body.toString().replace('"active"', '"inactive"')) }
        : null,
    whois: (line, _, reply) => (line === '10.1.0.0/24' ? reply.replace('holding', 'claimed') : null),
  }
  const directory = join(scratch, 'found')
  const found = await run(CADASTRE, 'audit-services', served.url, '--evidence', directory)
  served.tamper = {}
  assert.equal(found.code, 1, found.text)
  assert.match(found.text, /rdap \/ip\/10\.1\.0\.0\/24: answer-differs/)
  assert.match(found.text, /whois 10\.1\.0\.0\/24: answer-differs/)
  const registry = join(scratch, 'registry.json')
  const known = await fetch(`${served.url}/.well-known/cadastre.json`)
  await writeFile(registry, await known.text())
  const files = (await readdir(directory)).toSorted()
  assert.deepEqual(files, ['served-1.json', 'served-2.json'])
  const said: string[] = []
  for (const file of files) {
    const verified = await run(CADASTRE, 'verify', join(directory, file), '--registry', registry)
    assert.equal(verified.code, 0, verified.text)
    said.push(verified.text)
  }
  assert.match(said.join(), /\/status\/inactive: the answer says "inactive"; nothing in the record does\./)
  assert.match(said.join(), /remarks: the record says holding, since .*; the answer says claimed, since/)
})

test('nobody there, or no such number of questions: neither clean nor faulty', async () => {
  const nobody = await run(CADASTRE, 'audit-services', 'http://127.0.0.1:9')
  assert.equal(nobody.code, 3)
  assert.match(nobody.text, /^Not compared: /)
  assert.equal((await run(AUDIT, 'services', 'http://127.0.0.1:9')).code, 2)
  assert.equal((await run(CADASTRE, 'audit-services', served.url, '--sample', 'few')).code, 2)
  assert.equal((await run(AUDIT, 'services', served.url, '--seed', 'x')).code, 2)
})
