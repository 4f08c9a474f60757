// Imports of packages that a room's own manifest does not name: they work only as long as another room brings them.

import ts from 'typescript'
import type { Manifest } from './manifests.ts'
import { parse, place, type Source, walk } from './source.ts'

/** A package's name in a module specifier; undefined for relative paths and Node's own modules. */
function packageOf(specifier: string): string | undefined {
  if (/^(\.|\/|node:)/.test(specifier)) return undefined
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/')
}

/** The specifier of an import, an export from, an `import()` or an `import('…')` type. */
function specifierOf(node: ts.Node): ts.Node | undefined {
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return node.moduleSpecifier
  if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword)
    return node.arguments[0]
  return ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument) ? node.argument.literal : undefined
}

/** Packages that a file imports, each with the place of the import. */
function importsOf(source: Source): [name: string, where: string][] {
  const file = parse(source)
  const found: [string, string][] = []
  walk(file, (node) => {
    const specifier = specifierOf(node)
    if (specifier === undefined || !ts.isStringLiteralLike(specifier)) return
    const name = packageOf(specifier.text)
    if (name !== undefined) found.push([name, place(file, node)])
  })
  return found
}

/** A room's tests and scripts may use its devDependencies, and the tools that the root brings for every test. */
const isSource = (room: string, path: string): boolean => /^(src|browser)\//.test(path.slice(room.length))

/**
 * Imports that the manifests do not cover. The root's own files (tests, bench, scripts) may import every room, since
 * npm links the workspaces there; of outside packages only what the root names.
 */
export function phantoms(manifests: readonly Manifest[], sources: readonly Source[]): string[] {
  const folder = ({ path }: Manifest): string => path.slice(0, -'package.json'.length)
  const deepestFirst = [...manifests].sort((a, b) => b.path.length - a.path.length)
  const root = manifests.find(({ path }) => path === 'package.json')?.json.devDependencies ?? {}
  return sources.flatMap((source) => {
    const manifest = deepestFirst.find((each) => source.path.startsWith(folder(each)))
    if (manifest === undefined) return []
    const { json } = manifest
    const room = folder(manifest)
    const known = new Set(Object.keys(json.dependencies ?? {}))
    if (json.name !== undefined) known.add(json.name)
    if (!isSource(room, source.path))
      for (const name of [...Object.keys(json.devDependencies ?? {}), ...Object.keys(root)]) known.add(name)
    return importsOf(source)
      .filter(([name]) => !known.has(name) && !(room === '' && name.startsWith('@cadastre/')))
      .map(([name, where]) => `${where}: ${name} is not in ${manifest.path}`)
  })
}
