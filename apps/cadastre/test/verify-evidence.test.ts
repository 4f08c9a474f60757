import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { verifyCommand } from '../src/commands/lookup.ts'
import type { Output } from '../src/commands/output.ts'

type Vector = {
  readonly name: string
  readonly valid: boolean
  readonly text: string
  readonly rule: string | null
}
type Vectors = { readonly policy: string; readonly receiptVkey: string; readonly cases: readonly Vector[] }

let directory: string
let vectors: Vectors
let told: string[]

const output: Output = {
  json: false,
  result: (_value, text) => {
    told.push(text)
  },
  note: () => undefined,
}

before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'cadastre-verify-'))
  const data = join(import.meta.dirname, '../../../testing/vectors/data/misbehaviour/files.json')
  vectors = JSON.parse(await readFile(data, 'utf8'))
  await writeFile(join(directory, 'policy'), vectors.policy)
  const wellKnown = { witnessPolicy: vectors.policy, receipts: { vkey: vectors.receiptVkey } }
  await writeFile(join(directory, 'registry.json'), JSON.stringify(wellKnown))
})
after(() => rm(directory, { recursive: true, force: true }))

/** Verifies one of the vectors as the command does; what it tells. */
async function verify(named: Vector, options: Parameters<typeof verifyCommand>[1]): Promise<string> {
  const file = join(directory, 'evidence.json')
  await writeFile(file, named.text)
  told = []
  assert.equal(await verifyCommand(file, options, output), 0)
  return told.join('\n')
}

test('every file that convicts is told in plain words, with the rule and what it rests on', async () => {
  const registry = join(directory, 'registry.json')
  for (const one of vectors.cases.filter(({ valid }) => valid)) {
    const text = await verify(one, { registry })
    assert.match(text, new RegExp(`registry.example/log broke a rule: ${one.rule}`), one.name)
    assert.match(text, /^The rule: [A-Z`]/m, one.name)
    assert.match(text, /^(Signed|Observed): /m, one.name)
    assert.match(text, /Checked offline/)
  }
})

test('a file that convicts nobody fails, and says why', async () => {
  const registry = join(directory, 'registry.json')
  for (const one of vectors.cases.filter(({ valid, text }) => !valid && text.includes('misbehaviour/v1')))
    await assert.rejects(verify(one, { registry }), /convicts nobody: [a-z-]+: /, one.name)
})

test('with a policy file the key of receipts is named beside it', async () => {
  const one = vectors.cases.find(({ valid, rule }) => valid && rule === 'receipts-contradict')
  assert.ok(one)
  const policy = join(directory, 'policy')
  assert.match(await verify(one, { policy, receiptKey: vectors.receiptVkey }), /given out twice/)
  await assert.rejects(verify(one, { policy }), /No key of receipts is trusted/)
})

test('any other document must say what it is about', async () => {
  const file = join(directory, 'proof')
  await writeFile(file, 'c2sp.org/tlog-proof@v1\n')
  await assert.rejects(verifyCommand(file, { policy: join(directory, 'policy') }, output), /--for QUERY/)
})
