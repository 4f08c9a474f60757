import assert from 'node:assert/strict'
import { cp, mkdtemp, readdir, readFile, rm, unlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { nodeCrypto } from '@cadastre/crypto/node'
import { decodeBundle, encodeBundle } from '@cadastre/merkle'
import { type Conviction, EVIDENCE_OF, type FileFaultCode, verifyMisbehaviour } from '@cadastre/misbehaviour'
import { startTestRegistry, type TestRegistry } from '@cadastre/simulator'
import { policyOfVkey, runAudit } from '../src/index.ts'

let registry: TestRegistry
let scratch: string
let early: string

before(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'cadastre-evidence-'))
  registry = await startTestRegistry()
  const one = await registry.holder('One Networks')
  early = await readFile(join(registry.logDirectory, 'checkpoint'), 'utf8')
  registry.advance(30)
  await registry.submitAll(300, () => registry.request('confirm/1', { holder: one.handle }), [one.signer])
})
after(async () => {
  await registry.close()
  await rm(scratch, { recursive: true, force: true })
})

async function copy(name: string): Promise<string> {
  const directory = join(scratch, name)
  await cp(registry.logDirectory, directory, { recursive: true })
  return directory
}

/** Audits, and verifies what it wrote with the log's key alone. */
async function convictions(source: string, remember?: string): Promise<ReadonlyMap<string, Conviction>> {
  const evidence = `${source}-evidence`
  const run = await runAudit({ source, vkey: registry.logVkey, evidence, remember, workers: 0 })
  assert.equal(run.exitCode, 1, run.text)
  const policy = policyOfVkey(nodeCrypto, registry.logVkey)
  assert.ok(policy.ok)
  const found = new Map<string, Conviction>()
  for (const name of await readdir(evidence)) {
    assert.match(run.text, new RegExp(name))
    const verdict = verifyMisbehaviour(nodeCrypto, policy.value, await readFile(join(evidence, name), 'utf8'))
    assert.ok(verdict.ok, `${name}: ${verdict.ok ? '' : verdict.error.detail}`)
    found.set(verdict.value.rule, verdict.value)
  }
  return found
}

function observed(found: ReadonlyMap<string, Conviction>, code: FileFaultCode): Conviction {
  const one = found.get(code)
  assert.ok(one, `${code} among ${[...found.keys()].join()}`)
  assert.deepEqual([one.kind, one.basis], [EVIDENCE_OF[code].kind, 'observed'])
  return one
}

test('a tile with another hash, a tile that is cut, a tile that is gone', async () => {
  const differs = await copy('differs')
  const bytes = await readFile(join(differs, 'tile/0/000'))
  bytes[77] = (bytes[77] ?? 0) ^ 1
  await writeFile(join(differs, 'tile/0/000'), bytes)
  assert.match(observed(await convictions(differs), 'tile-differs').says.join(' '), /node 0\/2 of the tree/)

  const cut = await copy('cut')
  await writeFile(join(cut, 'tile/0/000'), bytes.subarray(1))
  observed(await convictions(cut), 'tile-differs')

  const gone = await copy('gone')
  await unlink(join(gone, 'tile/0/000'))
  observed(await convictions(gone), 'tile-missing')
})

test('a bundle with another entry is convicted by the tiles that were signed', async () => {
  const directory = await copy('bundle')
  const path = join(directory, 'tile/entries/000')
  const entries = decodeBundle(await readFile(path), 256)
  assert.ok(entries.ok)
  const text = new TextDecoder().decode(entries.value[40])
  await writeFile(path, encodeBundle(entries.value.with(40, new TextEncoder().encode(` ${text}`))))
  const says = observed(await convictions(directory), 'tile-differs').says.join(' ')
  assert.match(says, /tile\/entries\/000/)
  assert.match(says, /node 0\/40 of the tree/)
})

test('a bundle that is none, and one that is not there', async () => {
  const malformed = await copy('malformed')
  await writeFile(join(malformed, 'tile/entries/000'), 'no bundle')
  observed(await convictions(malformed), 'bundle-malformed')
  const missing = await copy('missing')
  await unlink(join(missing, 'tile/entries/000'))
  observed(await convictions(missing), 'bundle-missing')
})

test('a log that has shrunk since it was last seen', async () => {
  const remember = join(scratch, 'remembered')
  await runAudit({ source: registry.logDirectory, vkey: registry.logVkey, remember, workers: 0 })
  const shrunk = await copy('shrunk')
  await writeFile(join(shrunk, 'checkpoint'), early)
  observed(await convictions(shrunk, remember), 'log-shrunk')
})
