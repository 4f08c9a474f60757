import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { nodeCrypto } from '@cadastre/crypto/node'
import { NoDecisionError, type ProofRefusal, type VerifiedWhy, verifyWhy } from '../src/index.ts'
import { documentOf, type Story, tellStory } from './story.ts'

let story: Story

before(async () => {
  story = await tellStory()
})
after(() => story.registry.close())

function indexOf(name: string): number {
  const index = story.entries[name]
  assert.ok(index !== undefined && index >= 0, name)
  return index
}

function verified(text: string, index: number | null): VerifiedWhy {
  const verdict = verifyWhy(nodeCrypto, story.trust, index, text)
  assert.ok(verdict.ok, verdict.ok ? '' : `${verdict.error.code}: ${verdict.error.detail}`)
  return verdict.value
}

function refusal(text: string, index: number | null = null): ProofRefusal | 'verified' {
  const verdict = verifyWhy(nodeCrypto, story.trust, index, text)
  return verdict.ok ? 'verified' : verdict.error.code
}

// biome-ignore lint/suspicious/noExplicitAny: a forger changes whatever it likes
type Loose = any

async function forged(name: string, change: (document: Loose) => void): Promise<string> {
  const document = JSON.parse(await documentOf(story, indexOf(name)))
  change(document)
  return JSON.stringify(document)
}

test('every decision of a log is verified alone, from its document', async () => {
  const entries = await story.registry.reader.store.entries(0, story.size)
  let decisions = 0
  for (let index = 0; index < story.size; index++) {
    if (new TextDecoder().decode(entries[index]).includes('"t":"state"')) continue
    const why = verified(await documentOf(story, index), index)
    assert.equal(why.index, index)
    assert.deepEqual(why.unchecked, [])
    decisions += 1
  }
  assert.ok(decisions > 12)
})

test('the verdict holds the proved values of the inputs, the state before and the batch', async () => {
  const first = verified(await documentOf(story, indexOf('batch 0')), null)
  const third = verified(await documentOf(story, indexOf('batch 2')), null)
  assert.ok(first.before !== null && third.before !== null)
  assert.ok(third.batch >= first.batch)
  const procedure = third.inputs.find(({ key }) => key === 'obj/procedure/ALLOCATE-1')
  assert.equal(Reflect.get(Object(procedure?.value), 'id'), 'allocate/1')
  const genesis = verified(await documentOf(story, 0), 0)
  assert.equal(genesis.before, null)
})

test('already-accepted: the earlier entry is proved beside it, and no other will do', async () => {
  const why = verified(await documentOf(story, indexOf('repeated')), null)
  assert.equal(why.earlier, indexOf('confirmed'))
  const other = JSON.parse(await documentOf(story, indexOf('confirmed')))
  const planted = await forged('repeated', (document) => {
    document.earlier = null
  })
  assert.equal(refusal(planted), 'input-missing')
  const genesis = JSON.parse(await documentOf(story, 0)).log
  const elsewhere = await forged('repeated', (document) => {
    document.earlier = genesis
  })
  assert.equal(refusal(elsewhere), 'not-accepted-before')
  other.earlier = genesis
  assert.equal(refusal(JSON.stringify(other)), 'not-accepted-before')
})

test('forged: an input dropped', async () => {
  for (const name of Object.keys(story.entries)) {
    const { paths, log } = JSON.parse(await documentOf(story, indexOf(name)))
    const { inputs } = JSON.parse(log.entries.at(-1))
    for (const { key } of inputs) {
      assert.ok(key in paths, key)
      const text = await forged(name, (document) => delete document.paths[key])
      const found = refusal(text)
      // A longer path of another input may show the same; a subtree stands on its own path.
      const shown = Object.keys(paths).some((other) => other !== key && !key.startsWith('obj/'))
      assert.ok(
        found === 'input-missing' || found === 'wrong-subtree' || (shown && found === 'verified'),
        `${key}: ${found}`,
      )
      if (key.startsWith('obj/')) assert.equal(found, 'input-missing', `${name}: ${key}`)
    }
  }
  const subtrees = await forged('allocated', (document) => {
    document.subtrees = {}
  })
  const whole = JSON.parse(await documentOf(story, indexOf('allocated')))
  if (Object.keys(whole.subtrees).length > 0) assert.equal(refusal(subtrees), 'input-missing')
})

test('forged: every path given, one record of it altered', async () => {
  const document = JSON.parse(await documentOf(story, indexOf('taken')))
  for (const [key, path] of Object.entries<Loose>(document.paths))
    for (const position of path.records.keys()) {
      const text = await forged('taken', (changed) => {
        const records = changed.paths[key].records
        records[position] = records[position].replace('"v":1', '"v":2')
      })
      assert.equal(refusal(text), 'wrong-path', key)
    }
})

test('forged: a cell hidden from a subtree, or added to it, or none stated', async () => {
  const names = Object.keys(story.entries)
  let met = 0
  for (const name of names) {
    const document = JSON.parse(await documentOf(story, indexOf(name)))
    for (const [key, cells] of Object.entries<Loose>(document.subtrees)) {
      met += 1
      if (cells.length > 0) {
        const hidden = await forged(name, (changed) => changed.subtrees[key].pop())
        assert.ok(['wrong-subtree', 'verified'].includes(refusal(hidden)))
        // A cell that a path shows anyhow may be left out of the list: the hash decides.
        const altered = await forged(name, (changed) => {
          changed.subtrees[key][0][1] = changed.subtrees[key][0][1].replace('"since":', '"since":1')
        })
        assert.equal(refusal(altered), 'wrong-subtree')
      }
      const outside = await forged(name, (changed) => {
        changed.subtrees[key].push(['ip6/2001:db8::/32', '{}'])
      })
      assert.equal(refusal(outside), 'wrong-subtree')
      const unsaid = verified(
        await forged(name, (changed) => {
          changed.subtrees[key] = null
        }),
        null,
      )
      assert.deepEqual(unsaid.unchecked, [key], 'said not to be checked, not to be right')
    }
  }
  assert.ok(met > 0)
})

test('forged: another state before, a part of the batch left out, another entry', async () => {
  const left = await forged('batch 2', (document) => {
    document.log.first += 1
    document.log.entries.shift()
  })
  assert.equal(refusal(left), 'not-included')
  const other = JSON.parse(await documentOf(story, indexOf('chosen')))
  const swapped = await forged('taken', (document) => {
    document.paths = other.paths
  })
  assert.equal(refusal(swapped), 'wrong-path')
  const fromBefore = await forged('taken', (document) => {
    document.log = other.log
  })
  assert.notEqual(refusal(fromBefore), 'verified')
  assert.equal(refusal(await documentOf(story, indexOf('taken')), indexOf('chosen')), 'other-subject')
})

test('forged: another outcome does not stand in the log', async () => {
  const accepted = await forged('taken', (document) => {
    const at = document.log.entries.length - 1
    document.log.entries[at] = document.log.entries[at].replace('block-taken', 'quota-reached')
  })
  assert.equal(refusal(accepted), 'not-included')
})

test('forged: a page that is not the recorded text; a checkpoint of another log', async () => {
  const page = await documentOf(story, indexOf('taken'), 'the published text')
  assert.equal(verified(page, null).page, 'the published text')
  assert.equal(refusal(page.replace('"page":"the', '"page":"The')), 'wrong-page')
  const other = await forged('taken', (document) => {
    document.checkpoint = document.checkpoint.replace('registry.example', 'other.example')
  })
  assert.equal(refusal(other), 'checkpoint-refused')
})

test('any text gives one verdict: cut, mangled, repeated members, other shapes', async () => {
  const text = await documentOf(story, indexOf('allocated'))
  assert.equal(refusal(''), 'malformed-document')
  assert.equal(refusal('{}'), 'malformed-document')
  assert.equal(refusal(text.slice(0, -3)), 'malformed-document')
  for (let at = 0; at < text.length; at += 97) {
    const mangled = `${text.slice(0, at)}${text[at] === 'A' ? 'B' : 'A'}${text.slice(at + 1)}`
    assert.notEqual(refusal(mangled), 'verified', `character ${at}`)
  }
  for (const member of ['checkpoint', 'log', 'paths', 'subtrees', 'earlier', 'page'])
    for (const value of [1, [], {}, [1], { x: 1 }, true])
      assert.notEqual(
        refusal(
          await forged('allocated', (document) => {
            document[member] = value
          }),
        ),
        'verified',
        member,
      )
})

test('a state entry and an index beyond the log are no decisions', async () => {
  await assert.rejects(documentOf(story, story.size - 1), NoDecisionError)
  await assert.rejects(documentOf(story, story.size), NoDecisionError)
})
