/** Changing witnesses: the record's policies count from the next checkpoint on, both while they overlap. */

import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { nodeCrypto } from '@cadastre/crypto/node'
import { parsePolicy } from '@cadastre/notes'
import { readQuorum } from '@cadastre/procedures'
import {
  foundTestRegistry,
  logVkeyOf,
  openTestRegistry,
  startTestRegistry,
  testIdentity,
} from '@cadastre/simulator'
import { LocalWitness, witnessedBy } from './local-witness.ts'

test('the new quorum is needed at once, the old one until the overlap ends; also after a restart', async () => {
  const identity = testIdentity()
  const [first, second] = ['one.example', 'two.example'].map(
    (name) => new LocalWitness(name, logVkeyOf(identity)),
  )
  assert.ok(first && second)
  const reports: string[] = []
  const options = {
    identity,
    witnesses: { ...witnessedBy([first, second], 'quorum none\n'), policy: 'quorum none\n' },
    report: (message: string) => reports.push(message),
  }
  const registry = await startTestRegistry(options)
  const change = async (
    here: typeof registry,
    witness: LocalWitness,
    signer = witness.signer,
  ): Promise<void> => {
    const policy = `${witness.line}quorum ${witness.name}\n`
    const request = here.request('change-witnesses/1', { staff: 'OPERATOR', policy })
    await here.accepted(request, [here.operator, signer])
  }
  await change(registry, first)
  assert.match(registry.reader.snapshot().publication.note, /one\.example/)

  second.fallSilent()
  const policy = `${second.line}quorum ${second.name}\n`
  const request = registry.request('change-witnesses/1', { staff: 'OPERATOR', policy })
  const before = registry.registrar.publishedSize
  const early = await registry.act(request, [registry.operator, first.signer])
  assert.deepEqual((early['outcome'] as { refusals?: unknown }).refusals, ['overlap-running'])
  registry.advance(30 * 86400)
  const again = registry.request('change-witnesses/1', { staff: 'OPERATOR', policy })
  assert.equal((await registry.submit(again, [registry.operator, first.signer])).ok, true)
  const { size } = registry.registrar
  while (registry.registrar.size === size) await setTimeout(10)
  // Committed; the second witness is silent, so that what follows must find the publication still waiting.
  await setTimeout(200)
  assert.ok(registry.registrar.size > registry.registrar.publishedSize, 'published without the new witness')
  second.recover()
  await registry.registrar.publishedAll()
  assert.ok(registry.registrar.publishedSize > before)
  const { note } = registry.reader.snapshot().publication
  assert.match(note, /one\.example[\s\S]*two\.example|two\.example[\s\S]*one\.example/)
  await registry.stop()

  const reopened = await openTestRegistry(registry.directory, identity, options)
  await foundTestRegistry(reopened, options)
  first.fallSilent()
  reopened.advance(31 * 86400)
  const holder = await reopened.holder('Later')
  assert.ok(holder.handle.startsWith('H-'))
  await reopened.registrar.publishedAll()
  assert.doesNotMatch(reopened.reader.snapshot().publication.note, /— one\.example/)
  await reopened.close()
})

/** A vkey of a witness as C2SP signed-note and tlog-cosignature have it. */
function vkeyOf(name: string, type = 4): string {
  const typed = Buffer.concat([Buffer.of(type), createHash('sha256').update(name).digest()])
  const id = createHash('sha256').update(`${name}\n`).update(typed).digest('hex').slice(0, 8)
  return `${name}+${id}+${typed.toString('base64')}`
}
const line = (name: string): string => `witness ${name} ${vkeyOf(name)} https://${name}\n`
const THREE = `${line('a')}${line('b')}${line('c')}`

test('core reads a policy as the room of notes does (C2SP tlog-policy)', () => {
  const vkey = vkeyOf('w')
  const policies: readonly string[] = [
    `${THREE}group two 2 a b c\nquorum two\n`,
    `${line('d')}quorum d\n`,
    `# comment\n\n${THREE}group g any a b\ngroup h all g c\nquorum h\n`,
    `${THREE}group g 4 a b c\nquorum g\n`,
    `${THREE}group g 0 a\nquorum g\n`,
    `${THREE}group g 1 a\ngroup h 1 a\nquorum g\n`,
    `${THREE}group a 1 b\nquorum a\n`,
    `witness none ${vkey}\nquorum none\n`,
    `witness w ${vkey}\nwitness x ${vkey}\nquorum w\n`,
    `witness w ${vkeyOf('w', 1)}\nquorum w\n`,
    `witness w ${vkey} https://w x\nquorum w\n`,
    `${line('a')}quorum a\nquorum a\n`,
    `${line('a')}quorum b\n`,
    `${line('a')}quorum a`,
    'quorum none\n',
    '',
  ]
  for (const policy of policies)
    assert.equal(readQuorum(policy) !== null, parsePolicy(nodeCrypto, policy).ok, JSON.stringify(policy))
})
