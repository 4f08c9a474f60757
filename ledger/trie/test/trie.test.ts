import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { nodeCrypto } from '@cadastre/crypto/node'
import fc from 'fast-check'
import {
  chainHash,
  HASHED_SPACES,
  type HashedSpace,
  nodeHash,
  objectLabel,
  recordHash,
  type TrieView,
} from '../src/index.ts'
import { apply, changes, keyBits, newWriter, recordBytes } from './generators.ts'
import {
  type Model,
  modelRecordHash,
  naiveCovering,
  naiveInside,
  naiveNode,
  naiveRoot,
  naiveSubtree,
  sha256,
  toBits,
  toLabel,
  WIDTHS,
} from './model.ts'

/** Everything a view says about one query, against the model. */
function checkQuery(view: TrieView, space: HashedSpace, model: Model, query: string): void {
  const width = WIDTHS[space]
  const label = toLabel(query, width)
  const covering = naiveCovering(model, query)
  assert.deepEqual(view.get(space, label, query.length), model.get(query) ?? null)
  assert.equal(view.has(space, label, query.length), model.has(query))
  const found = view.covering(space, label, query.length)
  assert.deepEqual(
    found.map((item) => toBits(item.label, item.length)),
    covering,
  )
  for (const item of found) {
    const record = model.get(toBits(item.label, item.length))
    assert.deepEqual(item.record, record)
    assert.deepEqual(Buffer.from(item.hash), modelRecordHash(item.record))
  }
  const inside = naiveInside(model, query)
  const all = view.inside(space, label, query.length, { limit: 10_000 })
  assert.deepEqual(
    all.map((item) => toBits(item.label, item.length)),
    inside,
  )
  assert.deepEqual(
    all.map((item) => item.record),
    inside.map((key) => model.get(key)),
  )
  assert.equal(view.countInside(space, label, query.length, 10_000), inside.length)
  assert.equal(view.countInside(space, label, query.length, 2), Math.min(2, inside.length))
  const subtree = view.subtreeHash(space, label, query.length)
  assert.deepEqual(subtree && Buffer.from(subtree), naiveSubtree(space, model, query))
  checkProof(view, space, model, query)
}

/** The members of the proof as ledger.md words them, from the naive model. */
function checkProof(view: TrieView, space: HashedSpace, model: Model, query: string): void {
  const proof = view.prove(space, toLabel(query, WIDTHS[space]), query.length)
  let node = naiveNode(space, model, [...model.keys()].sort(), true)
  for (const [position, entry] of proof.nodes.entries()) {
    const [length, value, ...rest] = entry
    const { preimage, bits } = node
    assert.equal(length, bits.length)
    assert.ok(query.startsWith(bits))
    assert.deepEqual(value, asBytes(preimage.value))
    if (length === query.length) {
      assert.deepEqual(rest, [asBytes(preimage.left), asBytes(preimage.right)])
      assert.equal(position, proof.nodes.length - 1)
      assert.equal(proof.end, null)
      break
    }
    const right = query[length] === '1'
    assert.deepEqual(rest, [asBytes(right ? preimage.left : preimage.right)])
    const below = naiveInside(model, bits + query[length])
    const next = below.length === 0 ? null : naiveNode(space, model, below, false)
    if (next === null || !query.startsWith(next.bits)) {
      assert.equal(position, proof.nodes.length - 1)
      assert.deepEqual(proof.end && nodeHash(nodeCrypto, space, proof.end), next && asBytes(next.hash))
      assert.deepEqual(proof.end?.length, next?.bits.length)
      break
    }
    node = next
  }
  assert.deepEqual(
    proof.records,
    naiveCovering(model, query).map((key) => model.get(key)),
  )
}

function asBytes(hash: Uint8Array | null): Uint8Array | null {
  return hash === null ? null : new Uint8Array(hash)
}

suite('hashes (ledger.md, Hashes)', () => {
  test('record, empty root, node and chain are the stated preimages', () => {
    const record = Buffer.from('{"v":1}')
    assert.deepEqual(Buffer.from(recordHash(nodeCrypto, record)), sha256(Buffer.from([3]), record))
    const view = newWriter().working()
    const zeros = (count: number): Buffer => Buffer.alloc(count)
    assert.deepEqual(Buffer.from(view.rootHash('ip4')), sha256(Buffer.from([2, 4, 0, 0]), zeros(4 + 96)))
    assert.deepEqual(Buffer.from(view.rootHash('ip6')), sha256(Buffer.from([2, 6, 0, 0]), zeros(16 + 96)))
    assert.deepEqual(Buffer.from(view.rootHash('asn')), sha256(Buffer.from([2, 10, 0, 0]), zeros(4 + 96)))
    assert.deepEqual(Buffer.from(view.rootHash('obj')), sha256(Buffer.from([2, 16, 0, 0]), zeros(32 + 96)))
    const [a, b] = [sha256(Buffer.from('a')), sha256(Buffer.from('b'))]
    const chain = chainHash(nodeCrypto, [
      { length: 8, hash: a },
      { length: 128, hash: b },
    ])
    assert.deepEqual(chain && Buffer.from(chain), sha256(Buffer.from([6, 0, 8]), a, Buffer.from([0, 128]), b))
    assert.equal(chainHash(nodeCrypto, []), null)
  })

  test('an object key is H(type ‖ 0x00 ‖ HANDLE)', () => {
    assert.deepEqual(
      Buffer.from(objectLabel(nodeCrypto, 'holder', 'H-7')),
      sha256(Buffer.from('holder\0H-7')),
    )
    assert.throws(() => objectLabel(nodeCrypto, 'holder', 'h-7'), RangeError)
    assert.throws(() => objectLabel(nodeCrypto, 'holder', 'H 7'), RangeError)
  })
})

suite('the set of records', () => {
  for (const space of HASHED_SPACES) {
    test(`${space}: every answer equals the naive model's, before and after commit`, () => {
      fc.assert(
        fc.property(
          fc.array(changes(space, 25), { maxLength: 4 }),
          fc.array(keyBits(space), { minLength: 1, maxLength: 12 }),
          (batches, queries) => {
            const writer = newWriter()
            const model: Model = new Map()
            for (const batch of batches) {
              for (const change of batch) {
                apply(writer, model, space, change)
                checkQuery(writer.working(), space, model, queries[0] ?? '')
              }
              const version = writer.commit()
              assert.deepEqual(Buffer.from(version.hashes[space]), naiveRoot(space, model))
            }
            for (const query of [...queries, ...model.keys()])
              checkQuery(writer.working(), space, model, query)
          },
        ),
        { numRuns: 60 },
      )
    })

    test(`${space}: the root does not depend on the order of operations`, () => {
      fc.assert(
        fc.property(
          fc.uniqueArray(fc.tuple(keyBits(space), recordBytes), {
            selector: ([bits]) => bits,
            maxLength: 30,
          }),
          fc.array(keyBits(space), { maxLength: 10 }),
          fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true })),
          (entries, strangers, order) => {
            const root = (list: readonly (readonly [string, Uint8Array])[], detour: boolean): Uint8Array => {
              const writer = newWriter()
              const model: Model = new Map()
              if (detour)
                for (const bits of strangers) apply(writer, model, space, { bits, record: new Uint8Array(3) })
              for (const [bits, record] of list) {
                apply(writer, model, space, { bits, record })
                if (detour) writer.commit()
              }
              const wanted = new Set(list.map(([bits]) => bits))
              for (const bits of strangers)
                if (!wanted.has(bits)) apply(writer, model, space, { bits, record: null })
              return writer.commit().hashes[space]
            }
            const shuffled = entries
              .map((entry) => ({ entry, at: order.next().value }))
              .sort((a, b) => a.at - b.at)
              .map(({ entry }) => entry)
            assert.deepEqual(root(shuffled, true), root([...entries].sort(), false))
          },
        ),
        { numRuns: 60 },
      )
    })
  }

  test('inside resumes after any cursor, a key without a record included', () => {
    fc.assert(
      fc.property(
        changes('ip4', 40),
        keyBits('ip4'),
        keyBits('ip4'),
        fc.integer({ min: 1, max: 5 }),
        (list, query, cursor, limit) => {
          const writer = newWriter()
          const model: Model = new Map()
          for (const change of list) apply(writer, model, 'ip4', change)
          const view = writer.working()
          const label = toLabel(query, 32)
          const after = { label: toLabel(cursor, 32), length: cursor.length }
          const later = view.inside('ip4', label, query.length, { limit: 1000, after })
          // As texts of bits padded with 0 the order is first address, then length.
          const follows = (key: string): boolean => {
            const [a, b] = [key.padEnd(32, '0'), cursor.padEnd(32, '0')]
            return a > b || (a === b && key.length > cursor.length)
          }
          assert.deepEqual(
            later.map((item) => toBits(item.label, item.length)),
            naiveInside(model, query).filter(follows),
          )
          const pages: string[] = []
          let page = view.inside('ip4', label, query.length, { limit })
          while (page.length > 0) {
            assert.ok(page.length <= limit)
            pages.push(...page.map((item) => toBits(item.label, item.length)))
            const last = page.at(-1)
            assert.ok(last)
            page = view.inside('ip4', label, query.length, { limit, after: last })
          }
          assert.deepEqual(pages, naiveInside(model, query))
        },
      ),
    )
  })

  test('the index space answers the same questions, without hashes', () => {
    fc.assert(
      fc.property(changes('index', 40), keyBits('index'), (list, query) => {
        const writer = newWriter()
        const model: Model = new Map()
        for (const change of list) apply(writer, model, 'index', change)
        writer.commit()
        const found = writer.working().inside('index', toLabel(query, 256), query.length, { limit: 1000 })
        assert.deepEqual(
          found.map((item) => toBits(item.label, item.length)),
          naiveInside(model, query),
        )
      }),
    )
  })

  test('labels that are not in canonical form are refused', () => {
    const writer = newWriter()
    const record = new Uint8Array(1)
    assert.throws(() => writer.set('ip4', Uint8Array.of(192, 0, 2, 1), 24, record), RangeError)
    assert.throws(() => writer.set('ip4', Uint8Array.of(192, 0, 2), 24, record), RangeError)
    assert.throws(() => writer.set('ip4', Uint8Array.of(192, 0, 2, 0), 33, record), RangeError)
    assert.throws(() => writer.set('ip4', Uint8Array.of(192, 0, 2, 0), 24.5, record), RangeError)
    assert.throws(() => writer.set('ip6', new Uint8Array(16).fill(1), 64, record), RangeError)
    assert.throws(() => writer.set('obj', new Uint8Array(32), 255, record), RangeError)
    assert.throws(() => writer.working().inside('ip4', new Uint8Array(4), 0, { limit: 0 }), RangeError)
  })
})
