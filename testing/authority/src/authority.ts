// A certificate authority for tests, made by OpenSSL when it is first asked for: a root, an intermediate, signers of
// every kind that the room accepts or refuses, and a time-stamping authority. Nothing in it depends on when the test
// runs: certificates are valid from 2020, and documents are judged in 2045, or in 2060 where one must have expired.

import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Instant, parseInstant } from '@cadastre/records'
import { type BaseBlock, Constructed, fromBER, Sequence } from 'asn1js'
import {
  Attribute,
  CertificateRevocationList,
  ContentInfo,
  OtherRevocationInfoFormat,
  SignedAndUnsignedAttributes,
  SignedData,
} from 'pkijs'

function instant(text: string): Instant {
  const parsed = parseInstant(text)
  if (parsed === null) throw new Error(`no instant: ${text}`)
  return parsed
}

/** All certificates of the authority are valid, but those that say otherwise. */
export const IN_2045: Instant = instant('2045-01-01T00:00:00Z')
/** Signers' certificates expired in 2050. */
export const IN_2060: Instant = instant('2060-01-01T00:00:00Z')

type Profile = {
  readonly issuer: string
  readonly extensions: readonly string[]
  /** `ec:P-256`, `rsa:2048`, `rsa-pss:2048`. */
  readonly key?: string
  readonly from?: string
  readonly until?: string
  readonly digest?: string
  /** Another common name than the name of the profile. */
  readonly subject?: string
}

const CA = ['basicConstraints=critical,CA:true', 'keyUsage=critical,keyCertSign,cRLSign']
const LEAF = ['basicConstraints=critical,CA:false']
const SIGNER = [...LEAF, 'keyUsage=critical,digitalSignature,nonRepudiation']
const STAMPER = [...LEAF, 'keyUsage=critical,digitalSignature', 'extendedKeyUsage=critical,timeStamping']

const PROFILES: { readonly [name: string]: Profile } = {
  root: { issuer: 'root', extensions: CA, until: '20900101000000Z' },
  'other-root': { issuer: 'other-root', extensions: CA, until: '20900101000000Z' },
  intermediate: {
    issuer: 'root',
    extensions: ['basicConstraints=critical,CA:true,pathlen:0', 'keyUsage=critical,keyCertSign,cRLSign'],
    until: '20800101000000Z',
  },
  'below-intermediate': { issuer: 'intermediate', extensions: CA },
  'no-ca': { issuer: 'root', extensions: SIGNER },
  'no-basic': { issuer: 'root', extensions: ['keyUsage=critical,keyCertSign'] },
  'no-sign': {
    issuer: 'root',
    extensions: ['basicConstraints=critical,CA:true', 'keyUsage=critical,cRLSign'],
  },
  constrained: { issuer: 'root', extensions: [...CA, 'nameConstraints=permitted;DNS:example.org'] },
  signer: { issuer: 'intermediate', extensions: SIGNER },
  rsa: { issuer: 'intermediate', extensions: SIGNER, key: 'rsa:2048' },
  'rsa-short': { issuer: 'intermediate', extensions: SIGNER, key: 'rsa:1024' },
  'p-384': { issuer: 'intermediate', extensions: SIGNER, key: 'ec:P-384' },
  'p-521': { issuer: 'intermediate', extensions: SIGNER, key: 'ec:P-521' },
  'k-256': { issuer: 'intermediate', extensions: SIGNER, key: 'ec:secp256k1' },
  expired: { issuer: 'intermediate', extensions: SIGNER, until: '20210101000000Z' },
  future: { issuer: 'intermediate', extensions: SIGNER, from: '20480101000000Z' },
  withdrawn: { issuer: 'intermediate', extensions: SIGNER },
  encipherer: { issuer: 'intermediate', extensions: [...LEAF, 'keyUsage=critical,keyEncipherment'] },
  server: { issuer: 'intermediate', extensions: [...SIGNER, 'extendedKeyUsage=serverAuth'] },
  'document-signer': {
    issuer: 'intermediate',
    extensions: [...SIGNER, 'extendedKeyUsage=1.3.6.1.5.5.7.3.36,emailProtection'],
  },
  critical: { issuer: 'intermediate', extensions: [...SIGNER, '1.3.6.1.4.1.32473.1=critical,ASN1:NULL'] },
  'sha1-signed': { issuer: 'intermediate', extensions: SIGNER, digest: 'sha1' },
  stranger: { issuer: 'other-root', extensions: SIGNER },
  'too-deep': { issuer: 'below-intermediate', extensions: SIGNER },
  'under-no-ca': { issuer: 'no-ca', extensions: SIGNER },
  'no-lists': {
    issuer: 'root',
    extensions: ['basicConstraints=critical,CA:true', 'keyUsage=critical,keyCertSign'],
  },
  'under-no-lists': { issuer: 'no-lists', extensions: SIGNER },
  rollover: { issuer: 'intermediate', subject: 'intermediate', extensions: CA },
  'under-rollover': { issuer: 'rollover', extensions: SIGNER },
  'under-no-basic': { issuer: 'no-basic', extensions: SIGNER },
  'under-no-sign': { issuer: 'no-sign', extensions: SIGNER },
  'under-constrained': { issuer: 'constrained', extensions: SIGNER },
  stamper: { issuer: 'root', extensions: STAMPER, until: '20850101000000Z' },
  'rsa-stamper': { issuer: 'root', extensions: STAMPER, key: 'rsa:2048', until: '20850101000000Z' },
  'other-stamper': { issuer: 'other-root', extensions: STAMPER, until: '20850101000000Z' },
  'wrong-stamper': { issuer: 'root', extensions: SIGNER, until: '20850101000000Z' },
  'late-stamper': { issuer: 'root', extensions: STAMPER, from: '20400101000000Z', until: '20850101000000Z' },
  'soft-stamper': {
    issuer: 'root',
    extensions: [...LEAF, 'keyUsage=critical,digitalSignature', 'extendedKeyUsage=timeStamping'],
  },
  'mail-stamper': {
    issuer: 'root',
    extensions: [...LEAF, 'keyUsage=critical,digitalSignature', 'extendedKeyUsage=critical,emailProtection'],
  },
  'old-responder': {
    issuer: 'intermediate',
    extensions: [...SIGNER, 'extendedKeyUsage=OCSPSigning'],
    until: '20210101000000Z',
  },
  responder: { issuer: 'intermediate', extensions: [...SIGNER, 'extendedKeyUsage=OCSPSigning'] },
}

const CONFIGURATION = `
[ca]
default_ca = desk
[desk]
dir = .
database = ./index.txt
new_certs_dir = ./issued
rand_serial = yes
default_md = sha256
policy = anything
unique_subject = no
copy_extensions = none
[anything]
countryName = optional
organizationName = optional
commonName = supplied
[req]
distinguished_name = name
[name]
[tsa]
default_tsa = stamps
[stamps]
serial = ./stamp-serial
crypto_device = builtin
default_policy = 1.3.6.1.4.1.32473.2
digests = sha256, sha384, sha512
signer_digest = sha256
ess_cert_id_alg = sha256
`

class TestAuthority {
  readonly directory: string
  #made = 0

  constructor() {
    this.directory = mkdtempSync(join(tmpdir(), 'cadastre-authority-'))
    mkdirSync(this.path('issued'))
    writeFileSync(this.path('index.txt'), '')
    writeFileSync(this.path('stamp-serial'), '01\n')
    writeFileSync(this.path('openssl.cnf'), CONFIGURATION)
    for (const [name, profile] of Object.entries(PROFILES)) this.#issue(name, profile)
    process.once('exit', () => rmSync(this.directory, { recursive: true, force: true }))
  }

  path(name: string): string {
    return join(this.directory, name)
  }

  openssl(...args: readonly string[]): Uint8Array {
    return execFileSync('openssl', args, { cwd: this.directory, stdio: ['ignore', 'pipe', 'pipe'] })
  }

  /** Whether the command says yes. */
  agrees(...args: readonly string[]): boolean {
    return spawnSync('openssl', args, { cwd: this.directory, stdio: 'ignore' }).status === 0
  }

  /** A new file with these bytes; its name. */
  file(bytes: Uint8Array | string, extension = 'bin'): string {
    this.#made += 1
    const name = `file-${this.#made}.${extension}`
    writeFileSync(this.path(name), bytes)
    return name
  }

  read(name: string): Uint8Array {
    return new Uint8Array(readFileSync(this.path(name)))
  }

  #issue(
    name: string,
    { issuer, extensions, key = 'ec:P-256', from, until, digest, subject: common }: Profile,
  ): void {
    const [kind = '', size = ''] = key.split(':')
    const option = kind === 'ec' ? `ec_paramgen_curve:${size}` : `rsa_keygen_bits:${size}`
    this.openssl('genpkey', '-algorithm', kind, '-pkeyopt', option, '-out', `${name}.key`)
    const subject = `/C=XX/O=Test Authority/CN=${common ?? name}`
    this.openssl(
      'req',
      '-new',
      '-config',
      'openssl.cnf',
      '-key',
      `${name}.key`,
      '-subj',
      subject,
      '-out',
      `${name}.csr`,
    )
    const identifiers = ['subjectKeyIdentifier=hash', 'authorityKeyIdentifier=keyid']
    writeFileSync(this.path(`${name}.ext`), [...extensions, ...identifiers].join('\n'))
    const self = issuer === name ? ['-selfsign'] : ['-cert', `${issuer}.pem`]
    const times = ['-startdate', from ?? '20200101000000Z', '-enddate', until ?? '20491231235959Z']
    const files = [
      '-in',
      `${name}.csr`,
      '-out',
      `${name}.pem`,
      '-keyfile',
      `${issuer}.key`,
      '-extfile',
      `${name}.ext`,
    ]
    const quiet = ['-batch', '-notext', '-md', digest ?? 'sha256']
    this.openssl('ca', '-config', 'openssl.cnf', ...self, ...times, ...files, ...quiet)
    this.openssl('x509', '-in', `${name}.pem`, '-outform', 'DER', '-out', `${name}.der`)
  }

  certificate(name: string): Uint8Array {
    return this.read(`${name}.der`)
  }

  /** The certificates above this one, without its root, in one file; null where there are none. */
  chainFile(name: string): string | null {
    const above: string[] = []
    for (
      let each = PROFILES[name]?.issuer ?? '';
      PROFILES[each]?.issuer !== each;
      each = PROFILES[each]?.issuer ?? ''
    )
      above.push(readFileSync(this.path(`${each}.pem`), 'utf8'))
    return above.length === 0 ? null : this.file(above.join(''), 'pem')
  }

  /** A CMS message of OpenSSL, DER. `extra` are options of `openssl cms -sign`. */
  sign(
    content: Uint8Array,
    signer: string,
    extra: readonly string[] = ['-binary'],
    withChain = true,
  ): Uint8Array {
    const chain = withChain ? this.chainFile(signer) : null
    const out = this.file('', 'cms')
    const keys = [
      '-signer',
      `${signer}.pem`,
      '-inkey',
      `${signer}.key`,
      ...(chain === null ? [] : ['-certfile', chain]),
    ]
    const files = ['-in', this.file(content), '-out', out, '-outform', 'DER']
    this.openssl('cms', '-sign', ...files, ...keys, ...extra)
    return this.read(out)
  }

  /** The message with one more signer. */
  resign(message: Uint8Array, signer: string, extra: readonly string[] = []): Uint8Array {
    const out = this.file('', 'cms')
    const files = [
      '-in',
      this.file(message),
      '-inform',
      'DER',
      '-out',
      out,
      '-outform',
      'DER',
      '-nodetach',
      '-binary',
    ]
    this.openssl('cms', '-resign', ...files, '-signer', `${signer}.pem`, '-inkey', `${signer}.key`, ...extra)
    return this.read(out)
  }

  /** The message with another content type, digest algorithm or list of signed attributes than was signed. */
  forged(
    message: Uint8Array,
    change: {
      readonly contentType?: string
      readonly digest?: string
      readonly repeated?: string
      readonly removed?: string
    },
  ): Uint8Array {
    const data = signedData(message)
    if (change.contentType !== undefined) data.encapContentInfo.eContentType = change.contentType
    for (const { digestAlgorithm, signedAttrs } of data.signerInfos) {
      if (change.digest !== undefined) digestAlgorithm.algorithmId = change.digest
      if (signedAttrs === undefined) continue
      const repeated = signedAttrs.attributes.filter(({ type }) => type === change.repeated)
      const kept = signedAttrs.attributes.filter(({ type }) => type !== change.removed)
      signedAttrs.attributes = [...kept, ...repeated]
    }
    return wrapped(data)
  }

  /** One detached message with the signers of both. */
  merged(one: Uint8Array, other: Uint8Array): Uint8Array {
    const [data, more] = [signedData(one), signedData(other)]
    data.signerInfos.push(...more.signerInfos)
    data.certificates = [...(data.certificates ?? []), ...(more.certificates ?? [])]
    return wrapped(data)
  }

  /** A time stamp token of OpenSSL over the bytes, now. */
  stamp(content: Uint8Array, stamper = 'stamper'): Uint8Array {
    const [query, token] = [this.file('', 'tsq'), this.file('', 'tst')]
    this.openssl('ts', '-query', '-data', this.file(content), '-sha256', '-cert', '-out', query)
    const keys = ['-signer', `${stamper}.pem`, '-inkey', `${stamper}.key`]
    this.openssl(
      'ts',
      '-reply',
      '-config',
      'openssl.cnf',
      '-section',
      'stamps',
      '-queryfile',
      query,
      ...keys,
      '-token_out',
      '-out',
      token,
    )
    return this.read(token)
  }

  /** A token that says the same, signed by somebody who is no time-stamping authority: OpenSSL makes none itself. */
  stampAs(content: Uint8Array, signer: string, contentType = '1.2.840.113549.1.9.16.1.4'): Uint8Array {
    const info = signedData(this.stamp(content)).encapContentInfo.eContent?.getValue()
    if (info === undefined) throw new Error('a token has content')
    const type = ['-econtent_type', contentType]
    return this.sign(new Uint8Array(info), signer, ['-binary', '-nodetach', '-cades', ...type])
  }

  /** The signature value of a message with one signer: what a time stamp is made over. */
  signatureValue(message: Uint8Array): Uint8Array {
    const [signer] = signedData(message).signerInfos
    if (signer === undefined) throw new Error('no signer')
    return new Uint8Array(signer.signature.getValue())
  }

  /** The message with a time stamp token as unsigned attribute of its one signer (RFC 3161 appendix A). */
  withTimeStamp(message: Uint8Array, token: Uint8Array): Uint8Array {
    return withAttribute(message, '1.2.840.113549.1.9.16.2.14', fromBER(token).result)
  }

  /** The message with revocation-values of CAdES (ETSI TS 101 733 section 6.3.4) as unsigned attribute. */
  withStatusValues(
    message: Uint8Array,
    crls: readonly Uint8Array[],
    ocsps: readonly Uint8Array[],
  ): Uint8Array {
    const lists = [crls, ocsps].map(
      (list, tagNumber) =>
        new Constructed({
          idBlock: { tagClass: 3, tagNumber },
          value: [new Sequence({ value: list.map((each) => fromBER(each).result) })],
        }),
    )
    return withAttribute(message, '1.2.840.113549.1.9.16.2.24', new Sequence({ value: lists }))
  }

  /** The message with CRLs (RFC 5652 section 10.2.1) and OCSP responses (RFC 5940) among its certificates. */
  withLists(message: Uint8Array, crls: readonly Uint8Array[], ocsps: readonly Uint8Array[] = []): Uint8Array {
    const data = signedData(message)
    const others = ocsps.map(
      (each) =>
        new OtherRevocationInfoFormat({
          otherRevInfoFormat: '1.3.6.1.5.5.7.16.2',
          otherRevInfo: fromBER(each).result,
        }),
    )
    data.crls = [...crls.map((each) => CertificateRevocationList.fromBER(each)), ...others]
    return wrapped(data)
  }

  /** A CRL of the issuer, over the times given, that lists the certificates named. */
  crl(issuer: string, listed: readonly string[], from: string, until: string): Uint8Array {
    const [out, database] = [this.file('', 'crl'), this.file('', 'txt')]
    const lines = listed.map((name) => {
      const serial = this.openssl('x509', '-in', `${name}.pem`, '-noout', '-serial')
        .toString()
        .trim()
        .slice(7)
      return `R\t491231235959Z\t300101000000Z\t${serial}\tunknown\t/CN=${name}\n`
    })
    writeFileSync(this.path(database), lines.join(''))
    writeFileSync(this.path(`${database}.cnf`), CONFIGURATION.replace('./index.txt', `./${database}`))
    const times = ['-crl_lastupdate', from, '-crl_nextupdate', until]
    const keys = ['-cert', `${issuer}.pem`, '-keyfile', `${issuer}.key`]
    this.openssl('ca', '-config', `${database}.cnf`, '-gencrl', ...times, ...keys, '-out', out)
    return this.openssl('crl', '-in', out, '-outform', 'DER')
  }

  /** An OCSP response about a certificate, from now on for a hundred years. */
  ocsp(name: string, withdrawn: boolean, responder = 'responder'): Uint8Array {
    const [out, database] = [this.file('', 'ocsp'), this.file('', 'txt')]
    const serial = this.openssl('x509', '-in', `${name}.pem`, '-noout', '-serial').toString().trim().slice(7)
    const state = withdrawn ? 'R\t491231235959Z\t250101000000Z' : 'V\t491231235959Z\t'
    writeFileSync(this.path(database), `${state}\t${serial}\tunknown\t/CN=${name}\n`)
    const issuer = PROFILES[name]?.issuer ?? ''
    const question = ['-issuer', `${issuer}.pem`, '-cert', `${name}.pem`, '-no_nonce']
    const keys = ['-CA', `${issuer}.pem`, '-rsigner', `${responder}.pem`, '-rkey', `${responder}.key`]
    this.openssl('ocsp', '-index', database, ...keys, ...question, '-ndays', '36500', '-respout', out)
    return this.read(out)
  }
}

function signedData(message: Uint8Array): SignedData {
  return new SignedData({ schema: ContentInfo.fromBER(message).content })
}

function withAttribute(message: Uint8Array, type: string, value: BaseBlock): Uint8Array {
  const data = signedData(message)
  const attributes = [new Attribute({ type, values: [value] })]
  for (const signer of data.signerInfos)
    signer.unsignedAttrs = new SignedAndUnsignedAttributes({ type: 1, attributes })
  return wrapped(data)
}

function wrapped(data: SignedData): Uint8Array {
  const info = new ContentInfo({ contentType: ContentInfo.SIGNED_DATA, content: data.toSchema(true) })
  return new Uint8Array(info.toSchema().toBER())
}

let made: TestAuthority | null = null

export type { TestAuthority }

/** The one authority of this process. */
export function testAuthority(): TestAuthority {
  made ??= new TestAuthority()
  return made
}
