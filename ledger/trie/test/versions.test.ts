import assert from 'node:assert/strict'
import { once } from 'node:events'
import { suite, test } from 'node:test'
import { Worker } from 'node:worker_threads'
import { nodeCrypto } from '@cadastre/crypto/node'
import fc from 'fast-check'
import {
  createTrieMemory,
  type Space,
  TrieFullError,
  TrieReader,
  TrieWriter,
  type Version,
} from '../src/index.ts'
import { apply, type Change, keyBits, newWriter, recordBytes, smallMemory } from './generators.ts'
import { type Model, naiveRoot, toBits, toLabel, WIDTHS } from './model.ts'

type Step =
  | { readonly kind: 'set'; readonly space: Space; readonly change: Change }
  | { readonly kind: 'mark' | 'undo' | 'commit' | 'rollback' | 'release' | 'hash' }

const SPACES_USED = ['ip4', 'obj', 'index'] as const

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.constantFrom(...SPACES_USED).chain((space) =>
      fc.record({
        kind: fc.constant('set' as const),
        space: fc.constant(space),
        change: fc.record({ bits: keyBits(space), record: fc.option(recordBytes, { freq: 2 }) }),
      }),
    ),
  },
  {
    weight: 6,
    arbitrary: fc
      .constantFrom('mark', 'undo', 'commit', 'rollback', 'release', 'hash')
      .map((kind) => ({ kind })),
  },
)

type State = Record<(typeof SPACES_USED)[number], Model>
const copyState = (state: State): State => ({
  ip4: new Map(state.ip4),
  obj: new Map(state.obj),
  index: new Map(state.index),
})

function dump(reader: TrieReader, version: Version, space: Space): [string, string][] {
  return reader
    .at(version)
    .inside(space, new Uint8Array(WIDTHS[space] / 8), 0, { limit: 100_000 })
    .map((item) => [toBits(item.label, item.length), Buffer.from(item.record).toString('hex')])
}

function dumpModel(model: Model): [string, string][] {
  return [...model.entries()]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([bits, record]) => [bits, Buffer.from(record).toString('hex')])
}

suite('versions', () => {
  test('mark, undo, rollback, commit and release agree with a Map for each version', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 150, size: 'max' }), (steps) => {
        const memory = smallMemory()
        const writer = new TrieWriter(memory, nodeCrypto)
        const reader = new TrieReader(memory)
        let working: State = { ip4: new Map(), obj: new Map(), index: new Map() }
        let committed = copyState(working)
        let marks: { readonly mark: ReturnType<TrieWriter['mark']>; readonly state: State }[] = []
        const live: { readonly version: Version; readonly state: State }[] = []
        for (const item of steps) {
          if (item.kind === 'set') {
            const model = working[item.space as keyof State]
            apply(writer, model, item.space, item.change)
          } else if (item.kind === 'mark') {
            marks.push({ mark: writer.mark(), state: copyState(working) })
          } else if (item.kind === 'undo') {
            const to = marks.pop()
            if (to === undefined) continue
            writer.undoTo(to.mark)
            working = copyState(to.state)
          } else if (item.kind === 'commit') {
            live.push({ version: writer.commit(), state: copyState(working) })
            committed = copyState(working)
            marks = []
          } else if (item.kind === 'rollback') {
            writer.rollback()
            working = copyState(committed)
            marks = []
          } else if (item.kind === 'hash') {
            assert.deepEqual(Buffer.from(writer.working().rootHash('ip4')), naiveRoot('ip4', working.ip4))
          } else if (live.length > 1) {
            // Mostly the oldest, sometimes another, never the newest.
            const [released] = live.splice(steps.length % 3 === 0 ? live.length - 2 : 0, 1)
            if (released !== undefined) writer.release(released.version)
          }
        }
        live.push({ version: writer.commit(), state: copyState(working) })
        for (const { version, state } of live) {
          for (const space of SPACES_USED)
            assert.deepEqual(dump(reader, version, space), dumpModel(state[space]))
          assert.deepEqual(Buffer.from(reader.at(version).rootHash('obj')), naiveRoot('obj', state.obj))
          assert.deepEqual(Buffer.from(version.hashes.ip4), naiveRoot('ip4', state.ip4))
        }
        // With all but the newest released and everything deleted, nothing is left in use but the five roots.
        const newest = live.pop()
        assert.ok(newest)
        for (const { version } of live.reverse()) writer.release(version)
        for (const space of SPACES_USED)
          for (const bits of newest.state[space].keys())
            writer.set(space, toLabel(bits, WIDTHS[space]), bits.length, null)
        writer.commit()
        writer.release(newest.version)
        assert.deepEqual(writer.usage(), { nodes: 5, recordBytes: 0 })
      }),
      { numRuns: 200 },
    )
  })

  test('marks of another batch, and versions that are not live or are the newest, are refused', () => {
    const writer = newWriter()
    const mark = writer.mark()
    const version = writer.commit()
    assert.throws(() => writer.undoTo(mark), RangeError)
    assert.throws(() => writer.release(version), RangeError)
    writer.commit()
    writer.release(version)
    assert.throws(() => writer.release(version), RangeError)
  })

  test('100,000 updates with 64 versions kept reuse the memory of released ones', () => {
    const memory = createTrieMemory({ poolBytes: 2 ** 22, recordBytes: 2 ** 22 })
    const writer = new TrieWriter(memory, nodeCrypto)
    const versions: Version[] = []
    let seed = 1
    const random = (below: number): number => {
      seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0
      return Math.floor((seed / 2 ** 32) * below)
    }
    let highest = { nodes: 0, recordBytes: 0 }
    for (let update = 0; update < 100_000; update++) {
      const length = 8 + random(4)
      const first = (random(2 ** 11) << 21) & ~(0xffffffff >>> length)
      const label = Uint8Array.of(first >>> 24, (first >>> 16) & 255, (first >>> 8) & 255, first & 255)
      writer.set('ip4', label, length, random(4) === 0 ? null : new Uint8Array(random(300)))
      if (update % 50 !== 49) continue
      versions.push(writer.commit())
      const oldest = versions.length > 64 ? versions.shift() : undefined
      if (oldest !== undefined) writer.release(oldest)
      if (update < 50_000) {
        const { nodes, recordBytes } = writer.usage()
        highest = {
          nodes: Math.max(highest.nodes, nodes),
          recordBytes: Math.max(highest.recordBytes, recordBytes),
        }
      } else {
        assert.ok(writer.usage().nodes <= highest.nodes * 1.2)
        assert.ok(writer.usage().recordBytes <= highest.recordBytes * 1.2)
      }
    }
  })

  test('while a version is kept for long, hundreds may pass after it: they leave nothing behind', () => {
    const memory = createTrieMemory({ poolBytes: 2 ** 22, recordBytes: 2 ** 24 })
    const writer = new TrieWriter(memory, nodeCrypto)
    const reader = new TrieReader(memory)
    const model: Model = new Map()
    const kept: { readonly version: Version; readonly state: Model }[] = []
    const change: fc.Arbitrary<Change> = fc.record({ bits: keyBits('index'), record: fc.option(recordBytes) })
    const [nodes, counts] = [[0], [0]]
    for (const [batch, list] of fc
      .sample(fc.array(change, { minLength: 1, maxLength: 8 }), { seed: 1, numRuns: 600 })
      .entries()) {
      for (const one of list) apply(writer, model, 'index', one)
      const passed = kept.at(-1)
      kept.push({ version: writer.commit(), state: new Map(model) })
      // Every hundredth is kept for good, of the others only the newest.
      if (batch % 100 !== 1 && passed !== undefined) {
        writer.release(passed.version)
        kept.splice(-2, 1)
      }
      nodes.push(writer.usage().nodes)
      counts.push(model.size)
    }
    assert.equal(kept.length, 7)
    for (const { version, state } of kept) assert.deepEqual(dump(reader, version, 'index'), dumpModel(state))
    // About two nodes a record, and as many again that only the seven have; all that was ever replaced is seven times that.
    assert.ok(Math.max(...nodes) <= Math.max(...counts) * 6)
  })

  test('limits are errors, and the last version stays readable after one', () => {
    const memory = createTrieMemory({ poolBytes: 65_536, recordBytes: 65_536 })
    const writer = new TrieWriter(memory, nodeCrypto)
    writer.set('ip4', Uint8Array.of(192, 0, 2, 0), 24, new Uint8Array(100))
    const version = writer.commit()
    assert.throws(() => {
      for (let i = 0; i < 1000; i++)
        writer.set('ip4', Uint8Array.of(10, i >> 8, i & 255, 0), 24, new Uint8Array(100))
    }, TrieFullError)
    writer.rollback()
    assert.deepEqual(new TrieReader(memory).at(version).rootHash('ip4'), version.hashes.ip4)
    assert.deepEqual(writer.commit().hashes, version.hashes)
  })
})

suite('threads', () => {
  test('a worker reads every version it is posted while the writer grows the memory', async () => {
    const memory = createTrieMemory({ poolBytes: 2 ** 28, recordBytes: 2 ** 28 })
    const worker = new Worker(new URL('./reading-worker.ts', import.meta.url), { workerData: memory })
    const answers = new Map<number, { readonly count: number; readonly root: string }>()
    worker.on('message', (message: { id: number; count: number; root: string }) =>
      answers.set(message.id, message),
    )
    const writer = new TrieWriter(memory, nodeCrypto)
    const expected = new Map<number, { readonly count: number; readonly root: string }>()
    for (let batch = 0; batch < 40; batch++) {
      for (let i = 0; i < 500; i++)
        writer.set('ip4', Uint8Array.of(10, batch, i >> 8, i & 255), 32, new Uint8Array(400).fill(batch))
      const version = writer.commit()
      expected.set(version.id, {
        count: (batch + 1) * 500,
        root: Buffer.from(version.hashes.ip4).toString('hex'),
      })
      worker.postMessage(version)
    }
    worker.postMessage('end')
    await once(worker, 'exit')
    assert.equal(answers.size, 40)
    for (const [id, { count, root }] of expected) {
      assert.equal(answers.get(id)?.count, count)
      assert.equal(answers.get(id)?.root, root)
    }
  })
})
