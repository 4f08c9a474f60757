/** A registry and its witness, a second process, over HTTP: C2SP tlog-witness 1.0.0. */

import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { cp, mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { nodeCrypto } from '@cadastre/crypto/node'
import { checkPolicy, cosignatureTime, parseNote, parsePolicy, witnessCheckpointPath } from '@cadastre/notes'
import { ForkRefusedError } from '@cadastre/registrar'
import {
  checkRegistry,
  logVkeyOf,
  openTestRegistry,
  startTestRegistry,
  TEST_ORIGIN,
  type TestIdentity,
  type TestRegistry,
  type TestRegistryOptions,
  testIdentity,
} from '@cadastre/simulator'
import { postCheckpoint } from '../../apps/cadastre/src/writer/post-checkpoint.ts'
import { Child } from './children.ts'
import { WITNESS_CHILD, WITNESS_NAME } from './witness-child.ts'

/** A port that is free now; the witness comes back on it after it was killed. */
function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => (address === null || typeof address === 'string' ? reject() : resolve(address.port)))
    })
  })
}

class WitnessProcess {
  readonly #args: readonly string[]
  #child: Child
  url = ''
  vkey = ''

  private constructor(args: readonly string[]) {
    this.#args = args
    this.#child = new Child(WITNESS_CHILD, args)
  }

  static async start(t: TestContext, logVkey: string): Promise<WitnessProcess> {
    const directory = await mkdtemp(join(tmpdir(), 'cadastre-witness-'))
    const seed = randomBytes(32).toString('hex')
    const witness = new WitnessProcess([`${await freePort()}`, join(directory, 'state'), seed, logVkey])
    t.after(async () => {
      await witness.kill()
      await rm(directory, { recursive: true, force: true })
    })
    await witness.#ready()
    return witness
  }

  async #ready(): Promise<void> {
    const [url, vkey] = (await this.#child.line(() => true)).split(' ')
    this.url = url ?? ''
    this.vkey = vkey ?? ''
  }

  kill(): Promise<void> {
    return this.#child.kill()
  }

  async restart(): Promise<void> {
    await this.kill()
    this.#child = new Child(WITNESS_CHILD, this.#args)
    await this.#ready()
  }

  get options(): TestRegistryOptions {
    const policy = `witness ${WITNESS_NAME} ${this.vkey} ${this.url}\nquorum ${WITNESS_NAME}\n`
    return { witnesses: { policy, post: postCheckpoint }, report: () => undefined }
  }

  post(body: string): ReturnType<typeof postCheckpoint> {
    return postCheckpoint(`${this.url}/add-checkpoint`, body)
  }

  /** The checkpoint that a monitor sees. */
  async monitored(): Promise<string> {
    const response = await fetch(`${this.url}/${witnessCheckpointPath(nodeCrypto, TEST_ORIGIN)}`)
    assert.equal(response.status, 200)
    return response.text()
  }
}

type Watched = {
  readonly registry: TestRegistry
  readonly witness: WitnessProcess
  readonly identity: TestIdentity
}

async function start(t: TestContext): Promise<Watched> {
  const identity = testIdentity()
  const witness = await WitnessProcess.start(t, logVkeyOf(identity))
  const registry = await startTestRegistry({ identity, ...witness.options })
  t.after(() => rm(registry.directory, { recursive: true, force: true }))
  return { registry, witness, identity }
}

async function submit(registry: TestRegistry): Promise<{ readonly seq: number; readonly receipt: string }> {
  const request = registry.request('confirm/1', { holder: 'H-1' })
  const result = await registry.submit(request, [registry.operator])
  assert.ok(result.ok)
  return result
}

function check(registry: TestRegistry, receipts: readonly string[]): ReturnType<typeof checkRegistry> {
  const { logVkey, receiptVkey, logDirectory } = registry
  const store = registry.reader.store
  return checkRegistry({
    origin: TEST_ORIGIN,
    logVkey,
    receiptVkey,
    logDirectory,
    store,
    receipts,
    checkpoints: [],
  })
}

test('a published checkpoint carries the witness’s cosignature; monitors see the same head', async (t) => {
  const { registry, witness } = await start(t)
  await registry.holder('Holder')
  const { note, size } = registry.reader.snapshot().publication
  const policy = parsePolicy(nodeCrypto, registry.reader.info.policy)
  assert.ok(policy.ok)
  const checked = checkPolicy(nodeCrypto, policy.value, note)
  assert.ok(checked.ok)
  assert.deepEqual([checked.value.checkpoint.size, checked.value.cosigned.length], [size, 1])
  assert.equal(textOf(await witness.monitored()), textOf(note))
  await registry.stop()
})

function textOf(note: string): string {
  const parsed = parseNote(note)
  assert.ok(parsed.ok)
  return parsed.value.text
}

test('answers to strangers: tlog-witness status codes over HTTP, and nothing is recorded', async (t) => {
  const { registry, witness } = await start(t)
  await registry.stop()
  const { note } = registry.reader.snapshot().publication
  const before = await witness.monitored()
  const old = registry.reader.snapshot().publication.size
  assert.equal((await witness.post('garbage')).status, 400)
  assert.equal((await witness.post(`old 0\n\n${note.replace(TEST_ORIGIN, 'other.example')}`)).status, 404)
  assert.equal((await witness.post(`old ${old}\n\n${note.replace(/\n\d+\n/, '\n9\n')}`)).status, 403)
  assert.equal((await witness.post(`old ${old + 1}\n\n${note}`)).status, 400)
  const conflict = await witness.post(`old 0\n\n${note}`)
  assert.deepEqual(
    [conflict.status, conflict.contentType, conflict.body],
    [409, 'text/x.tlog.size', `${old}\n`],
  )
  assert.equal((await witness.post(`old ${old}\n${'A'.repeat(43)}=\n\n${note}`)).status, 422)
  const tooLong = await fetch(`${witness.url}/add-checkpoint`, { method: 'POST', body: 'x'.repeat(70_000) })
  assert.equal(tooLong.status, 413)
  assert.equal((await fetch(`${witness.url}/add-checkpoint`)).status, 405)
  assert.equal((await fetch(`${witness.url}/${'0'.repeat(64)}/checkpoint`)).status, 404)
  assert.equal(await witness.monitored(), before)
  // The same size again is cosigned again.
  const again = await witness.post(`old ${old}\n\n${note}`)
  assert.equal(again.status, 200)
  assert.match(again.body, /^— witness\.example /)
})

test('the witness is killed: acts are decided, publication waits, and goes on when it is back', async (t) => {
  const { registry, witness } = await start(t)
  const shown = registry.reader.snapshot().publication
  await witness.kill()
  const { seq, receipt } = await submit(registry)
  while ((await registry.reader.store.receiptBySeq(seq))?.index === null) await sleep(5)
  await registry.registrar.settled(seq, 300)
  assert.equal(registry.reader.snapshot().publication, shown)
  await witness.restart()
  await registry.registrar.settled(seq, 20_000)
  const { size, note } = registry.reader.snapshot().publication
  assert.equal(size, registry.registrar.size)
  assert.ok(parseNote(note).ok && cosigned(note))
  await check(registry, [receipt])
  await registry.stop()
})

function cosigned(note: string): boolean {
  const parsed = parseNote(note)
  return parsed.ok && parsed.value.signatures.some(({ signature }) => cosignatureTime(signature) !== null)
}

test('the witness is killed again and again under load: what it cosigned it remembers', async (t) => {
  const { registry, witness } = await start(t)
  const receipts: string[] = []
  let last = 0
  for (let round = 0; round < 6; round++) {
    for (let n = 0; n < 5; n++) {
      const { seq, receipt } = await submit(registry)
      receipts.push(receipt)
      last = seq
    }
    const before = registry.reader.snapshot().publication.size
    await witness.restart()
    const remembered = Number((await witness.monitored()).split('\n')[1])
    assert.ok(remembered >= before, `published ${before}, remembered ${remembered}`)
  }
  await registry.registrar.settled(last, 60_000)
  await registry.registrar.publishedAll()
  assert.equal(registry.registrar.failure, null)
  await check(registry, receipts)
  await registry.stop()
})

test('everything of the registry is restored from an old backup: the witness refuses, and so does the start', async (t) => {
  const { registry, witness, identity } = await start(t)
  await registry.stop()
  const backup = `${registry.directory}-backup`
  t.after(() => rm(backup, { recursive: true, force: true }))
  await cp(registry.directory, backup, { recursive: true })
  const current = await openTestRegistry(registry.directory, identity, witness.options)
  await current.holder('Lost')
  await current.stop()
  await assert.rejects(openTestRegistry(backup, identity, witness.options), (error: unknown) => {
    assert.ok(error instanceof ForkRefusedError)
    assert.match(error.message, /witness\.example has cosigned size 7, but the store ends at size 5/)
    return true
  })
})
