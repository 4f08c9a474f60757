/** Vectors of trust policies: their text, their quorum, checkpoints against them, freshness. */

import { formatStateEntry } from '@cadastre/answers'
import { encodeBase64, encodeUtf8 } from '@cadastre/crypto'
import { nodeCrypto } from '@cadastre/crypto/node'
import { leafHash } from '@cadastre/merkle'
import {
  appendSignatureLines,
  cosign,
  KEY_TYPE_COSIGNATURE,
  KEY_TYPE_ED25519,
  noteSigner,
  signNote,
} from '@cadastre/notes'
import { instantFromSeconds } from '@cadastre/records'
import {
  type Case,
  type Input,
  LOG_SIGNER,
  LOG_VKEY,
  NOW,
  ORIGIN,
  policyText,
  STRANGER,
  testSigner,
  texts,
  vkeyText,
  WITNESSES,
} from './shared.ts'
import { newTrie } from './state.ts'

const [W0 = '', W1 = '', W2 = ''] = WITNESSES.map(({ vkeyName, signer }) =>
  vkeyText(vkeyName, KEY_TYPE_COSIGNATURE, signer),
)
const BOTH = `witness a ${W0}\nwitness b ${W1}\n`

export function policyCases(): readonly (Case & Input)[] {
  return [
    ...texts(true, {
      usual: policyText(),
      'no witnesses': policyText('none'),
      'one witness as the quorum': policyText('w1'),
      'no log': 'quorum none\n',
      'comments, empty lines, tabs and addresses': `# who\n\n \t\nlog\t${LOG_VKEY}  https://log.example/ \n  # more\nwitness a ${W0} https://w.example/\nquorum\ta\n`,
      'groups of groups': `${BOTH}witness c ${W2}\ngroup ab any a b\ngroup all all ab c\nquorum all\n`,
      'the quorum before other lines': `quorum none\nlog ${LOG_VKEY}\n`,
      'a key as log and as witness': `log ${LOG_VKEY}\nwitness a ${vkeyText('w.example', KEY_TYPE_COSIGNATURE, LOG_SIGNER)}\nquorum a\n`,
      'names of other letters': `witness größe ${W0}\nquorum größe\n`,
    }),
    ...texts(false, {
      nothing: '',
      'no quorum': `log ${LOG_VKEY}\n`,
      'two quorums': 'quorum none\nquorum none\n',
      'no newline at the end': 'quorum none',
      'unknown keyword': 'quorum none\nmirror x\n',
      'capital keyword': 'Quorum none\n',
      'a log of type 0x04': `log ${W0}\nquorum none\n`,
      'a witness of type 0x01': `witness a ${LOG_VKEY}\nquorum a\n`,
      'a bad key': `log ${LOG_VKEY.replace('registry', 'other')}\nquorum none\n`,
      'too many words': `log ${LOG_VKEY} https://a.example/ more\nquorum none\n`,
      'a witness without a name': `witness ${W0}\nquorum none\n`,
      'a name twice': `witness a ${W0}\nwitness a ${W1}\nquorum a\n`,
      'a group named as a witness': `${BOTH}group a any a b\nquorum a\n`,
      'a witness named none': `witness none ${W0}\nquorum none\n`,
      'a key twice under two names': `witness a ${W0}\nwitness b ${vkeyText('else.example', KEY_TYPE_COSIGNATURE, testSigner(11))}\nquorum a\n`,
      'a log twice': `log ${LOG_VKEY}\nlog ${LOG_VKEY}\nquorum none\n`,
      'an undefined member': `${BOTH}group g any a c\nquorum g\n`,
      'an undefined quorum': `${BOTH}quorum g\n`,
      'the quorum before its definition': `quorum a\nwitness a ${W0}\n`,
      'a member of two groups': `${BOTH}group g any a\ngroup h any a b\nquorum h\n`,
      'a member twice': `${BOTH}group g 2 a a\nquorum g\n`,
      'a group of itself': `${BOTH}group g any g\nquorum g\n`,
      'no members': `${BOTH}group g any\nquorum a\n`,
      'threshold 0': `${BOTH}group g 0 a b\nquorum g\n`,
      'a threshold too high': `${BOTH}group g 3 a b\nquorum g\n`,
      'a threshold with a leading zero': `${BOTH}group g 01 a b\nquorum g\n`,
      'carriage returns': 'quorum none\r\n',
      'U+007F': '# \u007f\nquorum none\n',
      'byte order mark': '\ufeffquorum none\n',
      'no UTF-8': Uint8Array.from([0x23, 0xff, 0x0a, ...encodeUtf8('quorum none\n')]),
    }),
  ]
}

/** Which sets of witnesses meet a quorum. */
export function quorumVectors(): object {
  const nested = `${BOTH}witness c ${W2}\ngroup ab 2 a b\ngroup top any ab c\nquorum top\n`
  const of = (policy: string, met: readonly string[], unmet: readonly string[]): object => ({
    policy,
    cases: [
      ...met.map((names) => ({ cosigned: names.split(' ').filter((name) => name !== ''), met: true })),
      ...unmet.map((names) => ({ cosigned: names.split(' ').filter((name) => name !== ''), met: false })),
    ],
  })
  return [
    of(policyText(), ['w0 w1', 'w1 w2', 'w0 w2', 'w0 w1 w2'], ['', 'w0', 'w2', 'w0 stranger']),
    of(policyText('w1'), ['w1', 'w0 w1'], ['', 'w0 w2']),
    of(policyText('none'), ['', 'w0'], []),
    of(nested, ['c', 'a b', 'a c', 'a b c'], ['', 'a', 'b']),
    of(`${BOTH}witness c ${W2}\ngroup g all a b c\nquorum g\n`, ['a b c'], ['a b', 'b c', '']),
  ]
}

export type PolicyCheckCase = Case & {
  readonly policy: string
  readonly note: string
  readonly now: number | null
  readonly maxSeconds: number | null
  /** The only entry of the log: a state entry with empty tries, and its `at` in POSIX seconds. */
  readonly state: string
  readonly stateTime: number
  /** As of when, POSIX seconds; null where refused. */
  readonly asOf: number | null
}

type Made = {
  readonly times?: readonly (number | null)[]
  readonly policy?: string
  readonly note?: (note: string) => string
  readonly now?: number | null
  readonly stateTime?: number
}

function stateText(seconds: number): string {
  const trie = newTrie().working()
  const [asn, ip4, ip6, obj] = (['asn', 'ip4', 'ip6', 'obj'] as const).map((space) =>
    encodeBase64(trie.rootHash(space)),
  )
  if (asn === undefined || ip4 === undefined || ip6 === undefined || obj === undefined)
    throw new Error('four roots')
  return formatStateEntry({
    t: 'state',
    v: 1,
    at: instantFromSeconds(seconds),
    ops: 1,
    prev: null,
    roots: { asn, ip4, ip6, obj },
  })
}

const checkpointText = (state: string): string =>
  `${ORIGIN}\n1\n${encodeBase64(leafHash(nodeCrypto, encodeUtf8(state)))}\n`

const STATE_TIME = NOW - 20
const TEXT = checkpointText(stateText(STATE_TIME))
const cosignatures = (times: readonly (number | null)[], text: string = TEXT): string[] =>
  times.flatMap((time, n) => {
    const witness = WITNESSES[n % 3]
    return time === null || witness === undefined
      ? []
      : [cosign(nodeCrypto, witness.vkeyName, witness.signer, text, time)]
  })

function check(name: string, asOf: number | null, made: Made): PolicyCheckCase {
  const {
    times = [],
    policy = policyText(),
    note = (same): string => same,
    now = NOW,
    stateTime = STATE_TIME,
  } = made
  const state = stateText(stateTime)
  const signed = signNote(checkpointText(state), [noteSigner(nodeCrypto, ORIGIN, LOG_SIGNER)])
  return {
    name,
    valid: asOf !== null,
    policy,
    note: note(appendSignatureLines(signed, cosignatures(times, checkpointText(state)))),
    now,
    maxSeconds: now === null ? null : 600,
    state,
    stateTime,
    asOf,
  }
}

/** Checkpoints against a policy, and how old they are known to be. */
export function policyCheckCases(): readonly PolicyCheckCase[] {
  const old = NOW - 601
  const second = signNote(TEXT, [noteSigner(nodeCrypto, 'second.example/log', testSigner(8))])
  const twoLogs = policyText().replace(
    '\n',
    `\nlog ${vkeyText('second.example/log', KEY_TYPE_ED25519, testSigner(8))}\n`,
  )
  const none = policyText('none')
  return [
    check('a quorum', NOW - 6, { times: [NOW - 5, NOW - 6, null] }),
    check('all three: the second newest makes the quorum', NOW - 6, { times: [NOW - 7, NOW - 5, NOW - 6] }),
    check('one stale beside a fresh quorum', NOW - 5, { times: [NOW - 4, NOW - 5, 1] }),
    check('exactly the limit', NOW - 600, { times: [NOW - 600, NOW] }),
    check('a minute ahead', NOW + 60, { times: [NOW + 60, NOW + 60] }),
    check('the same witness twice: the newer counts', NOW - 5, { times: [old, NOW - 5, null, NOW - 4] }),
    check('no limit: any age', 7, { times: [7, 8], now: null }),
    check('no limit: any future', NOW * 2, { times: [NOW * 2, NOW * 2 + 1], now: null }),
    check('no witnesses needed: the state entry’s own time', NOW - 20, { policy: none }),
    check('no witnesses needed, and some there', NOW - 20, { policy: none, times: [NOW] }),
    check('a line of an unknown key', NOW - 5, {
      times: [NOW - 5, NOW - 5],
      note: (note) => appendSignatureLines(note, [cosign(nodeCrypto, 'w.example', STRANGER, TEXT, NOW)]),
    }),
    check('a bad line of a log of the policy that is not this one', NOW - 5, {
      policy: twoLogs,
      times: [NOW - 5, NOW - 5],
      note: (note) => `${note}${second.slice(second.lastIndexOf('—')).replace(/.{8}\n$/, 'AAAAAAA=\n')}`,
    }),
    check('one witness too few', null, { times: [NOW - 5] }),
    check('the same witness twice is one', null, { times: [NOW - 5, null, null, NOW - 6] }),
    check('one fresh witness does not freshen a stale one', null, { times: [NOW, old] }),
    check('one second over the limit', null, { times: [old, old, old] }),
    check('61 seconds ahead', null, { times: [NOW + 61, NOW + 61, NOW + 61] }),
    check('one of the two is ahead, and does not count', null, { times: [NOW + 61, NOW] }),
    check('no witnesses needed, an old state', null, { policy: none, stateTime: old }),
    check('no witnesses needed, a state of the future', null, { policy: none, stateTime: NOW + 61 }),
    check('a bad cosignature that the quorum does not need', null, {
      times: [NOW - 5, NOW - 5],
      note: (note) =>
        appendSignatureLines(note, cosignatures([null, null, NOW], TEXT.replace('\n1\n', '\n2\n'))),
    }),
    check('no signature of the log', null, {
      times: [NOW - 5, NOW - 5],
      note: (note) => note.replace(/— registry\.example\/log .*\n/, ''),
    }),
    check('the log’s name, another key', null, {
      times: [NOW - 5, NOW - 5],
      note: (note) =>
        note.replace(
          /— registry\.example\/log .*\n/,
          signNote(TEXT, [noteSigner(nodeCrypto, ORIGIN, STRANGER)]).slice(TEXT.length + 1),
        ),
    }),
    check('another log', null, { times: [NOW - 5, NOW - 5], policy: policyText().replace(/^log .*\n/, '') }),
    check('signed by another log of the policy', null, {
      policy: twoLogs,
      times: [NOW - 5, NOW - 5],
      note: (note) => note.replace(/— registry\.example\/log .*\n/, second.slice(TEXT.length + 1)),
    }),
  ]
}
