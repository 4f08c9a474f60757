import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nodeCrypto } from '@cadastre/crypto/node'
import { FAULTS, type FaultCode } from '@cadastre/replay'
import { EVIDENCE_OF, FILE_FAULTS, verifyMisbehaviour } from '../src/index.ts'
import { PROVOKED } from './provoke.ts'
import { convict, TRUST } from './published.ts'

/** A succession is a story of its own: tests/peers/succession.test.ts. */
const ELSEWHERE: readonly FaultCode[] = ['predecessor-differs']

test('the table of evidence names exactly the faults of replay and of files', () => {
  const codes = [...Object.keys(FAULTS), ...Object.keys(FILE_FAULTS)].sort()
  assert.deepEqual(Object.keys(EVIDENCE_OF).sort(), codes)
  assert.deepEqual([...Object.keys(PROVOKED), ...ELSEWHERE].sort(), Object.keys(FAULTS).sort())
})

for (const [name, provoke] of Object.entries(PROVOKED)) {
  const code = name as FaultCode
  test(`${code}: a small file convicts, offline, with the log's key alone`, async () => {
    const found = await convict(provoke())
    const one = found.find(({ fault }) => fault.code === code)
    assert.ok(one, `found: ${found.map(({ fault }) => `${fault.index} ${fault.code}`).join()}`)
    assert.ok(one.made.ok, one.made.ok ? '' : one.made.error)
    const text = one.made.value
    const verdict = verifyMisbehaviour(nodeCrypto, TRUST, text)
    assert.ok(verdict.ok)
    const { kind, rule, basis, origin } = verdict.value
    assert.deepEqual([kind, rule, basis], [EVIDENCE_OF[code].kind, code, 'signed'])
    assert.equal(origin, 'registry.example/log')
    assert.ok(text.length < 200_000, `${text.length} characters`)
  })
}
