import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { packQuestions, type Question, unpackQuestions } from '../src/writer/verify-message.ts'

const bytes = fc.uint8Array({ maxLength: 40 })
const plain = { noNullPrototype: true }
const algorithm = fc.constantFrom('ed25519' as const, 'es256' as const)
const question: fc.Arbitrary<Question> = fc.oneof(
  fc.record({ check: fc.record({ algorithm, key: bytes, message: bytes, signature: bytes }, plain) }, plain),
  fc.record({ key: fc.record({ algorithm, publicKey: bytes }, plain) }, plain),
)

test('what the threads are asked arrives as it was asked, empty parts and none at all included', () => {
  fc.assert(
    fc.property(fc.array(question), (questions) => {
      assert.deepEqual(unpackQuestions(structuredClone(packQuestions(questions))), questions)
    }),
  )
})
