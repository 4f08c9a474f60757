import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { nodeCrypto } from '@cadastre/crypto/node'
import { type Explanation, explain, explanationText, verifyWhy } from '../src/index.ts'
import { documentOf, type Story, tellStory } from './story.ts'

let story: Story

before(async () => {
  story = await tellStory()
})
after(() => story.registry.close())

async function told(name: string): Promise<Explanation> {
  const index = story.entries[name] ?? -1
  const verdict = verifyWhy(nodeCrypto, story.trust, index, await documentOf(story, index))
  assert.ok(verdict.ok)
  return explain(verdict.value)
}

test('a refusal: who asked, what failed and what stood before it in the order of precedence', async () => {
  const refused = await told('without consent')
  assert.equal(refused.outcome, 'refused')
  assert.equal(refused.verified, true)
  const failed = refused.preconditions.findIndex(({ result }) => result === 'failed')
  assert.equal(refused.preconditions[failed]?.code, 'consent-missing')
  assert.ok(refused.preconditions.slice(0, failed).every(({ result }) => result === 'met'))
  assert.ok(refused.preconditions.slice(failed + 1).every(({ result }) => result === 'unreached'))
  assert.match(refused.summary, /refused: The signatures do not meet the holder’s key policy/)
  assert.deepEqual(
    refused.askedBy.map(({ party }) => party),
    [null],
    'the signer is no party that the inputs know',
  )
})

test('a key that the refused request was to enrol is told as that', async () => {
  const index = story.entries['without consent'] ?? -1
  const verdict = verifyWhy(nodeCrypto, story.trust, index, await documentOf(story, index))
  assert.ok(verdict.ok)
  const { entry } = verdict.value
  const key = entry.evidence[0]?.key ?? ''
  assert.ok(entry.request)
  const request = { ...entry.request, body: { ...entry.request.body, keys: [{ key }] } }
  const said = explanationText(explain({ ...verdict.value, entry: { ...entry, request } }))
  assert.ok(said.includes(`Signed by a key that the request itself names, ${key}.`))
})

test('an acceptance: the parties by name, inputs and effects in words, and what is left to audit', async () => {
  const accepted = await told('chosen')
  assert.match(accepted.askedBy[0]?.party ?? '', /^H-\d+ \(One Networks\)$/)
  assert.ok(accepted.preconditions.every(({ result }) => result === 'met'))
  assert.ok(accepted.inputs.some(({ words }) => /what covers ip4\/10\.7\.0\.0\/24: R-0/.test(words)))
  assert.ok(accepted.inputs.some(({ words }) => words.startsWith('procedure allocate/1 as recorded: ')))
  assert.ok(
    accepted.effects.some(({ words }) =>
      /^ip4\/10\.7\.0\.0\/24 is recorded: R-\d+, a holding of H-/.test(words),
    ),
  )
  assert.match(accepted.unchecked.join(' '), /no earlier entry accepted the same request/)
  const text = explanationText(accepted)
  assert.match(text, /^Entry \d+, /)
  assert.match(text, /decides exactly this/)
})

test('refused before any procedure: signatures, repetition', async () => {
  const forged = await told('forged signature')
  assert.equal(forged.preconditions[0]?.code, 'signature-invalid')
  assert.equal(forged.preconditions[0]?.result, 'failed')
  const repeated = await told('repeated')
  assert.match(repeated.checked.join(' '), /had accepted the same request/)
})

test('the published page gives title and words, where it is the recorded text', async () => {
  const index = story.entries['taken'] ?? -1
  const verdict = verifyWhy(nodeCrypto, story.trust, index, await documentOf(story, index))
  assert.ok(verdict.ok)
  const page =
    '# Allocate (`allocate/1`)\n\n## Refusals\n\n| code | when |\n|---|---|\n| `block-taken` | It is not free. |\n'
  const explained = explain({ ...verdict.value, page })
  assert.equal(explained.title, 'Allocate (allocate/1)')
  assert.equal(explained.preconditions.find(({ code }) => code === 'block-taken')?.when, 'It is not free.')
})
