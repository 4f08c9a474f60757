// C2SP tlog-policy, as far as a quorum needs it: lines of log, witness, group and quorum, each name known before it is
// used, no key and no member counted twice.

import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { makesQuorum, readQuorum } from '../src/witness-policy.ts'

const keyOf = (name: string): Buffer => createHash('sha256').update(`key of ${name}`).digest()
function vkey(name: string, type = 4, key = keyOf(name)): string {
  return `${name}+0a1B2c3d+${Buffer.concat([Buffer.of(type), key]).toString('base64')}`
}
const witness = (name: string): string => `witness ${name} ${vkey(name)} https://${name}.example\n`
const AB = `${witness('a')}${witness('b')}`

test('comments, empty lines, tabs and runs of spaces say nothing; the log is named with its key and perhaps a place', () => {
  const policy = `# policy\n\n  #none \n\tlog  log+00000000+AAAA\nlog log+00000000+AAAA https://log.example\n${AB} group\t g  any a   b \nquorum g\n`
  const rule = readQuorum(policy)
  assert.deepEqual(rule, {
    witnesses: new Map([
      ['a', keyOf('a').toString('base64')],
      ['b', keyOf('b').toString('base64')],
    ]),
    groups: [{ name: 'g', threshold: 1, members: ['a', 'b'] }],
    quorum: 'g',
  })
  for (const line of ['log', 'log a b c', 'log a b c d'])
    assert.equal(readQuorum(`${line}\nquorum none\n`), null, line)
})

test('the last line ends like every other, and exactly one line says the quorum', () => {
  assert.equal(readQuorum('quorum none'), null)
  assert.equal(readQuorum('quorum none\nquorum none\n'), null)
  assert.equal(readQuorum(AB), null)
  assert.equal(readQuorum(`${AB}quorum a\n`)?.quorum, 'a')
  for (const line of ['quorum', 'quorum c', 'quorum a b', 'Quorum a', 'a'])
    assert.equal(readQuorum(`${AB}${line}\n`), null, line)
})

test('a witness has a name not yet in use, a cosignature key of 32 bytes that is nobody else’s, and one place', () => {
  const quorum = 'quorum none\n'
  assert.notEqual(readQuorum(`witness a ${vkey('a')}\n${quorum}`), null)
  const key = Buffer.concat([Buffer.of(4), keyOf('a')]).toString('base64')
  for (const line of [
    'witness',
    'witness a',
    `witness a ${vkey('a')} https://a.example more`,
    `witness none ${vkey('a')}`,
    `witness b ${vkey('c')}`,
    `witness c ${vkey('b')}`,
    `witness c ${vkey('c', 1)}`,
    `witness c ${vkey('c', 4, Buffer.alloc(31))}`,
    `witness c ${vkey('c', 4, Buffer.alloc(33))}`,
    `witness c ${vkey('c')}*`,
    `witness c +0a1B2c3d+${key}`,
    `witness c +c+0a1B2c3d+${key}`,
    `witness c c+0a1B2c3+${key}`,
    `witness c c+0a1B2c3d+`,
    `witness c c+0a1B2c3d+====`,
  ])
    assert.equal(readQuorum(`${witness('b')}${line}\n${quorum}`), null, line)
  assert.equal(readQuorum(`${witness('b')}group g all b\nwitness g ${vkey('g')}\n${quorum}`), null)
})

test('a group has a new name, a count that its members can reach, and members that are known and in no other group', () => {
  for (const [count, threshold] of [
    ['any', 1],
    ['all', 2],
    ['1', 1],
    ['2', 2],
  ] as const)
    assert.equal(readQuorum(`${AB}group g ${count} a b\nquorum g\n`)?.groups[0]?.threshold, threshold)
  for (const line of [
    'group',
    'group g',
    'group g any',
    'group a any b',
    'group none any a',
    'group g 3 a b',
    'group g 0 a b',
    'group g -1 a b',
    'group g 1.5 a b',
    'group g 1x a b',
    'group g xall a b',
    'group g 01 a b',
    'group g many a b',
    'group g any a c',
    'group g any a a',
    'group g any none',
  ])
    assert.equal(readQuorum(`${AB}${line}\nquorum none\n`), null, line)
  assert.equal(readQuorum(`${AB}group g any a\ngroup h any a b\nquorum h\n`), null)
  const many = Array.from({ length: 12 }, (_, n) => `w${n}`)
  const ten = readQuorum(`${many.map(witness).join('')}group g 10 ${many.join(' ')}\nquorum g\n`)
  assert.equal(ten?.groups[0]?.threshold, 10)
})

test('a quorum of one witness is that witness; none asks for nobody', () => {
  const one = readQuorum(`${AB}quorum b\n`)
  assert.ok(one)
  assert.equal(
    makesQuorum(one, (key) => key === keyOf('b').toString('base64')),
    true,
  )
  assert.equal(
    makesQuorum(one, (key) => key === keyOf('a').toString('base64')),
    false,
  )
  const none = readQuorum('quorum none\n')
  assert.ok(none)
  assert.equal(
    makesQuorum(none, () => false),
    true,
  )
})

test('a group of nobody is none; a quorum that nobody knows is not passed over; a key has nothing before its type', () => {
  for (const count of ['any', 'all', '1'])
    assert.equal(readQuorum(`${AB}group g ${count}\nquorum a\n`), null, count)
  assert.equal(readQuorum(`${AB}quorum x\nquorum a\n`), null)
  const longer = Buffer.concat([Buffer.of(0, 4), keyOf('c')]).toString('base64')
  assert.equal(readQuorum(`witness c c+0a1B2c3d+${longer}\nquorum none\n`), null)
})
