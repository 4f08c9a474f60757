// Names that the registry has no use for: what is not a verb here cannot become a power.

import ts from 'typescript'
import { parse, place, type Source, walk } from './source.ts'

const BANNED = /revo[kc]|suspend|penali[sz]|blacklist|overrid/i

/** Terms of X.509, of the compiler and of Commander, which name other people's things. */
const ALLOWED = new Set([
  'noImplicitOverride',
  'exitOverride',
  'CertificateRevocationList',
  'OtherRevocationInfoFormat',
  'revokedCertificates',
  'revocationDate',
])

/** What X.509 and OCSP call the state of a certificate: allowed where certificates of authorities are checked. */
const ALLOWED_OF_CERTIFICATES = new Set(['revoked', 'certificate-revoked'])
const CERTIFICATES = 'ledger/documents/'

const allowed = (name: string, path: string): boolean =>
  ALLOWED.has(name) || (path.startsWith(CERTIFICATES) && ALLOWED_OF_CERTIFICATES.has(name))
const banned = (name: string, path: string): boolean => BANNED.test(name) && !allowed(name, path)

/** A word as identifiers, refusal codes, procedure ids and statuses are: no prose. */
const WORD = /^[\p{L}_$][\p{L}\p{N}_$./-]*$/u
const SQL =
  /\b(create|alter|select|insert|update|delete|drop)\b[\s\S]*\b(table|index|from|into|set|trigger|view|column)\b/i

/** Whether a text is used as a name: one word, a route, or SQL. Prose may say what the registry cannot do. */
const isName = (text: string): boolean => WORD.test(text) || /^\/\S*$/.test(text) || SQL.test(text)

/** Banned names among the identifiers, words, routes and SQL of a TypeScript file, and in its path. */
export function bannedNames(source: Source): string[] {
  const file = parse(source)
  const found = banned(source.path, source.path) ? [`${source.path}: the file's name`] : []
  walk(file, (node) => {
    const name = ts.isIdentifier(node) || ts.isPrivateIdentifier(node)
    const text =
      ts.isStringLiteralLike(node) || ts.isTemplateHead(node) || ts.isTemplateMiddleOrTemplateTail(node)
    if ((name || (text && isName(node.text))) && banned(node.text, source.path)) {
      found.push(`${place(file, node)}: ${node.text.trim().slice(0, 60)}`)
    }
  })
  return found
}

/** Banned names in a list of names, one a line, or in a file of SQL. */
export function bannedLines({ path, text }: Source): string[] {
  return text
    .split('\n')
    .flatMap((line, index) => (BANNED.test(line) ? [`${path}:${index + 1}: ${line.trim()}`] : []))
}
