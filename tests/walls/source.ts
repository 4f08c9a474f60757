// The project's source as the walls see it: file lists, and syntax trees by TypeScript 6 (7 has no API for it).

import { execFileSync } from 'node:child_process'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'

export const ROOT: string = join(import.meta.dirname, '../..')

export interface Source {
  /** Relative to the root. */
  readonly path: string
  readonly text: string
}

const read = (path: string): Source => ({ path, text: readFileSync(join(ROOT, path), 'utf8') })

/** Source of the rooms, without tests. */
export function roomSources(): Source[] {
  const rooms = '{core,ledger,stores,faces,apps,community,testing}/*/{src,browser}/**/*.ts'
  return globSync([rooms, 'registrar/src/**/*.ts'], { cwd: ROOT }).sort().map(read)
}

/** Every TypeScript file of the project. */
export function allSources(): Source[] {
  return trackedFiles()
    .filter((path) => path.endsWith('.ts'))
    .map(read)
}

/** Files under version control or about to be, so that what is ignored or built is not judged. */
function trackedFiles(): string[] {
  // The checkout may belong to another user than the one who runs the tests.
  const options = ['-c', 'safe.directory=*', 'ls-files', '-z', '--cached', '--others', '--exclude-standard']
  const listed = execFileSync('git', options, { cwd: ROOT, encoding: 'utf8' }).split('\0')
  return [...new Set(listed)].filter((path) => path !== '' && existsSync(join(ROOT, path))).sort()
}

/** The texts of those that are text. */
export function trackedTexts(): Source[] {
  return trackedFiles()
    .map((path) => ({ path, bytes: readFileSync(join(ROOT, path)) }))
    .filter(({ bytes }) => bytes.length < 2_000_000 && !bytes.includes(0))
    .map(({ path, bytes }) => ({ path, text: bytes.toString('utf8') }))
}

export function parse({ path, text }: Source): ts.SourceFile {
  return ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true)
}

/** `path:line`, for messages that an editor can follow. */
export function place(file: ts.SourceFile, node: ts.Node): string {
  return `${file.fileName}:${file.getLineAndCharacterOfPosition(node.getStart(file)).line + 1}`
}

/** Calls `visit` for every node, outermost first. */
export function walk(node: ts.Node, visit: (node: ts.Node) => void): void {
  visit(node)
  ts.forEachChild(node, (child) => walk(child, visit))
}
