import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nodeCrypto } from '@cadastre/crypto/node'
import {
  appendSignatureLines,
  checkPolicy,
  cosign,
  formatCheckpoint,
  formatPolicy,
  formatVkey,
  noteSigner,
  parsePolicy,
  quorumMet,
  signNote,
} from '@cadastre/notes'
import { accepted, logKey, refusal, testSigner, witnessKey } from './helpers.ts'

const ORIGIN = 'registry.example/log'
const LOG = formatVkey(logKey(ORIGIN, testSigner(1)))
const NAMES = ['X1', 'X2', 'X3', 'Y1', 'Y2', 'Y3']
const signers = new Map(NAMES.map((name, i) => [name, testSigner(10 + i)]))
const witnessVkey = (name: string): string => {
  const signer = signers.get(name)
  assert.ok(signer !== undefined)
  return formatVkey(witnessKey(`${name}.example`, signer))
}

/** The example of C2SP tlog-policy, with keys. */
const EXAMPLE = `# comment
log ${LOG} https://registry.example/log

${['X1', 'X2', 'X3'].map((name) => `witness ${name} ${witnessVkey(name)}\n`).join('')}
group\tX-witnesses  2 X1 X2 X3
${['Y1', 'Y2', 'Y3'].map((name) => `witness ${name} ${witnessVkey(name)} https://${name}.example\n`).join('')}
group Y-witnesses any Y1 Y2 Y3
  # another
group X-and-Y all X-witnesses Y-witnesses
 quorum X-and-Y${' '}
`

test('tlog-policy: the example parses, and its quorum is two of X and one of Y', () => {
  const policy = accepted(parsePolicy(nodeCrypto, EXAMPLE))
  assert.equal(policy.logs[0]?.url, 'https://registry.example/log')
  assert.equal(policy.witnesses.length, 6)
  for (let subset = 0; subset < 64; subset++) {
    const cosigned = NAMES.filter((_, i) => (subset >> i) & 1)
    const x = cosigned.filter((name) => name.startsWith('X')).length
    assert.equal(quorumMet(policy, new Set(cosigned)), x >= 2 && cosigned.length > x)
  }
  assert.ok(!quorumMet(policy, new Set(['X-and-Y', 'X-witnesses'])), 'a group cannot be cosigned itself')
})

test('a policy formats to a file that parses to the same policy', () => {
  const policy = accepted(parsePolicy(nodeCrypto, EXAMPLE))
  assert.deepEqual(accepted(parsePolicy(nodeCrypto, formatPolicy(policy))), policy)
  const none = accepted(parsePolicy(nodeCrypto, 'quorum none\n'))
  assert.equal(formatPolicy(none), 'quorum none\n')
  assert.ok(quorumMet(none, new Set()))
})

test('tlog-policy: each rule broken is refused, with its line', () => {
  const log = `log ${LOG}\n`
  const x1 = `witness X1 ${witnessVkey('X1')}\n`
  const x2 = `witness X2 ${witnessVkey('X2')}\n`
  const refused: [string, number, string][] = [
    ['', 0, 'no-quorum'],
    ['\n', 0, 'no-quorum'],
    [log, 0, 'no-quorum'],
    ['quorum none', 1, 'unfinished-line'],
    ['quorum none\nquorum none\n', 2, 'second-quorum'],
    ['quorum X1\n', 1, 'undefined-name'],
    [`quorum X1\n${x1}`, 1, 'undefined-name'],
    ['quorum\n', 1, 'wrong-number-of-words'],
    ['quorum a b\n', 1, 'wrong-number-of-words'],
    ['policy x\n', 1, 'unknown-keyword'],
    ['QUORUM none\n', 1, 'unknown-keyword'],
    ['log\n', 1, 'wrong-number-of-words'],
    ['log x\n', 1, 'bad-key'],
    [log + log, 2, 'duplicate-key'],
    [`log ${witnessVkey('X1')}\n`, 1, 'wrong-key-type'],
    [`witness X1 ${LOG}\n`, 1, 'wrong-key-type'],
    [x1 + x1, 2, 'duplicate-name'],
    [`${x1}witness other ${witnessVkey('X1')}\n`, 2, 'duplicate-key'],
    [`witness none ${witnessVkey('X1')}\n`, 1, 'reserved-name'],
    [`${x1}group none any X1\n`, 2, 'reserved-name'],
    [`${x1}group G any X1\ngroup H any X1\n`, 3, 'already-a-member'],
    [`${x1}group G any X1 X1\n`, 2, 'already-a-member'],
    [`${x1}group X1 any X1\n`, 2, 'duplicate-name'],
    [`${x1}group G any G\n`, 2, 'undefined-name'],
    [`${x1}group G any none\n`, 2, 'undefined-name'],
    [`${x1}group G 2 X1\n`, 2, 'bad-threshold'],
    [`${x1}group G 0 X1\n`, 2, 'bad-threshold'],
    [`${x1}group G 01 X1\n`, 2, 'bad-threshold'],
    [`${x1}group G all\n`, 2, 'wrong-number-of-words'],
    [`${x1}${x2}group G all X1\u00a0X2\n`, 3, 'undefined-name'],
    ['quorum none\r\n', 1, 'control-character'],
    ['# \u007f\nquorum none\n', 1, 'control-character'],
  ]
  for (const [text, line, problem] of refused) {
    assert.deepEqual(refusal(parsePolicy(nodeCrypto, text)), { line, problem }, JSON.stringify(text))
  }
  assert.equal(refusal(parsePolicy(nodeCrypto, Uint8Array.of(0xff, 0x0a))).problem, 'not-utf8')
})

test('a checkpoint is valid under the policy once its quorum cosigned', () => {
  const policy = accepted(parsePolicy(nodeCrypto, EXAMPLE))
  const text = formatCheckpoint({ origin: ORIGIN, size: 1, root: new Uint8Array(32) })
  const note = signNote(text, [noteSigner(nodeCrypto, ORIGIN, testSigner(1))])
  const lines = (...names: string[]): string[] =>
    names.map((name) => cosign(nodeCrypto, `${name}.example`, signers.get(name) ?? testSigner(0), text, 100))
  assert.equal(refusal(checkPolicy(nodeCrypto, policy, note)), 'no-quorum')
  const few = appendSignatureLines(note, lines('X1', 'Y1'))
  assert.equal(refusal(checkPolicy(nodeCrypto, policy, few)), 'no-quorum')
  const enough = appendSignatureLines(note, lines('X1', 'X3', 'Y2'))
  const checked = accepted(checkPolicy(nodeCrypto, policy, enough))
  assert.deepEqual(
    checked.cosigned.map(({ witness, time }) => [witness.name, time]),
    [
      ['X1', 100],
      ['X3', 100],
      ['Y2', 100],
    ],
  )
  const twice = appendSignatureLines(note, [
    ...lines('X1', 'Y2'),
    cosign(nodeCrypto, 'X1.example', signers.get('X1') ?? testSigner(0), text, 101),
  ])
  assert.equal(refusal(checkPolicy(nodeCrypto, policy, twice)), 'no-quorum', 'one witness counts once')
})

test("a log of the policy cannot speak for another log's origin", () => {
  const second = formatVkey(logKey('second.example/log', testSigner(2)))
  const policy = accepted(parsePolicy(nodeCrypto, `log ${LOG}\nlog ${second}\nquorum none\n`))
  const text = formatCheckpoint({ origin: ORIGIN, size: 1, root: new Uint8Array(32) })
  const forged = signNote(text, [noteSigner(nodeCrypto, 'second.example/log', testSigner(2))])
  assert.equal(refusal(checkPolicy(nodeCrypto, policy, forged)), 'no-known-signature')
  const stranger = formatCheckpoint({ origin: 'third.example', size: 1, root: new Uint8Array(32) })
  const other = signNote(stranger, [noteSigner(nodeCrypto, 'second.example/log', testSigner(2))])
  assert.equal(refusal(checkPolicy(nodeCrypto, policy, other)), 'unknown-log')
})
