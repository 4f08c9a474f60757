/** A registry never signs two histories: it refuses where its store is older than, or another than, what was published. */

import assert from 'node:assert/strict'
import { cp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { cosignatureTime, parseNote } from '@cadastre/notes'
import { ForkRefusedError, fileGuard } from '@cadastre/registrar'
import { logVkeyOf, type TestRegistry, testIdentity } from '@cadastre/simulator'
import { LocalWitness, witnessedBy } from './local-witness.ts'
import { Story } from './story.ts'

function refusesToSign(message: RegExp) {
  return (error: unknown): true => {
    assert.ok(error instanceof ForkRefusedError)
    assert.match(error.message, message)
    assert.match(error.message, /signed, so that no two histories are\. [A-Z]/)
    return true
  }
}

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  for (let waited = 0; !(await condition()); waited += 5) {
    assert.ok(waited < 20_000, 'waited in vain')
    await sleep(5)
  }
}

/** A story and its backup from before the last acts. */
async function withBackup(): Promise<{ readonly story: Story; readonly backup: Story }> {
  const story = await Story.begin()
  const backup = await story.copy()
  await story.act()
  return { story, backup }
}

test('the kept checkpoint is its owner’s alone, also where a crash left a temporary file', async () => {
  const story = await Story.begin()
  try {
    await writeFile(`${story.guardFile}.new`, 'half', { mode: 0o644 })
    await fileGuard(story.guardFile).keep('note')
    assert.equal((await stat(story.guardFile)).mode & 0o777, 0o600)
  } finally {
    await story.end()
  }
})

test('a restored older store refuses to sign: the kept checkpoint is newer', async () => {
  const { story, backup } = await withBackup()
  const current = await story.copy()
  try {
    await story.restoreStore(backup)
    const shown = await readFile(story.checkpointFile, 'utf8')
    await assert.rejects(
      story.open(),
      refusesToSign(/^The kept checkpoint has size 8, but the store ends at size 5/),
    )
    assert.equal(await readFile(story.checkpointFile, 'utf8'), shown)
    // The guard alone suffices, and so does the public checkpoint alone.
    await rm(story.checkpointFile)
    await assert.rejects(story.open(), refusesToSign(/^The kept checkpoint has size 8/))
    await cp(current.checkpointFile, story.checkpointFile)
    await rm(story.guardFile)
    await assert.rejects(story.open(), refusesToSign(/^The public checkpoint has size 8/))
    await cp(current.guardFile, story.guardFile)
    await story.restoreStore(current)
    await story.check()
  } finally {
    for (const each of [story, backup, current]) await each.end()
  }
})

test('a store with another history of the same size refuses to sign', async () => {
  const { story, backup } = await withBackup()
  try {
    // The whole directory was restored: nothing on this machine knows better, so the backup goes on by itself.
    await backup.act()
    await cp(story.guardFile, backup.guardFile)
    await assert.rejects(backup.open(), refusesToSign(/^The kept checkpoint of size 8 signs another tree/))
  } finally {
    for (const each of [story, backup]) await each.end()
  }
})

test('a kept checkpoint of another log, or none that can be read, refuses to sign', async () => {
  const story = await Story.begin()
  try {
    const note = await readFile(story.guardFile, 'utf8')
    await writeFile(story.guardFile, note.replace('registry.example', 'another.example'))
    await assert.rejects(story.open(), refusesToSign(/^The kept checkpoint is of the log another\.example/))
    await writeFile(story.guardFile, note.slice(0, 20))
    await assert.rejects(story.open(), refusesToSign(/^The kept checkpoint cannot be read/))
    await writeFile(story.guardFile, note)
    await story.check()
  } finally {
    await story.end()
  }
})

/** A story with so many witnesses. */
async function witnessed(
  count: number,
  quorum: string,
): Promise<{ story: Story; witnesses: LocalWitness[] }> {
  const identity = testIdentity()
  const vkey = logVkeyOf(identity)
  const witnesses = Array.from({ length: count }, (_, n) => new LocalWitness(`w${n + 1}.example`, vkey))
  const story = await Story.begin({
    identity,
    witnesses: witnessedBy(witnesses, quorum),
    report: () => undefined,
  })
  return { story, witnesses }
}

test('everything restored: the witness remembers, and nothing new is signed or promised', async () => {
  const { story, witnesses } = await witnessed(1, 'quorum w1.example\n')
  const backup = await story.copy()
  try {
    await story.act()
    const [witness] = witnesses
    const asked = witness?.asked.length ?? 0
    const guard = await readFile(backup.guardFile, 'utf8')
    await assert.rejects(
      backup.open(),
      refusesToSign(
        /^Witness w1\.example has cosigned size 8, but the store ends at size 5: the store is older/,
      ),
    )
    // What it sent was a checkpoint that it had signed before.
    assert.equal(await readFile(backup.guardFile, 'utf8'), guard)
    const sent = witness?.asked.slice(asked) ?? []
    assert.equal(sent.length, 1)
    assert.ok(sent[0]?.endsWith(guard))
    await story.check()
  } finally {
    for (const each of [story, backup]) await each.end()
  }
})

for (const [what, status, contentType, body, message] of [
  [
    '409 with a larger size',
    409,
    'text/x.tlog.size',
    '1000\n',
    /has cosigned size 1000, but the store ends at size 7/,
  ],
  [
    '422',
    422,
    'text/plain',
    'the consistency proof does not verify\n',
    /answers 422 \(the consistency proof/,
  ],
] as const)
  test(`a witness that answers ${what} stops publication: readers keep the old checkpoint`, async () => {
    const { story, witnesses } = await witnessed(
      3,
      'group all 2 w1.example w2.example w3.example\nquorum all\n',
    )
    try {
      const registry = await story.open()
      const shown = await readFile(story.checkpointFile, 'utf8')
      witnesses[1]?.answer(status, contentType, body)
      await story.submit(registry, 2)
      await story.rest(registry)
      // Even where the others make a quorum: a fork is not outvoted. They may have answered first this time.
      if (registry.registrar.failure === null) {
        await story.submit(registry, 2)
        await story.rest(registry)
      } else assert.equal(await readFile(story.checkpointFile, 'utf8'), shown)
      const { failure } = registry.registrar
      assert.ok(failure !== null)
      refusesToSign(message.source.includes('1000') ? /has cosigned size 1000/ : message)(failure)
      assert.equal(registry.reader.snapshot().publication.note, await readFile(story.checkpointFile, 'utf8'))
      assert.deepEqual(
        (await registry.submit(registry.identification('Late', registry.operator), [])).ok,
        false,
      )
      await registry.stop()
      witnesses[1]?.recover()
      await story.check()
    } finally {
      await story.end()
    }
  })

test('a witness down: acts are decided, publication waits, versions do not pile up, and it goes on', async () => {
  const { story, witnesses } = await witnessed(1, 'quorum w1.example\n')
  try {
    const registry = await story.open()
    await registry.registrar.publishedAll()
    const shown = registry.reader.snapshot().publication
    witnesses[0]?.fallSilent()
    for (let round = 0; round < 20; round++) {
      const before = registry.registrar.size
      await story.submit(registry, 1)
      await until(() => registry.registrar.size > before)
    }
    assert.equal(registry.reader.snapshot().publication, shown)
    assert.ok(registry.registrar.heldVersions <= 4, `${registry.registrar.heldVersions} versions`)
    witnesses[0]?.recover()
    await story.rest(registry)
    assert.equal(registry.reader.snapshot().publication.size, registry.registrar.size)
    await registry.stop()
    await story.check()
  } finally {
    await story.end()
  }
})

test('started while the witness is down: the last checkpoint is served, nothing is promised until it confirms', async () => {
  const { story, witnesses } = await witnessed(1, 'quorum w1.example\n')
  try {
    witnesses[0]?.fallSilent()
    const registry = await story.open()
    assert.equal(registry.reader.snapshot().publication.note, await readFile(story.checkpointFile, 'utf8'))
    const request = registry.identification('Early', registry.operator)
    const early = await registry.submit(request, [registry.operator])
    assert.ok(!early.ok && early.problem.code === 'closed' && /witnesses/.test(early.problem.detail))
    witnesses[0]?.recover()
    await until(async () => (await registry.submit(request, [registry.operator])).ok)
    await story.rest(registry)
    await registry.stop()
    await story.check()
  } finally {
    await story.end()
  }
})

test('a witness that hangs holds up neither its peers nor the end', async () => {
  const { story, witnesses } = await witnessed(
    3,
    'group two 2 w1.example w2.example w3.example\nquorum two\n',
  )
  try {
    witnesses[2]?.hang()
    const before = witnesses[2]?.asked.length ?? 0
    await story.act()
    await story.act()
    await story.check()
    const asked = (witnesses[2]?.asked.length ?? 0) - before
    assert.equal(asked, 3, 'one request a start, none on top of one that hangs')
  } finally {
    await story.end()
  }
})

test('no ops: the same size is cosigned again, and no entry is written', async () => {
  const { story } = await witnessed(1, 'quorum w1.example\n')
  try {
    const registry = await story.open({ refreshMilliseconds: 10 })
    const { note, size } = registry.reader.snapshot().publication
    await until(() => timeOf(registry) > cosignedAt(note) + 2)
    assert.equal(registry.reader.snapshot().publication.size, size)
    assert.equal(registry.registrar.size, size)
    assert.equal(registry.registrar.heldVersions, 1)
    assert.equal((await registry.reader.store.checkpoints()).at(-1)?.size, size)
    await registry.stop()
    await story.check()
  } finally {
    await story.end()
  }
})

function timeOf(registry: TestRegistry): number {
  return cosignedAt(registry.reader.snapshot().publication.note)
}

function cosignedAt(note: string): number {
  const parsed = parseNote(note)
  assert.ok(parsed.ok)
  const times = parsed.value.signatures.map(({ signature }) => cosignatureTime(signature))
  return times.find((time) => time !== null) ?? 0
}
