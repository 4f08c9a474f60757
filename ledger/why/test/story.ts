/** A registry with decisions of many sorts in it, and documents about them made from its public files. */

import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { generateEd25519Signer, nodeCrypto } from '@cadastre/crypto/node'
import { type Policy, parseCheckpoint, parseNote, parsePolicy } from '@cadastre/notes'
import { evidenceText, requestText, signRequest } from '@cadastre/signatures'
import { startTestRegistry, type TestRegistry } from '@cadastre/simulator'
import { makeWhy, publicLog, StateFollower } from '../src/index.ts'

export type Story = {
  readonly registry: TestRegistry
  readonly trust: Policy
  readonly note: string
  readonly size: number
  /** Entries by what is of interest in them. */
  readonly entries: { readonly [name: string]: number }
}

const wishOf = (holder: string) => ({ holder, pool: 'IP4', length: 24, block: null })

export async function tellStory(): Promise<Story> {
  const registry = await startTestRegistry()
  const one = await registry.holder('One Networks')
  const two = await registry.holder('Two Networks')
  const entries: Record<string, number> = { genesis: 0 }
  const act = async (
    name: string,
    procedure: string,
    body: Parameters<TestRegistry['request']>[1],
    signers = [one.signer],
  ): Promise<void> => {
    entries[name] = (await registry.act(registry.request(procedure, body), signers)).index
  }
  const wish = wishOf(one.handle)
  await act('allocated', 'allocate/1', wish)
  await act('without consent', 'allocate/1', wish, [two.signer])
  await act('chosen', 'allocate/1', { ...wish, block: 'ip4/10.7.0.0/24' })
  await act('taken', 'allocate/1', { ...wish, block: 'ip4/10.7.0.0/24' })
  await act('too large', 'allocate/1', { ...wish, length: 3 })
  await act('unknown holder', 'allocate/1', { ...wish, holder: 'H-999' })
  await forged(registry, entries, one)
  await repeated(registry, entries, one)
  // One batch of several, in which the second depends on the first.
  const many = await Promise.all(
    [0, 1, 2].map(() => registry.submit(registry.request('allocate/1', wish), [one.signer])),
  )
  for (const [offset, result] of many.entries()) {
    assert.ok(result.ok)
    await registry.registrar.settled(result.seq, 20_000)
    const status = await registry.reader.store.receiptBySeq(result.seq)
    entries[`batch ${offset}`] = status?.index ?? -1
  }
  await registry.registrar.publishedAll()
  const policy = parsePolicy(nodeCrypto, `log ${registry.logVkey}\nquorum none\n`)
  assert.ok(policy.ok)
  const note = await readFile(join(registry.logDirectory, 'checkpoint'), 'utf8')
  return { registry, trust: policy.value, note, size: sizeOf(note), entries }
}

/** A request whose signature is of another request. */
async function forged(
  registry: TestRegistry,
  entries: Record<string, number>,
  { handle, signer }: { readonly handle: string; readonly signer: ReturnType<typeof generateEd25519Signer> },
): Promise<void> {
  const text = requestText(registry.request('allocate/1', wishOf(handle)))
  const evidence = evidenceText([signRequest(`${text} `, signer)])
  const result = await registry.registrar.submit({ request: text, evidence, openings: [] })
  assert.ok(result.ok)
  await registry.registrar.settled(result.seq, 20_000)
  entries['forged signature'] = (await registry.reader.store.receiptBySeq(result.seq))?.index ?? -1
}

/** The same request twice at once, once with another signature too, so that it is not the same submission. */
async function repeated(
  registry: TestRegistry,
  entries: Record<string, number>,
  { handle, signer }: { readonly handle: string; readonly signer: ReturnType<typeof generateEd25519Signer> },
): Promise<void> {
  const request = registry.request('allocate/1', wishOf(handle))
  const copies = [[signer], [signer, generateEd25519Signer()]]
  const results = await Promise.all(copies.map((signers) => registry.submit(request, signers)))
  for (const [at, result] of results.entries()) {
    assert.ok(result.ok)
    await registry.registrar.settled(result.seq, 20_000)
    const status = await registry.reader.store.receiptBySeq(result.seq)
    entries[at === 0 ? 'confirmed' : 'repeated'] = status?.index ?? -1
  }
}

function sizeOf(note: string): number {
  const parsed = parseNote(note)
  const checkpoint = parsed.ok ? parseCheckpoint(parsed.value.text) : parsed
  assert.ok(checkpoint.ok)
  return checkpoint.value.size
}

/** The document about a decision, made from the public files alone. */
export async function documentOf(
  { registry, note, size }: Story,
  index: number,
  page: string | null = null,
): Promise<string> {
  const log = publicLog(async (path) => {
    try {
      return await readFile(join(registry.logDirectory, path))
    } catch (error) {
      assert.ok(error instanceof Error && 'code' in error && error.code === 'ENOENT')
      return null
    }
  }, size)
  return makeWhy(
    {
      crypto: nodeCrypto,
      log,
      checkpoint: note,
      size,
      page: () => page,
      stateAt: async (until) => {
        const follower = new StateFollower(nodeCrypto)
        for (const entry of await log.entries(0, until)) follower.step(entry)
        return follower.trie.working()
      },
    },
    index,
  )
}
